/* SPDX-License-Identifier: ISC */
/*
 * The rotation of a key set (keys/rotation.h) as operations on the store: what
 * is to be done, what came of it, and by hand. Each is one transaction; on
 * failure nothing has changed and err says why.
 */
#ifndef LIFECYCLE_ROTATE_H
#define LIFECYCLE_ROTATE_H

#include "lifecycle/lifecycle.h"
#include "store/rotation.h"

/* All that the step function is asked with, read together. */
struct lifecycle_rotation {
	struct key_set set;
	struct store_rotation kept;
	struct rotation_facts facts;
	struct key_id active; /* one of the active keys, while facts.is_active */
};

/* NOT_FOUND: the set is gone, or its rotation has not begun: then it has its set and its facts. */
MUST_CHECK enum status lifecycle_read_rotation(struct store *store,
    const struct rotation_policy *policy, int64_t set_number,
    struct lifecycle_rotation *ret_rotation, struct error *err);

/*
 * In a transaction: writes after, with the times that follow from its state;
 * where that has just come to a step of the retirement that is the
 * publisher's to do, both records are to be published.
 */
MUST_CHECK enum status lifecycle_write_rotation(struct store *store,
    const struct rotation_policy *policy, const struct lifecycle_rotation *before,
    struct store_rotation *after, struct error *err);

/* The times of a set are those of this policy from now on, if they were another's. Outside a transaction. */
MUST_CHECK enum status lifecycle_time_rotation(struct store *store,
    const struct rotation_policy *policy, const struct lifecycle_rotation *rotation,
    struct error *err);

/*
 * In a transaction: removes the set with its records, each audited as action,
 * and its sealed keys.
 */
MUST_CHECK enum status lifecycle_remove_set(struct store *store, const struct lifecycle_by *by,
    const char *action, int64_t set_number, struct error *err);

/* In the transaction of an activation: the set's rotation begins, or goes on. */
MUST_CHECK enum status lifecycle_begin_rotation(
    struct store *store, const struct key_set *set, int64_t now, struct error *err);

/* What came of an order; key is the one that GENERATE made. */
struct lifecycle_report {
	int64_t set_number;
	struct rotation_order order;
	enum rotation_outcome outcome;
	const struct lifecycle_generated *key; /* NULL: none was made */
};

/*
 * Reads all again, and writes what the report changes. *ret_counts is false
 * for a report that the state does not wait for (any more): nothing changed.
 */
MUST_CHECK enum status lifecycle_report_rotation(struct store *store,
    const struct rotation_policy *policy, const struct lifecycle_report *report, int64_t now,
    bool *ret_counts, struct error *err);

/* ---- by hand ---- */

/* Switches to the next key now. STATUS_REFUSED, in words, when that cannot be. */
MUST_CHECK enum status lifecycle_rotate(struct store *store, const struct lifecycle_by *by,
    const struct rotation_policy *policy, const struct key_id *id, struct domain_key *ret_key,
    struct error *err);

struct lifecycle_revocation {
	struct domain_key key;
	bool was_revoked; /* already: nothing changed */
	bool has_stopped; /* every key of the set was deactivated: no proved key could take over */
};

/* Revokes the key in a slot, in an emergency (keys/rotation.h). */
MUST_CHECK enum status lifecycle_revoke(struct store *store, const struct lifecycle_by *by,
    const struct rotation_policy *policy, const struct key_id *id, enum slot slot,
    struct lifecycle_revocation *ret_revocation, struct error *err);

#endif
