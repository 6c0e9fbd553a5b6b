/* SPDX-License-Identifier: ISC */
#include "base/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>

#define BLOCK_BYTES 8192

struct arena_block {
	struct arena_block *next;
	size_t size;
	size_t used;
	alignas(max_align_t) char bytes[];
};

void
arena_init(struct arena *a, size_t max_bytes)
{
	*a = (struct arena){ .max_bytes = max_bytes };
}

void
arena_share(struct arena *a, struct arena_pool *pool)
{
	a->pool = pool;
}

/* ---- the pool ---- */

static size_t
beyond_own(const struct arena *a, size_t held_bytes)
{
	return held_bytes > a->pool->own_bytes ? held_bytes - a->pool->own_bytes : 0;
}

/* From held_bytes to more. */
static bool
draw(struct arena *a, size_t size)
{
	size_t wanted;

	if (a->pool == NULL)
		return true;
	wanted = beyond_own(a, a->held_bytes + size) - beyond_own(a, a->held_bytes);
	if (atomic_fetch_add(&a->pool->held_bytes, wanted) + wanted <= a->pool->max_bytes || wanted == 0) {
		a->held_bytes += size;
		return true;
	}
	(void)atomic_fetch_sub(&a->pool->held_bytes, wanted);
	a->was_refused = true;
	return false;
}

static void
give_back(struct arena *a, size_t size)
{
	if (a->pool == NULL)
		return;
	(void)atomic_fetch_sub(&a->pool->held_bytes,
	    beyond_own(a, a->held_bytes) - beyond_own(a, a->held_bytes - size));
	a->held_bytes -= size;
}

/* ---- blocks ---- */

static void
free_blocks(struct arena *a, struct arena_block *block)
{
	while (block != NULL) {
		struct arena_block *next = block->next;

		give_back(a, block->size);
		free(block);
		block = next;
	}
}

void
arena_done(struct arena *a)
{
	free_blocks(a, a->blocks);
	*a = (struct arena){ 0 };
}

void
arena_reset(struct arena *a)
{
	a->used_bytes = 0;
	a->was_refused = false;
	if (a->blocks == NULL)
		return;
	free_blocks(a, a->blocks->next);
	a->blocks->next = NULL;
	a->blocks->used = 0;
	if (a->blocks->size > BLOCK_BYTES) {
		free_blocks(a, a->blocks);
		a->blocks = NULL;
	}
}

static struct arena_block *
add_block(struct arena *a, size_t size)
{
	size_t room = size > BLOCK_BYTES ? size : BLOCK_BYTES;
	struct arena_block *block;

	if (!draw(a, room))
		return NULL;
	block = malloc(sizeof(*block) + room);
	if (block == NULL) {
		give_back(a, room);
		return NULL;
	}
	block->next = a->blocks;
	block->size = room;
	block->used = 0;
	a->blocks = block;
	return block;
}

/* size rounded up for any type's alignment; 0 when the cap forbids it. */
static size_t
round_within_cap(const struct arena *a, size_t size)
{
	size_t mask = alignof(max_align_t) - 1;
	size_t rounded;

	if (size > SIZE_MAX - mask)
		return 0;
	rounded = size > 0 ? (size + mask) & ~mask : mask + 1;
	return rounded <= a->max_bytes - a->used_bytes ? rounded : 0;
}

void *
arena_alloc(struct arena *a, size_t size)
{
	size_t rounded = round_within_cap(a, size);
	struct arena_block *block = a->blocks;
	void *at;

	if (rounded == 0)
		return NULL;
	if (block == NULL || block->size - block->used < rounded)
		block = add_block(a, rounded);
	if (block == NULL)
		return NULL;
	at = block->bytes + block->used;
	block->used += rounded;
	a->used_bytes += rounded;
	return at;
}

enum status
arena_copy(struct arena *a, struct slice bytes, struct slice *ret_copy)
{
	char *at;

	if (bytes.len == SIZE_MAX || round_within_cap(a, bytes.len + 1) == 0)
		return STATUS_TOO_LARGE;
	at = arena_alloc(a, bytes.len + 1);
	if (at == NULL)
		return STATUS_NO_MEMORY;
	if (bytes.len > 0)
		memcpy(at, bytes.ptr, bytes.len);
	at[bytes.len] = '\0';
	*ret_copy = slice_of(at, bytes.len);
	return STATUS_OK;
}
