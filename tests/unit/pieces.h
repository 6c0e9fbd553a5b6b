/* SPDX-License-Identifier: ISC */
/* A text that arrives in pieces, as an MTA may cut it. */
#ifndef TESTS_PIECES_H
#define TESTS_PIECES_H

#include "base/slice.h"

/* How it is cut: whole, one octet at a time; any other seed is one of random pieces. */
#define PIECES_WHOLE 0U
#define PIECES_OCTETS 1U
#define PIECES_SEEDS 12U

typedef void piece_taker(void *context, struct slice piece);

/* From memory of its own, so that a sanitizer sees a look beyond the piece. */
void pieces_put_one(struct slice piece, piece_taker *take, void *context);

void pieces_put(struct slice text, unsigned seed, piece_taker *take, void *context);

#endif
