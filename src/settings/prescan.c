/* SPDX-License-Identifier: ISC */
#include "settings/prescan.h"

#include "base/scan.h"

#define DIGITS_MAX 9 /* every number of nine digits fits 32 bits, and a sign */

struct scanner {
	struct slice rest;
	unsigned line;
};

static char
peek(const struct scanner *s, size_t offset)
{
	return offset < s->rest.len ? s->rest.ptr[offset] : '\0';
}

static void
skip(struct scanner *s, size_t len)
{
	for (size_t i = 0; i < len && i < s->rest.len; i++)
		s->line += s->rest.ptr[i] == '\n';
	s->rest = slice_after(s->rest, len);
}

static enum status
skip_line(struct scanner *s)
{
	skip(s, slice_find(s->rest, '\n'));
	return STATUS_OK;
}

static enum status
skip_comment(struct scanner *s, struct error *err)
{
	const char *end = memmem(s->rest.ptr + 2, s->rest.len - 2, "*/", 2);

	if (end == NULL)
		return error_set(
		    err, STATUS_INVALID, "this comment is never closed; add the missing */");
	skip(s, (size_t)(end - s->rest.ptr) + 2);
	return STATUS_OK;
}

/* \x00 would end the text there. */
static bool
is_nul_escape(const struct scanner *s, size_t at)
{
	return peek(s, at + 1) == 'x' && peek(s, at + 2) == '0' && peek(s, at + 3) == '0';
}

static enum status
skip_string(struct scanner *s, struct error *err)
{
	size_t at = 1;

	while (peek(s, at) != '"') {
		if (at >= s->rest.len || peek(s, at) == '\n')
			return error_set(err, STATUS_INVALID,
			    "this text is not closed on its line; add the missing \"");
		if (peek(s, at) == '\\' && is_nul_escape(s, at))
			return error_set(
			    err, STATUS_INVALID, "a text cannot have a NUL; remove \\x00");
		at += peek(s, at) == '\\' && peek(s, at + 1) != '\n' ? 2 : 1;
	}
	skip(s, at + 1);
	return STATUS_OK;
}

static enum status
skip_number(struct scanner *s, struct error *err)
{
	size_t digits = 0;

	if (peek(s, 0) == '0' && scan_to_lower(peek(s, 1)) == 'x')
		return error_set(err, STATUS_INVALID,
		    "hexadecimal numbers are not read here; write it in decimal");
	if (peek(s, 0) == '0' && scan_is_digit(peek(s, 1)))
		return error_set(err, STATUS_INVALID,
		    "a number cannot begin with 0; write an octal mode in quotes, such as \"0660\", and "
		    "any other number without the 0");
	while (scan_is_digit(peek(s, digits)))
		digits++;
	if (digits > DIGITS_MAX)
		return error_set(err, STATUS_INVALID,
		    "a number of %zu digits would be read wrongly; write at most %d digits, or a "
		    "size or duration in quotes with its unit",
		    digits, DIGITS_MAX);
	skip(s, digits);
	return STATUS_OK;
}

static size_t
name_len(const struct scanner *s)
{
	size_t len = 0;

	while (scan_is_alnum(peek(s, len)) || peek(s, len) == '-' || peek(s, len) == '_' ||
	    peek(s, len) == '*')
		len++;
	return len;
}

static enum status
skip_name(struct scanner *s)
{
	skip(s, name_len(s));
	return STATUS_OK;
}

static enum status
skip_token(struct scanner *s, struct error *err)
{
	char c = peek(s, 0);

	if (c == '#' || (c == '/' && peek(s, 1) == '/'))
		return skip_line(s);
	if (c == '/' && peek(s, 1) == '*')
		return skip_comment(s, err);
	if (c == '"')
		return skip_string(s, err);
	if (c == '@')
		return error_set(err, STATUS_INVALID,
		    "@include is not supported; write everything into this file");
	if (scan_is_digit(c))
		return skip_number(s, err);
	if (scan_is_alpha(c) || c == '*')
		return skip_name(s);
	skip(s, 1);
	return STATUS_OK;
}

static enum status
check_nul(struct slice text, unsigned *ret_line, struct error *err)
{
	size_t at = slice_find(text, '\0');
	struct scanner s = { .rest = text, .line = 1 };

	if (at == text.len)
		return STATUS_OK;
	skip(&s, at);
	*ret_line = s.line;
	return error_set(err, STATUS_INVALID, "there is a NUL here; is this a text file?");
}

enum status
prescan_check(struct slice text, unsigned *ret_line, struct error *err)
{
	struct scanner s = { .rest = text, .line = 1 };
	enum status status = check_nul(text, ret_line, err);

	if (status != STATUS_OK)
		return status;
	while (status == STATUS_OK && s.rest.len > 0)
		status = skip_token(&s, err);
	if (status != STATUS_OK)
		*ret_line = s.line;
	return status;
}

/* ---- which name a line sets ---- */

static struct slice
line_at(struct slice text, unsigned line)
{
	struct slice found = slice_cut(&text, '\n');

	while (line-- > 1)
		found = slice_cut(&text, '\n');
	return found;
}

/* Goes over the name that the rest begins with; true when it is one that is set. */
static bool
take_name(struct scanner *s, struct slice *ret_name)
{
	size_t len = name_len(s);
	struct slice name = slice_of(s->rest.ptr, len);

	skip(s, len);
	while (peek(s, 0) == ' ' || peek(s, 0) == '\t')
		skip(s, 1);
	if (len == 0 || (peek(s, 0) != '=' && peek(s, 0) != ':'))
		return false;
	*ret_name = name;
	return true;
}

struct slice
prescan_name(struct slice text, unsigned line)
{
	struct scanner s = { .rest = line_at(text, line), .line = 1 };
	struct slice name = SLICE_LITERAL("");
	unsigned count = 0;

	while (s.rest.len > 0) {
		if (scan_is_alpha(peek(&s, 0)))
			count += take_name(&s, &name);
		else if (skip_token(&s, NULL) != STATUS_OK)
			break;
	}
	return count == 1 ? name : SLICE_LITERAL("");
}
