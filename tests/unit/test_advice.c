/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "supervisor/advice.h"

static void
advice__is_what_postfix_understands(void **state)
{
	static const struct {
		const char *address;
		const char *advice;
	} rows[] = {
		{ "unix:/run/signetd/milter.sock", "unix:/run/signetd/milter.sock" },
		{ "unix:/var/spool/postfix/signetd/milter.sock", "unix:signetd/milter.sock" },
		{ "unix:/var/spool/postfix2/milter.sock", "unix:/var/spool/postfix2/milter.sock" },
		{ "inet:127.0.0.1@8891", "inet:127.0.0.1:8891" },
		{ "inet:::1@8891", "inet:[::1]:8891" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char storage[128];
		struct buf out;

		buf_init_fixed(&out, storage, sizeof(storage));
		advice_write_milter(&out, rows[i].address);
		assert_string_equal(buf_text(&out), rows[i].advice);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(advice__is_what_postfix_understands),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
