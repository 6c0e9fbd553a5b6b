/* SPDX-License-Identifier: ISC */
/*
 * How many keys there are in which state, and what is oldest and next: for the
 * metrics. Taken some sets at a time, so that nobody waits for a million. A
 * part of the interface of store/store.h: the same rules.
 */
#ifndef STORE_INVENTORY_H
#define STORE_INVENTORY_H

#include "store/store.h"

enum store_key_state { STORE_KEY_INACTIVE = 1, STORE_KEY_ACTIVE, STORE_KEY_RETIRING };
#define STORE_KEY_STATES 4

/* Begin with all zero. Times are seconds since 1970, 0: there is none. */
struct store_inventory {
	int64_t after; /* the last set that is in it */
	uint64_t keys[ALGORITHM_COUNT + 1][STORE_KEY_STATES];
	uint64_t troubles[STORE_TROUBLE_ROTATION + 1]; /* as store_list_troubles lists them */
	/* of sets that sign: */
	int64_t next_rotation_at;
	int64_t oldest_check_at; /* of the signing slot; one never looked at counts from its creation */
	int64_t oldest_key_at;   /* since when it is the signing key */
};

/* Adds the next sets, at most limit. *ret_is_complete: there are no more. */
MUST_CHECK enum status store_take_inventory(struct store *store, unsigned limit,
    struct store_inventory *inventory, bool *ret_is_complete, struct error *err);

#endif
