/* SPDX-License-Identifier: ISC */
/* dkim/tag_list.h: the octets are a tag list. */
#include "dkim/tag_list.h"

#include <stdlib.h>

#include "base/buf.h"
#include "target.h"

#define TEXT_MAX (16U << 20)

static bool
is_within(struct slice part, struct slice whole)
{
	return part.ptr >= whole.ptr && part.ptr + part.len <= whole.ptr + whole.len;
}

static void
check_tags(const struct tag_list *list, struct slice text)
{
	TARGET_CHECK(list->count > 0 && list->count <= TAG_LIST_MAX);
	for (size_t i = 0; i < list->count; i++) {
		const struct tag *tag = &list->tags[i];

		TARGET_CHECK(tag->name.len > 0 && is_within(tag->name, text));
		TARGET_CHECK(is_within(tag->value, text));
		TARGET_CHECK(slice_trim(tag->value).len == tag->value.len);
		TARGET_CHECK(slice_find(tag->value, ';') == tag->value.len);
		/* each name is there once */
		TARGET_CHECK(tag_list_find(list, tag->name) == tag);
	}
}

static bool
is_same_list(const struct tag_list *a, const struct tag_list *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++) {
		if (!slice_equal(a->tags[i].name, b->tags[i].name) ||
		    !slice_equal(a->tags[i].value, b->tags[i].value))
			return false;
	}
	return true;
}

/* The same tags with gap around each "=" and ";" (RFC 6376 §3.2 allows FWS there). */
static void
check_written(const struct tag_list *list, const char *gap, const char *end)
{
	struct tag_list again;
	struct buf text;

	buf_init(&text, TEXT_MAX);
	for (size_t i = 0; i < list->count; i++) {
		buf_put_text(&text, i > 0 ? ";" : "");
		buf_put_text(&text, gap);
		buf_put(&text, list->tags[i].name);
		buf_put_text(&text, gap);
		buf_put_char(&text, '=');
		buf_put_text(&text, gap);
		buf_put(&text, list->tags[i].value);
		buf_put_text(&text, gap);
	}
	buf_put_text(&text, end);
	TARGET_CHECK(tag_list_parse(buf_slice(&text), &again) == STATUS_OK);
	TARGET_CHECK(is_same_list(list, &again));
	buf_done(&text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *copy = target_copy(slice_of(data, size));
	struct tag_list list = { .count = 77 };
	enum status status = tag_list_parse(slice_of(copy, size), &list);

	TARGET_CHECK(status == STATUS_OK || status == STATUS_INVALID || status == STATUS_TOO_LARGE);
	if (status == STATUS_OK) {
		check_tags(&list, slice_of(copy, size));
		check_written(&list, "", "");
		check_written(&list, "\r\n\t ", "; ");
	} else {
		TARGET_CHECK(list.count == 77);
	}
	free(copy);
	return 0;
}
