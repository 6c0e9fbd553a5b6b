/* SPDX-License-Identifier: ISC */
/*
 * Memory of one message: allocated piece by piece, freed at once. The cap
 * bounds what a message may make us hold. After arena_reset the first block is
 * kept for the next message. One thread at a time.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "base/slice.h"
#include "base/status.h"

struct arena_block;

struct arena {
	struct arena_block *blocks; /* the newest first */
	size_t used_bytes;          /* handed out since the last reset, each piece rounded up for its alignment */
	size_t max_bytes;
};

void arena_init(struct arena *a, size_t max_bytes);
void arena_done(struct arena *a);
void arena_reset(struct arena *a);

/* Aligned for any type, not cleared; NULL when the cap or memory is reached. */
void *arena_alloc(struct arena *a, size_t size);

/* A copy of the bytes, followed by a NUL that does not count. */
MUST_CHECK enum status arena_copy(struct arena *a, struct slice bytes, struct slice *ret_copy);

#endif
