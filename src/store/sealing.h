/* SPDX-License-Identifier: ISC */
/*
 * From one master key to another (docs/master-key.md): which keys are still
 * sealed with an earlier one. A part of the interface of store/store.h: the
 * same rules.
 *
 * The store has a seal number. Each key has that of the time when it was
 * sealed; a lower one than the store's is to be sealed anew.
 */
#ifndef STORE_SEALING_H
#define STORE_SEALING_H

#include "store/store.h"

/* The check values of the master keys that the keys are sealed with. */
struct store_masters {
	bool has_current; /* false: a new store */
	bool has_previous; /* a rekey is under way: some keys may still be sealed with previous */
	uint8_t current[STORE_CHECK_SIZE];
	uint8_t previous[STORE_CHECK_SIZE];
};

/* Of a store that never was sealed with one both are false. */
MUST_CHECK enum status store_get_masters(
    struct store *store, struct store_masters *ret_masters, struct error *err);

/* Begins a rekey: all keys there are are to be sealed anew with current. In a transaction. */
MUST_CHECK enum status store_begin_rekey(struct store *store,
    const uint8_t current[STORE_CHECK_SIZE], const uint8_t previous[STORE_CHECK_SIZE],
    struct error *err);

/* Nothing needs the previous master key any more. In a transaction. */
MUST_CHECK enum status store_end_rekey(struct store *store, struct error *err);

/* Where a list of them goes on; begin with { 0 }. */
struct store_reseal_place {
	int64_t seal;
	int64_t row;
};

/* A key that is to be sealed anew. Its texts live until the visitor returns. */
struct store_reseal {
	struct store_reseal_place place;
	const char *domain;
	const char *selector;
	struct handle handle;
	struct store_sealed sealed;
};

typedef enum status store_reseal_visitor(void *context, const struct store_reseal *reseal);

/* Those behind after, in order, at most limit. */
MUST_CHECK enum status store_list_to_reseal(struct store *store,
    const struct store_reseal_place *after, unsigned limit, store_reseal_visitor *visit,
    void *context, struct error *err);

/*
 * The same key, sealed with the current master key: nothing that the audit must
 * tell of each. In a transaction. A key that is no longer there is left so.
 */
MUST_CHECK enum status store_reseal(struct store *store, const struct handle *handle,
    const struct store_sealed *sealed, struct error *err);

struct store_seals {
	uint64_t keys;  /* in all slots */
	uint64_t left;  /* of them to be sealed anew */
};
MUST_CHECK enum status store_count_seals(
    struct store *store, struct store_seals *ret_seals, struct error *err);

#endif
