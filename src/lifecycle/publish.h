/* SPDX-License-Identifier: ISC */
/* The publication of one slot's record, as operations on the store. */
#ifndef LIFECYCLE_PUBLISH_H
#define LIFECYCLE_PUBLISH_H

#include "lifecycle/lifecycle.h"

#define LIFECYCLE_RECORD_MAX 1024 /* octets of a record's text */

/* What is to be at a name in the provider zone. */
struct lifecycle_publication {
	int64_t set_number;
	enum slot slot;
	struct handle handle; /* of the key it is of */
	char domain[DOMAIN_MAX + 1];
	char name[DOMAIN_MAX + 1];
	size_t text_len; /* 0: nothing is to be there */
	char text[LIFECYCLE_RECORD_MAX];
	struct publish_status status; /* so far */
};

/* NOT_FOUND: the set is gone, or the slot has no key. */
MUST_CHECK enum status lifecycle_read_publication(struct store *store, int64_t set_number,
    enum slot slot, struct lifecycle_publication *ret_publication, struct error *err);

/*
 * Keeps what came of it: published, or failed with a sentence and to be tried
 * again after backoff_s. When another record is wanted there by now (another
 * key in the slot, or this one revoked) or none, nothing changes. Audited
 * when it is another outcome than the time before.
 */
MUST_CHECK enum status lifecycle_note_published(struct store *store,
    const struct lifecycle_publication *publication, enum status came_out, const char *sentence,
    int64_t backoff_s, int64_t now, struct error *err);

#endif
