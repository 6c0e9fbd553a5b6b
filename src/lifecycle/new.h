/* SPDX-License-Identifier: ISC */
/* What create, import and join share: the files of lifecycle/ alone. */
#ifndef LIFECYCLE_NEW_H
#define LIFECYCLE_NEW_H

#include "lifecycle/lifecycle.h"

/*
 * Organization, domain and match: what a record has, whatever set it uses.
 * *field is the one at fault.
 */
MUST_CHECK enum status lifecycle_new_place(const struct lifecycle_request *request,
    struct domain_key *key, const char **field, struct error *err);

/* What is so of each new set: its record's id, its owner, when it was made, which slot signs first. */
void lifecycle_new_begin(const struct lifecycle_request *request, int64_t now,
    const uint8_t id[ID_SIZE], struct domain_key *key);

/* A selector that nobody uses at set->domain yet, into its slot. */
MUST_CHECK enum status lifecycle_new_selector(struct store *store, struct slice text,
    struct key_set *set, enum slot slot, struct error *err);

/* A key into its slot. */
MUST_CHECK enum status lifecycle_new_slot(
    const struct lifecycle_generated *made, struct key_slot *slot, struct error *err);

/* The keys of both slots, then set, record and audit row, in the caller's transaction. */
MUST_CHECK enum status lifecycle_new_set(struct store *store, const struct lifecycle_by *by,
    const struct lifecycle_generated keys[SLOT_COUNT], struct domain_key *key, struct error *err);

/* Set, record and audit row, in the caller's transaction. */
MUST_CHECK enum status lifecycle_new_insert(struct store *store, const struct lifecycle_by *by,
    const char *action, struct domain_key *key, const struct store_sealed sealed[SLOT_COUNT],
    struct error *err);

#endif
