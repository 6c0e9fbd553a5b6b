/* SPDX-License-Identifier: ISC */
/*
 * The store meets the master keys that the vault holds (docs/master-key.md):
 * are they the ones its keys were sealed with, and is another one to take over?
 */
#ifndef LIFECYCLE_MASTER_H
#define LIFECYCLE_MASTER_H

#include "store/sealing.h"

enum master_meeting {
	MASTER_NEW = 1,   /* a new store takes the first one it meets */
	MASTER_KNOWN,     /* all keys are sealed with it */
	MASTER_TAKES_OVER, /* a rekey begins: all keys are to be sealed anew */
	MASTER_ON_THE_WAY, /* a rekey has begun before, and goes on */
};

/*
 * Every master key that some key of the store is sealed with must be at hand;
 * STATUS_REFUSED with what to do when one is not. Pure.
 */
MUST_CHECK enum status master_judge(const struct store_masters *known,
    const struct store_masters *at_hand, enum master_meeting *ret_meeting, struct error *err);

/* Judges, and writes down what follows from it, with its audit row. */
MUST_CHECK enum status master_meet(struct store *store, const struct store_masters *at_hand,
    int64_t now, enum master_meeting *ret_meeting, struct error *err);

/* All keys are sealed with the present one, and signing sees that. */
MUST_CHECK enum status master_end_rekey(struct store *store, int64_t now, struct error *err);

#endif
