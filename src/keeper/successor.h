/* SPDX-License-Identifier: ISC */
/*
 * Settings that the supervisor offers while the keeper works (docs/reload.md):
 * read, checked as at a start, and kept aside until the supervisor says that
 * everybody is ready for them.
 */
#ifndef KEEPER_SUCCESSOR_H
#define KEEPER_SUCCESSOR_H

#include "ipc/messages.h"
#include "keeper/keeper.h"

struct successor {
	struct edition *pending; /* NULL: nothing is offered */
	uint64_t attempt;        /* that it is offered by */
};

/* Reads and checks them, and answers. The descriptor stays the caller's. */
void successor_prepare(struct successor *successor, const struct keeper *keeper,
    const struct frame_settings *offer, int settings_fd);

/* Has the keeper use what was prepared, and answers. */
void successor_swap(
    struct successor *successor, struct keeper *keeper, const struct frame_settings *order);

#endif
