/* SPDX-License-Identifier: ISC */
/*
 * One set with which the rotator is doing something: what is to be done is
 * asked for, done (keeper/deeds.h), and written down, step after step, until
 * the set has to wait. For the rotator.
 */
#ifndef KEEPER_JOURNEY_H
#define KEEPER_JOURNEY_H

#include "keeper/watcher.h"

struct rotator;

struct journey {
	struct rotator *rotator;
	bool is_taken;
	bool is_watch;    /* nothing was ordered: nothing is reported */
	bool is_troubled; /* by the store: at once it would be no better */
	int64_t set_number;
	struct key_set set; /* as it was when the order was given */
	struct rotation_order order;
};

/* From the beginning, or when an answer has come. */
void journey_begin(struct journey *journey, int64_t set_number);

/* An action that took its time is over; key is the one that was made, or NULL. */
void journey_go_on(struct journey *journey, enum rotation_outcome outcome,
    const struct lifecycle_generated *key);

/* Nothing more is to be done with it now. */
void journey_leave(struct journey *journey);

void journey_log_trouble(struct journey *journey, const struct error *err);

#endif
