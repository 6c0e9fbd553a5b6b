/* SPDX-License-Identifier: ISC */
#include "keys/readable.h"

static const char alphabet[] = "abcdefghijkmnpqrstuvwxyz23456789";
_Static_assert(sizeof(alphabet) - 1 == 32, "five bits a character");

void
readable_put(struct buf *out, const uint8_t *random, size_t size, size_t count)
{
	uint64_t bits = 0;

	for (size_t i = 0; i < size; i++)
		bits = bits << 8 | random[i];
	for (size_t i = 0; i < count; i++, bits >>= 5)
		buf_put_char(out, alphabet[bits & 31]);
}
