/* SPDX-License-Identifier: ISC */
#include "base/slice.h"

#include "base/scan.h"

bool
slice_equal_nocase(struct slice a, struct slice b)
{
	if (a.len != b.len)
		return false;
	for (size_t i = 0; i < a.len; i++) {
		if (scan_to_lower(a.ptr[i]) != scan_to_lower(b.ptr[i]))
			return false;
	}
	return true;
}

int
slice_compare(struct slice a, struct slice b)
{
	size_t shorter = a.len < b.len ? a.len : b.len;
	int order = shorter > 0 ? memcmp(a.ptr, b.ptr, shorter) : 0;

	return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}

bool
slice_starts_with(struct slice s, struct slice prefix)
{
	return s.len >= prefix.len && slice_equal(slice_first(s, prefix.len), prefix);
}

bool
slice_ends_with(struct slice s, struct slice suffix)
{
	return s.len >= suffix.len && slice_equal(slice_after(s, s.len - suffix.len), suffix);
}

size_t
slice_find(struct slice s, char c)
{
	const char *hit = s.len > 0 ? memchr(s.ptr, c, s.len) : NULL;

	return hit != NULL ? (size_t)(hit - s.ptr) : s.len;
}

struct slice
slice_trim(struct slice s)
{
	while (s.len > 0 && scan_is_space(s.ptr[0]))
		s = slice_after(s, 1);
	while (s.len > 0 && scan_is_space(s.ptr[s.len - 1]))
		s.len--;
	return s;
}

struct slice
slice_cut(struct slice *rest, char c)
{
	size_t at = slice_find(*rest, c);
	struct slice head = slice_first(*rest, at);

	*rest = slice_after(*rest, at + 1);
	return head;
}
