/* SPDX-License-Identifier: ISC */
/*
 * Has all keys sealed anew when one master key takes the place of another
 * (docs/master-key.md): a few at a time, each lot one transaction, so that it
 * can end at any point and goes on from there. When the last is done, and
 * signing sees it, the previous master key is not needed any more.
 *
 * It begins by itself: both master keys in the configuration are the order.
 */
#ifndef KEEPER_RESEALER_H
#define KEEPER_RESEALER_H

#include "keeper/keeper.h"

struct resealer;

MUST_CHECK enum status resealer_new(
    struct keeper *keeper, struct resealer **ret_resealer, struct error *err);

/* After the lines are gone: nothing is under way any more. */
void resealer_free(struct resealer **resealer);

/* Something may be to be done now. */
void resealer_wake(struct resealer *resealer);

/* Keys that no master key at hand opened, when all were looked at last. */
uint64_t resealer_unopened(const struct resealer *resealer);

#endif
