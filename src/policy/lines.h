/* SPDX-License-Identifier: ISC */
/*
 * Lines that are too long (RFC 5322 §2.1.1), in a text that comes in pieces,
 * cut anywhere. Pure, of fixed size. A line ends with LF; the CR before it is
 * not of the line. Lines that fit are not even looked at: one line end in
 * every max octets is enough to know that nothing there is too long.
 */
#ifndef POLICY_LINES_H
#define POLICY_LINES_H

#include <stdint.h>

#include "base/slice.h"

struct lines {
	size_t max;       /* octets of a line that fits */
	uint64_t longest; /* octets of the longest that does not; 0: all fit */
	uint64_t at;      /* where the first that does not begins */
	/* private */
	uint64_t seen; /* octets before the piece that comes next */
	uint64_t open; /* of them, those of a line that has not ended */
	char last;     /* the last of them */
};

/* max: octets of a line that fits. Pieces may be cut anywhere. */
void lines_init(struct lines *lines, size_t max);
void lines_put(struct lines *lines, struct slice piece);

/* The text ends, whether its last line does or not. */
void lines_end(struct lines *lines);

#endif
