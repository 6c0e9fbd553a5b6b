/* SPDX-License-Identifier: ISC */
/* Random octets as letters and digits that are not taken for one another on paper: no l, o, 0 or 1. */
#ifndef KEYS_READABLE_H
#define KEYS_READABLE_H

#include <stdint.h>

#include "base/buf.h"

/* Five bits a character: size * 8 / 5 of them at most; size is at most 8 octets. */
void readable_put(struct buf *out, const uint8_t *random, size_t size, size_t count);

#endif
