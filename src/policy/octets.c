/* SPDX-License-Identifier: ISC */
#include "policy/octets.h"

#include <stdint.h>

/* Reduced at the end of each: large enough to make that cheap, small enough for small bodies. */
#define BLOCK_LARGE 1024
#define BLOCK_SMALL 64

struct look {
	uint8_t bits;     /* of all octets */
	uint8_t least;    /* of them */
	uint8_t unpaired; /* 1: one of them is a LF and its predecessor no CR, or the other way round */
};

/*
 * Without a branch, so that compilers make vector code of it: for that, count
 * is a constant wherever this is inlined.
 */
static inline __attribute__((always_inline)) void
look_at_block(struct look *look, const uint8_t *at, size_t count)
{
	uint8_t bits = 0;
	uint8_t least = UINT8_MAX;
	uint8_t unpaired = 0;

	for (size_t i = 0; i < count; i++) {
		bits |= at[i];
		least = at[i] < least ? at[i] : least;
		unpaired |= (uint8_t)((at[i] == '\n') ^ (at[-1 + (ptrdiff_t)i] == '\r'));
	}
	look->bits |= bits;
	look->least = least < look->least ? least : look->least;
	look->unpaired |= unpaired;
}

/* The first octet, whose predecessor is elsewhere. */
static struct look
look_at_first(uint8_t first, char before)
{
	return (struct look){ first, first, (first == '\n') ^ (before == '\r') };
}

struct octets
octets_look(struct slice piece, char before)
{
	const uint8_t *at = (const uint8_t *)piece.ptr;
	const uint8_t *end = at + piece.len;
	struct look look;

	if (piece.len == 0)
		return (struct octets){ .has_nul = false };
	look = look_at_first(*at++, before);
	for (; end - at >= BLOCK_LARGE; at += BLOCK_LARGE)
		look_at_block(&look, at, BLOCK_LARGE);
	for (; end - at >= BLOCK_SMALL; at += BLOCK_SMALL)
		look_at_block(&look, at, BLOCK_SMALL);
	for (; at < end; at++)
		look_at_block(&look, at, 1);
	return (struct octets){
		.has_eight_bit = (look.bits & 0x80) != 0,
		.has_nul = look.least == 0,
		.has_unpaired = look.unpaired != 0,
	};
}

size_t
octets_find_eight_bit(struct slice piece)
{
	size_t i = 0;

	while (i < piece.len && ((uint8_t)piece.ptr[i] & 0x80) == 0)
		i++;
	return i;
}

size_t
octets_find_bare_cr(struct slice piece, char before)
{
	for (size_t i = 0; i < piece.len; i++) {
		if ((i > 0 ? piece.ptr[i - 1] : before) == '\r' && piece.ptr[i] != '\n')
			return i;
	}
	return piece.len;
}

size_t
octets_find_bare_lf(struct slice piece, char before)
{
	for (size_t i = slice_find(piece, '\n'); i < piece.len;
	     i += 1 + slice_find(slice_after(piece, i + 1), '\n')) {
		if ((i > 0 ? piece.ptr[i - 1] : before) != '\r')
			return i;
	}
	return piece.len;
}
