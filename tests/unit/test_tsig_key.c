/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "dns/tsig_key.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void
tsig_key__reads_what_tools_write(void **state)
{
	static const char *const texts[] = {
		"key \"upd.example.net\" {\n\talgorithm hmac-sha256;\n\tsecret \"c2VjcmV0\";\n};\n",
		"# made today\n// by hand\nkey upd.example.net { secret \"c2VjcmV0\"; };",
		"KEY \"UPD.example.net\" { Algorithm HMAC-SHA256 ; Secret c2VjcmV0 ; }",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		struct tsig_key key;
		struct error err = { "" };

		if (tsig_key_parse(slice_from_text(texts[i]), &key, &err) != STATUS_OK)
			fail_msg("%s: %s", texts[i], err.text);
		assert_string_equal(key.name, "upd.example.net");
		assert_string_equal(key.algorithm, "hmac-sha256.");
		assert_string_equal(key.secret, "c2VjcmV0");
	}
}

static void
tsig_key__says_what_is_wrong_and_not_the_secret(void **state)
{
	static const struct {
		const char *text;
		const char *part;
	} cases[] = {
		{ "", "no key" },
		{ "zone \"x\" { };", "no key" },
		{ "key \"x\"", "no key" },
		{ "key \"a b\" { secret \"AAAA\"; };", "no name" },
		{ "key \"x\" { algorithm hmac-md5; secret \"AAAA\"; };", "hmac-md5" },
		{ "key \"x\" { algorithm hmac-sha256 secret \"AAAA\"; };", "semicolon" },
		{ "key \"x\" { algorithm hmac-sha256; };", "missing" },
		{ "key \"x\" { secret \"\"; };", "not base64" },
		{ "key \"x\" { secret \"hush!\"; };", "not base64" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct tsig_key key;
		struct error err = { "" };

		assert_int_equal(
		    tsig_key_parse(slice_from_text(cases[i].text), &key, &err), STATUS_INVALID);
		if (strstr(err.text, cases[i].part) == NULL)
			fail_msg("%s: %s", cases[i].text, err.text);
		assert_null(strstr(err.text, "hush"));
	}
}

/* At every end of the text, without reading beyond it. */
static void
tsig_key__reads_no_further_than_the_text(void **state)
{
	static const char whole[] = "key \"x\" { algorithm hmac-sha256; secret \"AAAA\"; };";

	(void)state;
	for (size_t len = 0; len < sizeof(whole) - 4; len++) {
		struct tsig_key key;
		char copy[sizeof(whole)];

		memcpy(copy, whole, len);
		(void)!tsig_key_parse(slice_of(copy, len), &key, NULL);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tsig_key__reads_what_tools_write),
		cmocka_unit_test(tsig_key__says_what_is_wrong_and_not_the_secret),
		cmocka_unit_test(tsig_key__reads_no_further_than_the_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
