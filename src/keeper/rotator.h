/* SPDX-License-Identifier: ISC */
/*
 * Drives the rotation of every active key set (docs/rotation.md): asks
 * keys/rotation.h what is to be done, does it, writes down what came of it,
 * and comes again when it is told to. A few sets at a time. What was under way
 * when the keeper died is simply asked for again.
 */
#ifndef KEEPER_ROTATOR_H
#define KEEPER_ROTATOR_H

#include "keeper/keeper.h"

struct rotator;

/* STATUS_REFUSED, in words, for a policy by which mail would lose its keys. */
MUST_CHECK enum status rotator_new(
    struct keeper *keeper, struct rotator **ret_rotator, struct error *err);

/* After the lines are gone: nothing is under way any more. */
void rotator_free(struct rotator **rotator);

/* The keeper uses other settings, whose policy it has checked; what is under way goes on by them. NULL as below. */
void rotator_follow_settings(struct rotator *rotator);

/* Something may have to be done now. NULL: there is none yet, and it looks by itself when it begins. */
void rotator_wake(struct rotator *rotator);

#endif
