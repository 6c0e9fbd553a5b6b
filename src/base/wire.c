/* SPDX-License-Identifier: ISC */
#include "base/wire.h"

void
wire_put(struct buf *b, uint64_t number, unsigned size)
{
	char *at = buf_extend(b, size);

	for (unsigned i = 0; at != NULL && i < size; i++)
		at[i] = (char)(uint8_t)(number >> (8 * i));
}

struct slice
wire_take(struct wire *w, size_t len)
{
	struct slice taken = slice_first(w->rest, len);

	if (w->is_short || taken.len < len) {
		w->is_short = true;
		return SLICE_EMPTY;
	}
	w->rest = slice_after(w->rest, len);
	return taken;
}

uint64_t
wire_get(struct wire *w, unsigned size)
{
	struct slice bytes = wire_take(w, size);
	uint64_t number = 0;

	for (size_t i = 0; i < bytes.len; i++)
		number |= (uint64_t)(uint8_t)bytes.ptr[i] << (8 * i);
	return number;
}
