/* SPDX-License-Identifier: ISC */
#include "split.h"

#include "base/scan.h"

/* The length of the field that text begins with, without the line end after it. */
static size_t
field_len(struct slice text)
{
	size_t len = slice_find(text, '\n');

	while (len + 1 < text.len && scan_is_wsp(text.ptr[len + 1]))
		len += 1 + slice_find(slice_after(text, len + 1), '\n');
	return len;
}

/* Printable ASCII (RFC 5322 §3.6.8), white space after it allowed (§4.5). */
static bool
is_name(struct slice name)
{
	while (name.len > 0 && scan_is_wsp(name.ptr[name.len - 1]))
		name.len--;
	for (size_t i = 0; i < name.len; i++) {
		if ((unsigned char)name.ptr[i] <= 0x20 || (unsigned char)name.ptr[i] >= 0x7f)
			return false;
	}
	return name.len > 0;
}

bool
split_next(struct slice *rest, struct split_field *ret_field)
{
	size_t len = field_len(*rest);
	struct slice value = slice_first(*rest, len);
	bool has_colon = slice_find(value, ':') < value.len;
	struct slice name = slice_cut(&value, ':');

	if (slice_trim(name).len == 0 && !has_colon)
		*rest = slice_after(*rest, len + 1);
	if (!has_colon || !is_name(name))
		return false;
	if (slice_ends_with(value, SLICE_LITERAL("\r")))
		value.len--;
	*ret_field = (struct split_field){ .name = name, .value = value };
	*rest = slice_after(*rest, len + 1);
	return true;
}
