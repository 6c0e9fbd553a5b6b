/* SPDX-License-Identifier: ISC */
#include "plain_canon.h"

#define CRLF SLICE_LITERAL("\r\n")

static bool
is_wsp(char c)
{
	return c == ' ' || c == '\t';
}

static struct slice
without_wsp_at_end(struct slice s)
{
	while (s.len > 0 && is_wsp(s.ptr[s.len - 1]))
		s.len--;
	return s;
}

/* Each run of white space as one space. */
static void
put_reduced(struct slice s, struct buf *out)
{
	for (size_t i = 0; i < s.len; i++) {
		if (!is_wsp(s.ptr[i]))
			buf_put_char(out, s.ptr[i]);
		else if (i == 0 || !is_wsp(s.ptr[i - 1]))
			buf_put_char(out, ' ');
	}
}

/* ---- header fields ---- */

static void
put_unfolded(struct slice value, struct buf *out)
{
	while (value.len > 0) {
		bool is_line_end = slice_starts_with(value, CRLF);

		if (!is_line_end)
			buf_put_char(out, value.ptr[0]);
		value = slice_after(value, is_line_end ? 2 : 1);
	}
}

/* The steps of §3.4.2 in its order. */
static void
put_relaxed_header(struct slice name, struct slice value, struct buf *out)
{
	struct slice bare_name = without_wsp_at_end(name);
	struct buf unfolded;
	struct slice rest;

	for (size_t i = 0; i < bare_name.len; i++) {
		char c = bare_name.ptr[i];

		buf_put_char(out, c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c);
	}
	buf_put_char(out, ':');
	buf_init(&unfolded, value.len);
	put_unfolded(value, &unfolded);
	rest = without_wsp_at_end(buf_slice(&unfolded));
	while (rest.len > 0 && is_wsp(rest.ptr[0]))
		rest = slice_after(rest, 1);
	put_reduced(rest, out);
	buf_done(&unfolded);
}

void
plain_header(enum canon canon, struct slice name, struct slice value, struct buf *out)
{
	if (canon == CANON_RELAXED) {
		put_relaxed_header(name, value, out);
		return;
	}
	buf_put(out, name);
	buf_put_char(out, ':');
	buf_put(out, value);
}

/* ---- bodies ---- */

static struct slice
without_trailing_crlf(struct slice s)
{
	while (slice_ends_with(s, CRLF))
		s.len -= 2;
	return s;
}

/* Cuts the text before the first CRLF off; all when there is none. */
static struct slice
cut_line(struct slice *rest)
{
	size_t end = 0;
	struct slice line;

	while (end < rest->len && !slice_starts_with(slice_after(*rest, end), CRLF))
		end++;
	line = slice_first(*rest, end);
	*rest = slice_after(*rest, end + 2);
	return line;
}

static void
put_relaxed_body(struct slice body, struct buf *out)
{
	size_t start = out->len;

	while (body.len > 0) {
		put_reduced(without_wsp_at_end(cut_line(&body)), out);
		buf_put(out, CRLF);
	}
	out->len = start + without_trailing_crlf(slice_after(buf_slice(out), start)).len;
	if (out->len > start)
		buf_put(out, CRLF);
}

void
plain_body(enum canon canon, struct slice body, struct buf *out)
{
	if (canon == CANON_RELAXED) {
		put_relaxed_body(body, out);
		return;
	}
	buf_put(out, without_trailing_crlf(body));
	buf_put(out, CRLF);
}
