/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/words.h"

enum { RED = 1, GREEN = 5 };

static const struct word colours[] = {
	{ RED, "red" },
	{ GREEN, "green" },
	{ 0, NULL },
};

static void
words__text_of_a_value(void **state)
{
	(void)state;
	assert_string_equal(word_text(colours, RED), "red");
	assert_string_equal(word_text(colours, GREEN), "green");
	assert_string_equal(word_text(colours, 0), "unknown");
	assert_string_equal(word_text(colours, 2), "unknown");
}

static void
words__value_of_a_text(void **state)
{
	int value = 77;

	(void)state;
	assert_int_equal(word_value(colours, SLICE_LITERAL("green"), &value), STATUS_OK);
	assert_int_equal(value, GREEN);
}

static void
words__other_texts_are_not_found(void **state)
{
	static const struct slice others[] = {
		SLICE_LITERAL("Red"), SLICE_LITERAL("re"), SLICE_LITERAL("red "), SLICE_LITERAL(""),
		SLICE_LITERAL("unknown"), SLICE_LITERAL("red\0"),
	};

	(void)state;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		int value = 77;

		assert_int_equal(word_value(colours, others[i], &value), STATUS_NOT_FOUND);
		assert_int_equal(value, 77);
	}
}

static void
words__every_status_has_a_name(void **state)
{
	(void)state;
	assert_string_equal(status_name(STATUS_OK), "ok");
	assert_string_equal(status_name(STATUS_NOT_FOUND), "not-found");
	for (int i = STATUS_OK; i <= STATUS_SYSTEM; i++) {
		assert_non_null(status_name((enum status)i));
		assert_string_not_equal(status_name((enum status)i), "unknown");
	}
	assert_string_equal(status_name((enum status)(STATUS_SYSTEM + 1)), "unknown");
	assert_string_equal(status_name((enum status)-1), "unknown");
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(words__text_of_a_value),
		cmocka_unit_test(words__value_of_a_text),
		cmocka_unit_test(words__other_texts_are_not_found),
		cmocka_unit_test(words__every_status_has_a_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
