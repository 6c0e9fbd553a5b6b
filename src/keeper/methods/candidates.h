/* SPDX-License-Identifier: ISC */
/*
 * The keys of an organization that could sign for a sender, from the store:
 * those at the sender's domain and at each one above. All that are active, and
 * some that are not.
 */
#ifndef KEEPER_METHODS_CANDIDATES_H
#define KEEPER_METHODS_CANDIDATES_H

#include "policy/candidate.h"
#include "store/store.h"

#define CANDIDATES_IDLE_MAX 20 /* inactive keys, at each domain */

struct candidates {
	struct candidate *keys; /* the longest domain first, at each the active ones first */
	size_t count;
	size_t capacity;
	bool is_cut; /* there are more, which are inactive */
};

/* org and sender (A-labels, lower case) are NUL-terminated. On success the caller frees it. */
MUST_CHECK enum status candidates_find(struct store *store, const char *org, const char *sender,
    struct candidates *ret_candidates, struct error *err);
void candidates_free(struct candidates *candidates);

#endif
