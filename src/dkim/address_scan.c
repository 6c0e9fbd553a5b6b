/* SPDX-License-Identifier: ISC */
#include "dkim/address_scan.h"

#include "base/scan.h"

/* RFC 2047 §2 allows 75 octets and software writes more; the bound keeps the time linear. */
#define ENCODED_WORD_MAX 256

/* Printable ASCII without the specials of RFC 5322 §3.2.3, or part of a UTF-8 sequence. */
static bool
is_atext(char c)
{
	unsigned char octet = (unsigned char)c;

	if (octet >= 0x80)
		return true;
	return octet > 0x20 && octet < 0x7f && memchr("()<>[]:;@\\,.\"", c, 13) == NULL;
}

/*
 * The length of a comment with those inside it, from "(" on; 0 when it is not
 * closed. Nesting is a counter: its depth costs nothing.
 */
static size_t
comment_len(struct slice s)
{
	size_t depth = 0;

	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] == '\\')
			i++;
		else if (s.ptr[i] == '(')
			depth++;
		else if (s.ptr[i] == ')' && --depth == 0)
			return i + 1;
	}
	return 0;
}

/* The length of a quoted string or literal up to its closing character; 0 when not closed. */
static size_t
closed_len(struct slice s, char close)
{
	for (size_t i = 1; i < s.len; i++) {
		if (s.ptr[i] == '\\')
			i++;
		else if (s.ptr[i] == close)
			return i + 1;
	}
	return 0;
}

/* The length of an encoded word, "=?charset?Q?text?=", whatever is in its text; 0 for no such. */
static size_t
encoded_word_len(struct slice s)
{
	struct slice head = slice_first(s, ENCODED_WORD_MAX);
	unsigned marks = 0;

	if (!slice_starts_with(s, SLICE_LITERAL("=?")))
		return 0;
	for (size_t i = 2; i < head.len && marks < 3; i++) {
		if (head.ptr[i] == '?')
			marks++;
		else if (marks < 2 ? !is_atext(head.ptr[i]) : scan_is_space(head.ptr[i]))
			return 0;
		if (marks == 3 && i + 1 < head.len && head.ptr[i + 1] == '=')
			return i + 2;
	}
	return 0;
}

static size_t
atom_len(struct slice s)
{
	size_t len = encoded_word_len(s);

	while (len < s.len && is_atext(s.ptr[len]))
		len++;
	return len;
}

/* Skips white space and comments; false for a comment that is not closed. */
static bool
skip_between(struct slice *rest)
{
	while (rest->len > 0) {
		size_t len = 1;

		if (rest->ptr[0] == '(')
			len = comment_len(*rest);
		else if (!scan_is_space(rest->ptr[0]))
			return true;
		if (len == 0)
			return false;
		*rest = slice_after(*rest, len);
	}
	return true;
}

/* What begins with c: the token and its length, 0 for TOKEN_BAD. */
static size_t
token_len(struct slice s, int *ret_token)
{
	char c = s.ptr[0];

	*ret_token = c;
	if (c != '\0' && memchr("<>@,;:.", c, 7) != NULL)
		return 1;
	*ret_token = TOKEN_QUOTED;
	if (c == '"')
		return closed_len(s, '"');
	*ret_token = TOKEN_LITERAL;
	if (c == '[')
		return closed_len(s, ']');
	*ret_token = TOKEN_ATOM;
	return atom_len(s);
}

void
address_scan_next(struct address_scan *scan)
{
	size_t len;

	if (scan->token == TOKEN_BAD)
		return;
	scan->token = TOKEN_BAD;
	if (!skip_between(&scan->rest))
		return;
	if (scan->rest.len == 0) {
		scan->token = TOKEN_END;
		return;
	}
	len = token_len(scan->rest, &scan->token);
	if (len == 0)
		scan->token = TOKEN_BAD;
	scan->text = slice_first(scan->rest, len);
	scan->rest = slice_after(scan->rest, len);
}

void
address_scan_init(struct address_scan *scan, struct slice value)
{
	*scan = (struct address_scan){ .rest = value, .token = TOKEN_END };
	address_scan_next(scan);
}

bool
address_scan_is_atom(const struct address_scan *scan)
{
	if (scan->token != TOKEN_ATOM)
		return false;
	for (size_t i = 0; i < scan->text.len; i++) {
		if (!is_atext(scan->text.ptr[i]))
			return false;
	}
	return true;
}
