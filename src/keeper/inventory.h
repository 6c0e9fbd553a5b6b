/* SPDX-License-Identifier: ISC */
/*
 * Counts what is in the store, again and again, for the metrics: a part at a
 * time, the loop serves others in between. Where there are no metrics it does
 * nothing.
 */
#ifndef KEEPER_INVENTORY_H
#define KEEPER_INVENTORY_H

#include "keeper/keeper.h"

struct inventory;

/* Begins at once. */
MUST_CHECK enum status inventory_new(
    struct keeper *keeper, struct inventory **ret_inventory, struct error *err);
void inventory_free(struct inventory **inventory);

#endif
