/* SPDX-License-Identifier: ISC */
#include "dkim/canon.h"

#include <stdint.h>

#include "base/scan.h"

const struct word canon_words[] = {
	{ CANON_SIMPLE, "simple" },
	{ CANON_RELAXED, "relaxed" },
	{ 0, NULL },
};

static void
put(const struct canon_sink *sink, struct slice bytes)
{
	if (bytes.len > 0)
		sink->put(sink->context, bytes);
}

static bool
is_crlf_at(struct slice s, size_t at)
{
	return at + 1 < s.len && s.ptr[at] == '\r' && s.ptr[at + 1] == '\n';
}

/* ---- header fields ---- */

/* The octets from at on that are neither white space nor the line end of a fold. */
static size_t
word_len(struct slice value, size_t at)
{
	size_t end = at;

	while (end < value.len && !scan_is_wsp(value.ptr[end]) && !is_crlf_at(value, end))
		end++;
	return end - at;
}

/* The octets of white space and folds from at on; whether white space was among them. */
static size_t
gap_len(struct slice value, size_t at, bool *ret_has_wsp)
{
	size_t end = at;

	*ret_has_wsp = false;
	while (end < value.len) {
		if (scan_is_wsp(value.ptr[end]))
			*ret_has_wsp = true;
		else if (is_crlf_at(value, end))
			end++;
		else
			break;
		end++;
	}
	return end - at;
}

static void
put_lower(const struct canon_sink *sink, struct slice name)
{
	char lower[64];

	while (name.len > 0) {
		struct slice piece = slice_first(name, sizeof(lower));

		for (size_t i = 0; i < piece.len; i++)
			lower[i] = scan_to_lower(piece.ptr[i]);
		put(sink, slice_of(lower, piece.len));
		name = slice_after(name, piece.len);
	}
}

/* Unfolded, each run of white space one space, none at either end. */
static void
put_relaxed_value(const struct canon_sink *sink, struct slice value)
{
	bool has_wsp;
	size_t at = gap_len(value, 0, &has_wsp);

	while (at < value.len) {
		size_t len = word_len(value, at);

		put(sink, slice_of(value.ptr + at, len));
		at += len;
		at += gap_len(value, at, &has_wsp);
		if (has_wsp && at < value.len)
			put(sink, SLICE_LITERAL(" "));
	}
}

void
canon_header(enum canon canon, struct slice name, struct slice value, const struct canon_sink *sink)
{
	if (canon == CANON_SIMPLE) {
		put(sink, name);
		put(sink, SLICE_LITERAL(":"));
		put(sink, value);
		return;
	}
	put_lower(sink, slice_trim(name));
	put(sink, SLICE_LITERAL(":"));
	put_relaxed_value(sink, value);
}

/* ---- bodies ---- */

void
canon_body_init(struct canon_body *body, enum canon canon, struct canon_sink sink)
{
	*body = (struct canon_body){ .canon = canon, .sink = sink };
}

static void
put_line_ends(struct canon_body *body)
{
	static const char many[] = "\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n"
	                           "\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n";

	while (body->line_ends > 0) {
		struct slice some = slice_first(SLICE_LITERAL(many), 2 * body->line_ends);

		put(&body->sink, some);
		body->line_ends -= some.len / 2;
	}
}

/* More of the line follows: what was withheld belongs to the body after all. */
static void
put_withheld(struct canon_body *body)
{
	put_line_ends(body);
	if (body->has_space)
		put(&body->sink, SLICE_LITERAL(" "));
	if (body->has_cr)
		put(&body->sink, SLICE_LITERAL("\r"));
	body->has_space = false;
	body->has_cr = false;
	body->has_output = true;
}

/*
 * What relaxed changes or may have to withhold: a tab, and a space before more
 * white space or a CR. A space before anything else stays as it is. Without a
 * branch, so that compilers make vector code of the loop around it.
 */
