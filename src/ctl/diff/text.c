/* SPDX-License-Identifier: ISC */
#include "ctl/diff/text.h"

#include "base/scan.h"

size_t
text_common(struct slice a, struct slice b)
{
	size_t at = 0;

	while (at < a.len && at < b.len && a.ptr[at] == b.ptr[at])
		at++;
	return at;
}

static struct slice
skip(struct slice text, const char *ignored)
{
	while (text.len > 0 && text.ptr[0] != '\0' && strchr(ignored, text.ptr[0]) != NULL)
		text = slice_after(text, 1);
	return text;
}

bool
text_equal_without(struct slice a, struct slice b, const char *ignored)
{
	for (;;) {
		a = skip(a, ignored);
		b = skip(b, ignored);
		if (a.len == 0 || b.len == 0)
			return a.len == b.len;
		if (a.ptr[0] != b.ptr[0])
			return false;
		a = slice_after(a, 1);
		b = slice_after(b, 1);
	}
}

bool
text_equal_spaced(struct slice a, struct slice b)
{
	static const char space[] = " \t\r\n";

	a = slice_trim(a);
	b = slice_trim(b);
	while (a.len > 0 && b.len > 0) {
		struct slice after_a = skip(a, space);
		struct slice after_b = skip(b, space);

		/* both have a run here, or neither */
		if ((after_a.len == a.len) != (after_b.len == b.len) || after_a.ptr[0] != after_b.ptr[0])
			return false;
		a = slice_after(after_a, 1);
		b = slice_after(after_b, 1);
	}
	return a.len == b.len;
}

bool
text_contains(struct slice a, struct slice b)
{
	return b.len == 0 || memmem(a.ptr, a.len, b.ptr, b.len) != NULL;
}

size_t
text_longest_line(struct slice text)
{
	size_t longest = 0;

	while (text.len > 0) {
		struct slice line = slice_cut(&text, '\n');

		if (slice_ends_with(line, SLICE_LITERAL("\r")))
			line.len--;
		longest = line.len > longest ? line.len : longest;
	}
	return longest;
}

/* The length of a break at the beginning of text, or 0. */
static size_t
break_len(struct slice text)
{
	static const char *const breaks[] = { "!\r\n ", "\r\n ", "\r\n\t", "\r\n" };

	for (size_t i = 0; i < sizeof(breaks) / sizeof(breaks[0]); i++) {
		if (slice_starts_with(text, slice_from_text(breaks[i])))
			return strlen(breaks[i]);
	}
	return 0;
}

size_t
text_broken_len(struct slice whole, struct slice text)
{
	size_t len = 0;

	while (whole.len > 0) {
		size_t same = text_common(whole, slice_after(text, len));
		size_t cut;

		whole = slice_after(whole, same);
		len += same;
		if (whole.len == 0)
			break;
		cut = break_len(slice_after(text, len));
		if (cut == 0)
			return 0;
		len += cut;
	}
	return len;
}

/* Cuts what stands in the next angle brackets off *rest; empty at the end. */
static struct slice
cut_address(struct slice *rest)
{
	(void)slice_cut(rest, '<');
	return slice_cut(rest, '>');
}

bool
text_has_same_addresses(struct slice a, struct slice b)
{
	bool has_some = false;

	while (a.len > 0 || b.len > 0) {
		struct slice one = cut_address(&a);
		struct slice other = cut_address(&b);

		if (!slice_equal(one, other))
			return false;
		has_some = has_some || one.len > 0;
	}
	return has_some;
}
