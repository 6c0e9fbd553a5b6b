/* SPDX-License-Identifier: ISC */
#include "policy/lines.h"

void
lines_init(struct lines *lines, size_t max)
{
	*lines = (struct lines){ .max = max };
}

/* A line of so many octets, which begins at octet number at of the text. */
static void
judge(struct lines *lines, uint64_t octets, uint64_t at)
{
	if (octets <= lines->max)
		return;
	if (lines->longest == 0)
		lines->at = at;
	if (octets > lines->longest)
		lines->longest = octets;
}

/* How much can be passed over: up to behind the last line end within max octets and one; 0: there is none. */
static size_t
fitting_len(const struct lines *lines, struct slice piece)
{
	uint64_t room = lines->open <= lines->max ? lines->max + 1 - lines->open : 0;
	struct slice near = slice_first(piece, room);
	const char *line_end = near.len > 0 ? memrchr(near.ptr, '\n', near.len) : NULL;

	return line_end != NULL ? (size_t)(line_end - near.ptr) + 1 : 0;
}

/* The line that has no end nearby: up to behind its end, or all of the piece. */
static size_t
take_long_line(struct lines *lines, struct slice piece)
{
	size_t end = slice_find(piece, '\n');
	char before = end > 0 ? piece.ptr[end - 1] : lines->last;
	uint64_t begin = lines->seen - lines->open;
	uint64_t octets = lines->open + end;

	if (end == piece.len) {
		lines->open = octets;
		return end;
	}
	judge(lines, octets > 0 && before == '\r' ? octets - 1 : octets, begin);
	lines->open = 0;
	return end + 1;
}

void
lines_put(struct lines *lines, struct slice piece)
{
	while (piece.len > 0) {
		size_t len = fitting_len(lines, piece);

		if (len > 0)
			lines->open = 0;
		else
			len = take_long_line(lines, piece);
		lines->seen += len;
		lines->last = piece.ptr[len - 1];
		piece = slice_after(piece, len);
	}
}

void
lines_end(struct lines *lines)
{
	judge(lines, lines->open, lines->seen - lines->open);
	lines->open = 0;
}
