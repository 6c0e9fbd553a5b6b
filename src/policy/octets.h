/* SPDX-License-Identifier: ISC */
/*
 * Which octets are in a piece of a body that not every mail server passes on
 * as they are (RFC 5321 §2.3.7, §2.3.8). Pure. Looking at all octets costs
 * next to nothing beside hashing them; where they are is asked for seldom.
 */
#ifndef POLICY_OCTETS_H
#define POLICY_OCTETS_H

#include "base/slice.h"

struct octets {
	bool has_eight_bit; /* 0x80 and above */
	bool has_nul;
	bool has_unpaired; /* a CR not before a LF, or a LF not behind a CR; see octets_find_cr */
};

/*
 * Looks at a piece. before: the octet in front of it, any but CR when there is
 * none. A CR at its end is judged with the next piece.
 */
struct octets octets_look(struct slice piece, char before);

/* The index of the first such octet, or the length: of a CR, its successor's (0: the CR is before). */
size_t octets_find_eight_bit(struct slice piece);
size_t octets_find_bare_cr(struct slice piece, char before);
size_t octets_find_bare_lf(struct slice piece, char before);

#endif
