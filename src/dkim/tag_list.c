/* SPDX-License-Identifier: ISC */
#include "dkim/tag_list.h"

#include "base/scan.h"

static bool
is_name(struct slice s)
{
	if (s.len == 0 || !scan_is_alpha(s.ptr[0]))
		return false;
	for (size_t i = 1; i < s.len; i++) {
		if (!scan_is_alnum(s.ptr[i]) && s.ptr[i] != '_')
			return false;
	}
	return true;
}

/* Printable ASCII, white space, and the UTF-8 that RFC 8616 has added. */
static bool
is_value(struct slice s)
{
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.ptr[i];

		if (!scan_is_space(s.ptr[i]) && (c < 0x21 || c == 0x7f))
			return false;
	}
	return true;
}

static enum status
parse_tag(struct slice text, struct tag *ret_tag)
{
	size_t equals = slice_find(text, '=');
	struct tag tag = {
		.name = slice_trim(slice_first(text, equals)),
		.value = slice_trim(slice_after(text, equals + 1)),
	};

	if (equals == text.len || !is_name(tag.name) || !is_value(tag.value))
		return STATUS_INVALID;
	*ret_tag = tag;
	return STATUS_OK;
}

static enum status
add_tag(struct tag_list *list, struct slice text)
{
	struct tag tag;
	enum status status = parse_tag(text, &tag);

	if (status != STATUS_OK)
		return status;
	if (tag_list_find(list, tag.name) != NULL)
		return STATUS_INVALID;
	if (list->count == TAG_LIST_MAX)
		return STATUS_TOO_LARGE;
	list->tags[list->count++] = tag;
	return STATUS_OK;
}

enum status
tag_list_parse(struct slice text, struct tag_list *ret_list)
{
	struct tag_list list = { .count = 0 };
	struct slice rest = text;

	do {
		enum status status = add_tag(&list, slice_cut(&rest, ';'));

		if (status != STATUS_OK)
			return status;
	} while (slice_trim(rest).len > 0);
	*ret_list = list;
	return STATUS_OK;
}

const struct tag *
tag_list_find(const struct tag_list *list, struct slice name)
{
	for (size_t i = 0; i < list->count; i++) {
		if (slice_equal(list->tags[i].name, name))
			return &list->tags[i];
	}
	return NULL;
}
