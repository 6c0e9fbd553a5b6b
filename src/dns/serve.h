/* SPDX-License-Identifier: ISC */
/*
 * The keeper's questions, answered by threads of which each blocks for one
 * look at a time. The kernel's socket buffer is the queue: whoever is free
 * takes the next frame.
 */
#ifndef DNS_SERVE_H
#define DNS_SERVE_H

#include "base/error.h"
#include "dns/publishing.h"
#include "dns/resolvers.h"
#include "dns/turns.h"
#include "process/work.h"

#define SERVE_THREADS 16
#define SERVE_LOOK_MS 25000 /* a look ends then, with what it has; an update that is not through fails */

/* No frame takes longer: an update waits for the one of its name before it, then for the keeper to take the answer. */
#define SERVE_FRAME_MS 60000

struct serve {
	struct resolvers resolvers;
	struct provider provider;
	struct turns updates; /* TURNS_INITIALIZER */
	struct work work; /* of the threads, with the frames they have taken */
	int keeper_fd;
};

/* Starts the threads; serve lives as long as the process. */
MUST_CHECK enum status serve_start(struct serve *serve, struct error *err);

#endif
