/* SPDX-License-Identifier: ISC */
#include "varlink/framer.h"

/* One read may bring the end of a message and the beginning of others. */
#define READ_AHEAD (64U << 10)

void
framer_init(struct framer *framer, size_t max_bytes)
{
	*framer = (struct framer){ .max_bytes = max_bytes };
	buf_init(&framer->in, max_bytes + 1 + READ_AHEAD);
}

void
framer_done(struct framer *framer)
{
	buf_done(&framer->in);
}

/* Moves what is left to the front. */
static void
compact(struct framer *framer)
{
	size_t left = framer->in.len - framer->start;

	if (framer->start == 0)
		return;
	if (left > 0)
		memmove(framer->in.ptr, framer->in.ptr + framer->start, left);
	framer->in.len = left;
	framer->scanned -= framer->start;
	framer->start = 0;
}

enum status
framer_push(struct framer *framer, struct slice bytes)
{
	compact(framer);
	buf_put(&framer->in, bytes);
	return buf_status(&framer->in);
}

enum status
framer_next(struct framer *framer, struct slice *ret_message)
{
	struct slice fresh = slice_after(buf_slice(&framer->in), framer->scanned);
	size_t end = framer->scanned + slice_find(fresh, '\0');
	size_t len = end - framer->start;

	framer->scanned = end;
	if (len > framer->max_bytes)
		return STATUS_TOO_LARGE;
	if (end == framer->in.len)
		return STATUS_NOT_FOUND;
	*ret_message = slice_of(framer->in.ptr + framer->start, len);
	framer->start = end + 1;
	framer->scanned = framer->start;
	return STATUS_OK;
}

bool
framer_is_midway(const struct framer *framer)
{
	return framer->in.len > framer->start;
}
