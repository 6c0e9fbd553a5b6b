/* SPDX-License-Identifier: ISC */
/*
 * Memory of one message: allocated piece by piece, freed at once. The cap
 * bounds what a message may make us hold. After arena_reset the first block is
 * kept for the next message. One thread at a time.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stdatomic.h>
#include <stdbool.h>

#include "base/slice.h"
#include "base/status.h"

struct arena_block;

/*
 * What all arenas that share it may hold together, beyond a part that each has
 * of its own: so many at once cannot take all memory, and a small one always
 * gets what it needs. Any thread.
 */
struct arena_pool {
	size_t own_bytes;
	atomic_size_t max_bytes;
	atomic_size_t held_bytes;
};

struct arena {
	struct arena_block *blocks; /* the newest first */
	size_t used_bytes;          /* handed out since the last reset, each piece rounded up for its alignment */
	size_t max_bytes;
	struct arena_pool *pool; /* or NULL */
	size_t held_bytes;       /* of all blocks */
	bool was_refused;        /* by the pool, since the last reset */
};

/* Empty, of at most max_bytes; takes memory with the first piece. arena_done gives all of it back. */
void arena_init(struct arena *a, size_t max_bytes);
void arena_done(struct arena *a);

/* Before the first piece. The pool stays. */
void arena_share(struct arena *a, struct arena_pool *pool);

/* All pieces are void from now on. */
void arena_reset(struct arena *a);

/* Aligned for any type, not cleared; NULL when the cap, the pool or memory is at its end. */
void *arena_alloc(struct arena *a, size_t size);

/* A copy of the bytes, followed by a NUL that does not count. */
MUST_CHECK enum status arena_copy(struct arena *a, struct slice bytes, struct slice *ret_copy);

#endif
