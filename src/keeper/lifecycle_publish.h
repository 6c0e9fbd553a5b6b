/* SPDX-License-Identifier: ISC */
/* The publication of one slot's record, as operations on the store. */
#ifndef KEEPER_LIFECYCLE_PUBLISH_H
#define KEEPER_LIFECYCLE_PUBLISH_H

#include "keeper/lifecycle.h"

#define LIFECYCLE_RECORD_MAX 1024 /* octets of a record's text */

/* What is to be at a name in the provider zone. */
struct lifecycle_publication {
	int64_t set_number;
	enum slot slot;
	struct handle handle; /* of the key it is of */
	char domain[DOMAIN_MAX + 1];
	char name[DOMAIN_MAX + 1];
	size_t text_len;
	char text[LIFECYCLE_RECORD_MAX];
	unsigned attempts; /* failures in a row so far */
};

/* NOT_FOUND: the set is gone, or the slot has no key. */
MUST_CHECK enum status lifecycle_read_publication(struct store *store, int64_t set_number,
    enum slot slot, struct lifecycle_publication *ret_publication, struct error *err);

/*
 * Keeps what came of it: published, or failed with a sentence and to be tried
 * again after backoff_s. Where another record is wanted by now, or none, nothing
 * changes: it is still to be published.
 */
MUST_CHECK enum status lifecycle_note_published(struct store *store,
    const struct lifecycle_publication *publication, enum status came_out, const char *sentence,
    int64_t backoff_s, int64_t now, struct error *err);

#endif
