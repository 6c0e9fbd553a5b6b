/* SPDX-License-Identifier: ISC */
/*
 * An activation, or a change of the match of an active key, and what it does
 * to the others: the parts of it, all in one transaction. For the files
 * of lifecycle/ alone.
 */
#ifndef LIFECYCLE_CONFLICT_H
#define LIFECYCLE_CONFLICT_H

#include "lifecycle/lifecycle.h"

/* The active keys of the same organization, domain and algorithm, but for the key itself. */
struct lifecycle_others {
	size_t count;
	struct domain_key keys[CONFLICT_MAX];
};

/* STATUS_DAMAGED: there are more than CONFLICT_MAX, which the rules of activation cannot leave. */
MUST_CHECK enum status lifecycle_find_others(struct store *store, const struct domain_key *key,
    struct lifecycle_others *ret_others, struct error *err);

/* What making the key active with match does; before is the key as it is. The effects are in the order of others. */
MUST_CHECK enum status lifecycle_find_plan(const struct lifecycle_others *others,
    const struct domain_key *before, enum domain_match match, struct conflict_plan *ret_plan,
    struct error *err);

/* Adds what outcome->key, as it will be, draws. */
MUST_CHECK enum status lifecycle_find_warnings(
    struct store *store, struct lifecycle_outcome *outcome, struct error *err);

/* Writes outcome->key and the effects of outcome->plan, and audits those. */
MUST_CHECK enum status lifecycle_apply_plan(struct store *store, const struct lifecycle_by *by,
    const struct lifecycle_others *others, const struct domain_key *before,
    const struct lifecycle_outcome *outcome, struct error *err);

/* store_update_key; STATUS_CONFLICT says which key cannot become what. */
MUST_CHECK enum status lifecycle_write_match(
    struct store *store, const struct domain_key *after, struct error *err);

#endif
