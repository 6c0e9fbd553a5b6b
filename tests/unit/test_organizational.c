/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "verdict/organizational.h"

static const struct {
	const char *domain;
	const char *organizational;
} cases[] = {
	{ "example.com", "example.com" },
	{ "mail.eu.example.com", "example.com" },
	{ "a.b.example.co.uk", "example.co.uk" },
	{ "example.co.uk", "example.co.uk" },
	{ "co.uk", "" },
	{ "com", "" },
	{ "", "" },
	/* a private suffix is one as well: whoever is below it is somebody else */
	{ "me.github.io", "me.github.io" },
	{ "github.io", "" },
	/* exceptions and wildcards of the list */
	{ "city.kawasaki.jp", "city.kawasaki.jp" },
	{ "b.c.kobe.jp", "b.c.kobe.jp" },
	{ "c.kobe.jp", "" },
	/* A-labels */
	{ "mail.xn--85x722f.xn--55qx5d.cn", "xn--85x722f.xn--55qx5d.cn" },
	/* an unknown top-level domain is a suffix of its own */
	{ "mail.foo.example", "foo.example" },
};

static void
organizational__is_by_the_public_suffix_list(void **state)
{
	char domain[DOMAIN_MAX + 1];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		memset(domain, 'x', sizeof(domain));
		organizational_domain(cases[i].domain, domain);
		assert_string_equal(domain, cases[i].organizational);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(organizational__is_by_the_public_suffix_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
