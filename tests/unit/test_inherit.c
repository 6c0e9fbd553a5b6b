/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "process/inherit.h"

static char program[] = "program";
static char number[] = "epoch=17";
static char empty[] = "instance=";
static char word[] = "uid=root";
static char closed_fd[] = "vault=999";
static char *arguments[] = { program, number, empty, word, closed_fd, NULL };
static const struct inherit inherit = { 5, arguments };

static void
inherit__reads_a_number(void **state)
{
	uint32_t value;

	(void)state;
	assert_int_equal(inherit_number(&inherit, "epoch", &value, NULL), STATUS_OK);
	assert_int_equal(value, 17);
}

static void
inherit__names_what_is_missing_or_wrong(void **state)
{
	static const struct {
		const char *name;
		enum status status;
	} rows[] = {
		{ "gid", STATUS_NOT_FOUND },
		{ "instance", STATUS_NOT_FOUND },
		{ "epo", STATUS_NOT_FOUND },
		{ "uid", STATUS_INVALID },
	};
	struct error err;
	uint32_t value;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(inherit_number(&inherit, rows[i].name, &value, &err), rows[i].status);
		assert_non_null(strstr(err.text, rows[i].name));
	}
}

static void
inherit__takes_only_open_descriptors_and_closes_them_on_exec(void **state)
{
	char argument[32];
	char *own_arguments[] = { program, argument, NULL };
	struct inherit own = { 2, own_arguments };
	int fd = open("/dev/null", O_RDONLY);
	int got;

	(void)state;
	(void)snprintf(argument, sizeof(argument), "log=%d", fd);
	assert_int_equal(inherit_fd(&own, "log", &got, NULL), STATUS_OK);
	assert_int_equal(got, fd);
	assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
	assert_int_equal(inherit_fd(&inherit, "vault", &got, NULL), STATUS_SYSTEM);
	assert_int_equal(inherit_optional_fd(&inherit, "vault"), -1);
	(void)close(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(inherit__reads_a_number),
		cmocka_unit_test(inherit__names_what_is_missing_or_wrong),
		cmocka_unit_test(inherit__takes_only_open_descriptors_and_closes_them_on_exec),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
