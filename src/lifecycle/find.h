/* SPDX-License-Identifier: ISC */
/* What the files of the life cycle share: the files of lifecycle/ alone. */
#ifndef LIFECYCLE_FIND_H
#define LIFECYCLE_FIND_H

#include "lifecycle/lifecycle.h"

/* As store_find_key, with a sentence for STATUS_NOT_FOUND. */
MUST_CHECK enum status lifecycle_find_id(struct store *store, const struct key_id *id,
    struct domain_key *ret_key, struct error *err);

/*
 * STATUS_REFUSED unless the key's organization owns the key set: the others only
 * sign with it. When its owner has no record of it any more, somebody must still
 * be able to revoke it: any.
 */
MUST_CHECK enum status lifecycle_check_owner(
    struct store *store, const struct domain_key *key, struct error *err);

/* STATUS_REFUSED when the set is deleted, and on its way out. */
MUST_CHECK enum status lifecycle_check_stays(const struct key_set *set, struct error *err);

#endif
