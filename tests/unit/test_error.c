/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "base/error.h"

static void
error__set_formats_and_returns_status(void **state)
{
	struct error err = { "old" };

	(void)state;
	assert_int_equal(error_set(&err, STATUS_REFUSED, "%s %d", "x", 5), STATUS_REFUSED);
	assert_string_equal(err.text, "x 5");
	assert_int_equal(error_set(&err, STATUS_INVALID, "y"), STATUS_INVALID);
	assert_string_equal(err.text, "y");
}

static void
error__set_errno_appends_the_reason(void **state)
{
	struct error err = { "" };

	(void)state;
	errno = ENOENT;
	assert_int_equal(error_set_errno(&err, "cannot open %s", "f"), STATUS_SYSTEM);
	assert_string_equal(err.text, "cannot open f: No such file or directory");
}

static void
error__prepend_keeps_what_was_there(void **state)
{
	struct error err = { "" };

	(void)state;
	(void)error_set(&err, STATUS_INVALID, "inner");
	assert_int_equal(error_prepend(&err, STATUS_DAMAGED, "outer %d", 1), STATUS_DAMAGED);
	assert_string_equal(err.text, "outer 1: inner");
}

static void
error__nobody_listens(void **state)
{
	(void)state;
	assert_int_equal(error_set(NULL, STATUS_INVALID, "x"), STATUS_INVALID);
	assert_int_equal(error_set_errno(NULL, "x"), STATUS_SYSTEM);
	assert_int_equal(error_prepend(NULL, STATUS_TIMEOUT, "x"), STATUS_TIMEOUT);
}

static void
error__is_cut_to_fit(void **state)
{
	char text[2 * ERROR_TEXT_SIZE];
	struct error err = { "" };

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	(void)error_set(&err, STATUS_INVALID, "%s", text);
	assert_int_equal(strlen(err.text), ERROR_TEXT_SIZE - 1);
	(void)error_prepend(&err, STATUS_INVALID, "abc");
	assert_int_equal(strlen(err.text), ERROR_TEXT_SIZE - 1);
	assert_memory_equal(err.text, "abc: xxx", 8);
	errno = ENOENT;
	(void)error_set_errno(&err, "%s", text);
	assert_int_equal(strlen(err.text), ERROR_TEXT_SIZE - 1);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(error__set_formats_and_returns_status),
		cmocka_unit_test(error__set_errno_appends_the_reason),
		cmocka_unit_test(error__prepend_keeps_what_was_there),
		cmocka_unit_test(error__nobody_listens),
		cmocka_unit_test(error__is_cut_to_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
