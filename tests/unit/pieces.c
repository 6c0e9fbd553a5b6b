/* SPDX-License-Identifier: ISC */
#include "pieces.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

static size_t
piece_len(unsigned *seed, size_t left)
{
	if (*seed == PIECES_WHOLE)
		return left;
	if (*seed == PIECES_OCTETS)
		return 1;
	return 1 + (size_t)rand_r(seed) % (left < 100 ? left : 100);
}

void
pieces_put_one(struct slice piece, piece_taker *take, void *context)
{
	char *copy = malloc(piece.len > 0 ? piece.len : 1);

	assert_non_null(copy);
	if (piece.len > 0)
		memcpy(copy, piece.ptr, piece.len);
	take(context, slice_of(copy, piece.len));
	free(copy);
}

void
pieces_put(struct slice text, unsigned seed, piece_taker *take, void *context)
{
	while (text.len > 0) {
		size_t len = piece_len(&seed, text.len);

		pieces_put_one(slice_first(text, len), take, context);
		text = slice_after(text, len);
	}
}