static inline uint8_t
is_changed(char c, char next)
{
	uint8_t is_before_space = (uint8_t)((next == ' ') | (next == '\t') | (next == '\r'));

	return (uint8_t)((c == '\t') | ((c == ' ') & is_before_space));
}

#define BLOCK 64
#define PAGE 512
#define CALM (4 * BLOCK) /* so much unchanged, and it is worth to look at pages */

/* Does relaxed leave all PAGE octets at at, which has one more, alone? Most text has many such pages. */
static bool
is_page_unchanged(const char *at)
{
	uint8_t changes = 0;

	for (size_t i = 0; i < PAGE; i++)
		changes |= is_changed(at[i], at[i + 1]);
	return changes == 0;
}

/* How many of the BLOCK octets at at, which has one more, relaxed leaves alone. */
static size_t
unchanged_in_block(const char *at)
{
	uint8_t changes[BLOCK];
	const uint8_t *first;

	for (size_t i = 0; i < BLOCK; i++)
		changes[i] = is_changed(at[i], at[i + 1]);
	first = memchr(changes, 1, BLOCK);
	return first != NULL ? (size_t)(first - changes) : BLOCK;
}

/* How many octets relaxed leaves alone; the last one is never judged without its successor. */
static size_t
unchanged_len(struct slice bytes)
{
	size_t at = 0;

	while (bytes.len - at > BLOCK) {
		size_t len = unchanged_in_block(bytes.ptr + at);

		at += len;
		if (len < BLOCK)
			return at;
		/* white space that goes is often in every line, or nowhere */
		while (at >= CALM && bytes.len - at > PAGE && is_page_unchanged(bytes.ptr + at))
			at += PAGE;
	}
	while (at + 1 < bytes.len && !is_changed(bytes.ptr[at], bytes.ptr[at + 1]))
		at++;
	if (at + 1 == bytes.len && !scan_is_wsp(bytes.ptr[at]))
		at++;
	return at;
}

/* Without the line ends, or the half of one, that may be the last of the body. */
static size_t
len_without_line_ends(struct slice bytes)
{
	size_t len = bytes.len;

	if (len > 0 && bytes.ptr[len - 1] == '\r')
		len--;
	while (len >= 2 && bytes.ptr[len - 1] == '\n' && bytes.ptr[len - 2] == '\r')
		len -= 2;
	return len;
}

/* Hands on as much as needs no change; bytes begins with an octet that is to be handed on. */
static size_t
put_run(struct canon_body *body, struct slice bytes)
{
	size_t len = body->canon == CANON_RELAXED ? unchanged_len(bytes) : bytes.len;

	len = len_without_line_ends(slice_first(bytes, len));
	put_withheld(body);
	put(&body->sink, slice_first(bytes, len));
	return len;
}

/* Takes one step: an octet that is withheld, or a run that is not. Returns its length. */
static size_t
take(struct canon_body *body, struct slice bytes)
{
	char c = bytes.ptr[0];

	if (c == '\n' && body->has_cr) {
		body->line_ends++;
		body->has_space = false;
		body->has_cr = false;
		return 1;
	}
	if (c == '\r') {
		if (body->has_cr)
			put_withheld(body);
		body->has_cr = true;
		return 1;
	}
	if (body->canon == CANON_RELAXED && scan_is_wsp(c)) {
		if (body->has_cr)
			put_withheld(body);
		body->has_space = true;
		return 1;
	}
	return put_run(body, bytes);
}

void
canon_body_put(struct canon_body *body, struct slice bytes)
{
	while (bytes.len > 0)
		bytes = slice_after(bytes, take(body, bytes));
}

void
canon_body_end(struct canon_body *body)
{
	if (body->has_cr)
		put_withheld(body);
	/* the transport completes the last line, so white space withheld is at the end of a line */
	if (body->has_output || body->canon == CANON_SIMPLE)
		put(&body->sink, SLICE_LITERAL("\r\n"));
	canon_body_init(body, body->canon, body->sink);
}
