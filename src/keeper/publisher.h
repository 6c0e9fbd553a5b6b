/* SPDX-License-Identifier: ISC */
/*
 * Sees to it that the records of delegated key sets are in the provider zone:
 * takes what is due from the store, has dns publish it, writes down what came
 * of it, comes again by itself. What failed is tried again, first soon, then
 * hourly; what was under way when the keeper died is simply due again.
 */
#ifndef KEEPER_PUBLISHER_H
#define KEEPER_PUBLISHER_H

#include "keeper/keeper.h"

struct publisher;

/* Starts at once with what is due. */
MUST_CHECK enum status publisher_new(
    struct keeper *keeper, struct publisher **ret_publisher, struct error *err);

/* After the lines are gone: nothing is under way any more. */
void publisher_free(struct publisher **publisher);

/* Something new may be due. NULL: there is none yet, and it looks by itself when it begins. */
void publisher_wake(struct publisher *publisher);

#endif
