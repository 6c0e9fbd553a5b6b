/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/slice.h"

#define LIT(text) SLICE_LITERAL(text)

static void
assert_slice(struct slice s, const char *text)
{
	assert_int_equal(s.len, strlen(text));
	assert_memory_equal(s.ptr, text, s.len);
}

static void
slice__literal_has_no_nul(void **state)
{
	(void)state;
	assert_int_equal(LIT("abc").len, 3);
	assert_int_equal(LIT("a\0c").len, 3);
	assert_int_equal(slice_from_text("").len, 0);
}

static void
slice__first_and_after_are_cut_to_the_length(void **state)
{
	static const struct {
		size_t at;
		const char *first;
		const char *after;
	} rows[] = {
		{ 0, "", "abc" },
		{ 1, "a", "bc" },
		{ 3, "abc", "" },
		{ 4, "abc", "" },
		{ SIZE_MAX, "abc", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_slice(slice_first(LIT("abc"), rows[i].at), rows[i].first);
		assert_slice(slice_after(LIT("abc"), rows[i].at), rows[i].after);
	}
}

static void
slice__equal_compares_every_octet(void **state)
{
	static const struct {
		struct slice a, b;
		bool equal, nocase;
	} rows[] = {
		{ LIT("abc"), LIT("abc"), true, true },
		{ LIT("abc"), LIT("abC"), false, true },
		{ LIT("abc"), LIT("abd"), false, false },
		{ LIT("abc"), LIT("ab"), false, false },
		{ LIT(""), LIT(""), true, true },
		{ { NULL, 0 }, LIT(""), true, true },
		{ LIT("a\0b"), LIT("a\0c"), false, false },
		{ LIT("[@"), LIT("{`"), false, false }, /* differ by the case bit alone */
		{ LIT("\xc4"), LIT("\xe4"), false, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(slice_equal(rows[i].a, rows[i].b), rows[i].equal);
		assert_int_equal(slice_equal_nocase(rows[i].a, rows[i].b), rows[i].nocase);
	}
}

static void
slice__compare_is_by_octets_and_a_prefix_first(void **state)
{
	static const struct slice sorted[] = { LIT(""), LIT("A"), LIT("a"), LIT("ab"), LIT("b"), LIT("\xff") };

	(void)state;
	for (int i = 0; i < 6; i++) {
		for (int k = 0; k < 6; k++) {
			int order = slice_compare(sorted[i], sorted[k]);

			assert_int_equal((order > 0) - (order < 0), (i > k) - (i < k));
		}
	}
}

static void
slice__starts_and_ends(void **state)
{
	(void)state;
	assert_true(slice_starts_with(LIT("abc"), LIT("ab")));
	assert_true(slice_starts_with(LIT("abc"), LIT("")));
	assert_true(slice_starts_with(LIT("abc"), LIT("abc")));
	assert_false(slice_starts_with(LIT("abc"), LIT("abcd")));
	assert_false(slice_starts_with(LIT("abc"), LIT("b")));
	assert_true(slice_ends_with(LIT("abc"), LIT("bc")));
	assert_true(slice_ends_with(LIT("abc"), LIT("")));
	assert_false(slice_ends_with(LIT("abc"), LIT("xabc")));
	assert_false(slice_ends_with(LIT("abc"), LIT("ab")));
}

static void
slice__find_gives_index_or_length(void **state)
{
	(void)state;
	assert_int_equal(slice_find(LIT("a.b.c"), '.'), 1);
	assert_int_equal(slice_find(LIT("abc"), '.'), 3);
	assert_int_equal(slice_find(LIT("ab\0c"), '\0'), 2);
	assert_int_equal(slice_find((struct slice){ NULL, 0 }, '.'), 0);
}

static void
slice__trim_takes_white_space_at_both_ends(void **state)
{
	(void)state;
	assert_slice(slice_trim(LIT(" \t\r\na b\r\n ")), "a b");
	assert_slice(slice_trim(LIT("a")), "a");
	assert_slice(slice_trim(LIT(" \r\n")), "");
	assert_slice(slice_trim(LIT("")), "");
	assert_slice(slice_trim(LIT("\v")), "\v");
}

static void
slice__cut_walks_through_parts(void **state)
{
	struct slice rest = LIT("a..bc");

	(void)state;
	assert_slice(slice_cut(&rest, '.'), "a");
	assert_slice(slice_cut(&rest, '.'), "");
	assert_slice(rest, "bc");
	assert_slice(slice_cut(&rest, '.'), "bc");
	assert_slice(rest, "");
	assert_slice(slice_cut(&rest, '.'), "");
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(slice__literal_has_no_nul),
		cmocka_unit_test(slice__first_and_after_are_cut_to_the_length),
		cmocka_unit_test(slice__equal_compares_every_octet),
		cmocka_unit_test(slice__compare_is_by_octets_and_a_prefix_first),
		cmocka_unit_test(slice__starts_and_ends),
		cmocka_unit_test(slice__find_gives_index_or_length),
		cmocka_unit_test(slice__trim_takes_white_space_at_both_ends),
		cmocka_unit_test(slice__cut_walks_through_parts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
