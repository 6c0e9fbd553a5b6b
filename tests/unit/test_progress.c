/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ctl/bulk/progress.h"

static void
progress__says_how_far_how_fast_and_how_long(void **state)
{
	static const struct {
		size_t done;
		size_t total;
		int64_t elapsed_ms;
		const char *text;
	} rows[] = {
		{ 0, 10, 5000, "0 of 10" },
		{ 5, 10, 0, "5 of 10" },
		{ 5, 10, 5000, "5 of 10, 1.0 a second, 5 s left" },
		{ 10, 10, 3000, "10 of 10, 3.3 a second, 0 s left" },
		{ 1, 128, 1000, "1 of 128, 1.0 a second, 2 min 7 s left" },
		{ 1, 4000, 2000, "1 of 4000, 0.5 a second, 2 h 13 min left" },
		{ 1, 1000000, 100000, "1 of 1000000, 0.0 a second, 27777 h 45 min left" },
		{ 900000, 1000000, 1000, "900000 of 1000000, 900000.0 a second, 0 s left" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char storage[128];
		struct buf out;

		buf_init_fixed(&out, storage, sizeof(storage));
		progress_put(&out, rows[i].done, rows[i].total, rows[i].elapsed_ms);
		assert_string_equal(buf_text(&out), rows[i].text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(progress__says_how_far_how_fast_and_how_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
