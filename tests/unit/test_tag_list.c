/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "dkim/tag_list.h"

static const struct tag_case {
	const char *text;
	const char *tags; /* "name|value/name|value" */
} tag_cases[] = {
	{ "a=1", "a|1" },
	{ "a=1;", "a|1" },
	{ "a=1; b=2 ;c = 3 ; ", "a|1/b|2/c|3" },
	{ "a=", "a|" },
	{ "a=b=c==", "a|b=c==" },
	{ "a_1=x y\r\n\tz", "a_1|x y\r\n\tz" },
	{ "a=1; A=2", "a|1/A|2" },
	{ "a=\xc3\xa9", "a|\xc3\xa9" },
};

static void
tag_list__is_cut(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(tag_cases) / sizeof(tag_cases[0]); i++) {
		struct tag_list list;
		struct buf text;

		buf_init(&text, 1000);
		assert_int_equal(
		    tag_list_parse(slice_from_text(tag_cases[i].text), &list), STATUS_OK);
		for (size_t j = 0; j < list.count; j++) {
			buf_put_text(&text, j > 0 ? "/" : "");
			buf_put(&text, list.tags[j].name);
			buf_put_char(&text, '|');
			buf_put(&text, list.tags[j].value);
		}
		assert_string_equal(buf_text(&text), tag_cases[i].tags);
		buf_done(&text);
	}
}

static const char *const bad_lists[] = {
	"", ";", " ", "a", "a=1;;b=2", "a=1; ;b=2", "=1", "1=1", "_a=1", "a-b=1", "a b=1",
	"a=1;a=2", "a=\x01", "a=\x7f", "a=1; b",
};

static void
tag_list__that_is_none_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bad_lists) / sizeof(bad_lists[0]); i++) {
		struct tag_list list = { .count = 7 };

		if (tag_list_parse(slice_from_text(bad_lists[i]), &list) != STATUS_INVALID)
			fail_msg("taken: %s", bad_lists[i]);
		assert_int_equal(list.count, 7);
	}
}

static void
tag_list__is_bounded(void **state)
{
	struct tag_list list;
	struct buf text;

	(void)state;
	buf_init(&text, 1000);
	for (int i = 0; i < TAG_LIST_MAX; i++)
		buf_put_format(&text, "t%d=1;", i);
	assert_int_equal(tag_list_parse(buf_slice(&text), &list), STATUS_OK);
	buf_put_text(&text, "x=1");
	assert_int_equal(tag_list_parse(buf_slice(&text), &list), STATUS_TOO_LARGE);
	buf_done(&text);
}

static void
tag_list__finds_by_name(void **state)
{
	struct tag_list list;

	(void)state;
	assert_int_equal(tag_list_parse(SLICE_LITERAL("a=1; bh=2; b=3"), &list), STATUS_OK);
	assert_ptr_equal(tag_list_find(&list, SLICE_LITERAL("b")), &list.tags[2]);
	assert_null(tag_list_find(&list, SLICE_LITERAL("B")));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tag_list__is_cut),
		cmocka_unit_test(tag_list__that_is_none_is_refused),
		cmocka_unit_test(tag_list__is_bounded),
		cmocka_unit_test(tag_list__finds_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
