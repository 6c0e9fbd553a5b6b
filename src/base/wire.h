/* SPDX-License-Identifier: ISC */
/*
 * Numbers in files and images: little-endian, of fixed size, byte by byte, so
 * that neither the compiler's padding nor the host's order is ever stored.
 * Writing goes to a buf; reading through a cursor whose failure is sticky, so
 * that eight reads need one check. Lengths that were read are never trusted:
 * wire_take gives nothing rather than too little.
 */
#ifndef BASE_WIRE_H
#define BASE_WIRE_H

#include <stdint.h>

#include "base/buf.h"

/* size octets of number, 1 to 8. */
void wire_put(struct buf *b, uint64_t number, unsigned size);

struct wire {
	struct slice rest;
	bool is_short; /* something was asked for that was not there */
};

static inline struct wire
wire_of(struct slice bytes)
{
	return (struct wire){ .rest = bytes };
}

/* The next size octets (1 to 8) as a number; 0 when they are not there. */
uint64_t wire_get(struct wire *w, unsigned size);

/* The next len octets; empty when they are not there. */
struct slice wire_take(struct wire *w, size_t len);

/* Was everything there, and nothing is left? */
static inline bool
wire_is_done(const struct wire *w)
{
	return !w->is_short && w->rest.len == 0;
}

#endif
