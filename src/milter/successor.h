/* SPDX-License-Identifier: ISC */
/*
 * Settings that the supervisor offers while mail is signed (docs/reload.md):
 * all that signing needs of them is built, and kept aside until the supervisor
 * says that everybody is ready for it. One thread.
 */
#ifndef MILTER_SUCCESSOR_H
#define MILTER_SUCCESSOR_H

#include "base/arena.h"
#include "ipc/messages.h"
#include "milter/room.h"
#include "milter/shelf.h"

struct successor {
	struct shelf *shelf;
	struct arena_pool *pool; /* of the messages at hand */
	struct room *room;
	unsigned listener;
	int supervisor_fd;
	uint32_t epoch;          /* this process's */
	struct options *pending; /* NULL: nothing is offered */
	uint64_t attempt;        /* that it is offered by */
};

/* Builds, and answers. The descriptor of the settings stays the caller's. */
void successor_prepare(
    struct successor *successor, const struct frame_settings *offer, int settings_fd);

/* Puts what was prepared on the shelf, and answers. */
void successor_swap(struct successor *successor, const struct frame_settings *order);

#endif
