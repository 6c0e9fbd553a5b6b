/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "keys/domain.h"
#include "keys/org.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define LABEL_63 "abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz0"
#define DOMAIN_253 LABEL_63 "." LABEL_63 "." LABEL_63 "." \
	"abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxy"

static void
domain__normalizes(void **state)
{
	static const struct {
		const char *text;
		const char *domain;
	} cases[] = {
		{ "example.com", "example.com" },
		{ "Example.COM", "example.com" },
		{ "example.com.", "example.com" },
		{ "localhost", "localhost" },
		{ "a_b._tcp.example.com", "a_b._tcp.example.com" },
		{ "1.2.3.4.example", "1.2.3.4.example" },
		{ "4.in-addr.arpa", "4.in-addr.arpa" },
		{ "xn--mnchen-3ya.de", "xn--mnchen-3ya.de" },
		{ "XN--MNCHEN-3YA.DE", "xn--mnchen-3ya.de" },
		{ "xn--i-7iq.ws", "xn--i-7iq.ws" },
		{ "m\xc3\xbcnchen.de", "xn--mnchen-3ya.de" },
		{ "M\xc3\x9cNCHEN.DE.", "xn--mnchen-3ya.de" },
		{ "mu\xcc\x88nchen.de", "xn--mnchen-3ya.de" },        /* decomposed */
		{ "fa\xc3\x9f.de", "xn--fa-hia.de" },                 /* nontransitional: not fass */
		{ "\xe4\xbe\x8b\xe3\x80\x82jp", "xn--fsq.jp" },       /* ideographic full stop */
		{ LABEL_63 ".com", LABEL_63 ".com" },
		{ DOMAIN_253, DOMAIN_253 },
		{ DOMAIN_253 ".", DOMAIN_253 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char domain[DOMAIN_MAX + 1] = "untouched";

		assert_int_equal(
		    domain_normalize(slice_from_text(cases[i].text), domain), STATUS_OK);
		assert_string_equal(domain, cases[i].domain);
	}
}

static void
domain__refuses_what_is_none(void **state)
{
	static const struct {
		struct slice text;
		enum status status;
	} cases[] = {
		{ SLICE_LITERAL(""), STATUS_INVALID },
		{ SLICE_LITERAL("."), STATUS_INVALID },
		{ SLICE_LITERAL(".com"), STATUS_INVALID },
		{ SLICE_LITERAL("example..com"), STATUS_INVALID },
		{ SLICE_LITERAL("example.com.."), STATUS_INVALID },
		{ SLICE_LITERAL("-a.com"), STATUS_INVALID },
		{ SLICE_LITERAL("a-.com"), STATUS_INVALID },
		{ SLICE_LITERAL("exa mple.com"), STATUS_INVALID },
		{ SLICE_LITERAL(" example.com"), STATUS_INVALID },
		{ SLICE_LITERAL("exam\0ple.com"), STATUS_INVALID },
		{ SLICE_LITERAL("m\xc3\xbc\0.de"), STATUS_INVALID },
		{ SLICE_LITERAL("example.com\n"), STATUS_INVALID },
		{ SLICE_LITERAL("*.example.com"), STATUS_INVALID },
		{ SLICE_LITERAL("user@example.com"), STATUS_INVALID },
		{ SLICE_LITERAL("192.0.2.1"), STATUS_INVALID },
		{ SLICE_LITERAL("192.0.2.1."), STATUS_INVALID },
		{ SLICE_LITERAL("[192.0.2.1]"), STATUS_INVALID },
		{ SLICE_LITERAL("[IPv6:2001:db8::1]"), STATUS_INVALID },
		{ SLICE_LITERAL("2001:db8::1"), STATUS_INVALID },
		{ SLICE_LITERAL("3232235521"), STATUS_INVALID },
		/* full-width digits and ℀, which the mapping turns into "a/c" */
		{ SLICE_LITERAL("\xef\xbc\x91\x2e\xef\xbc\x92"), STATUS_INVALID },
		{ SLICE_LITERAL("\xe2\x84\x80.com"), STATUS_INVALID },
		{ SLICE_LITERAL("\xff\xfe.com"), STATUS_INVALID },
		{ SLICE_LITERAL("m\xc3.de"), STATUS_INVALID },
		{ SLICE_LITERAL(LABEL_63 "x.com"), STATUS_TOO_LARGE },
		{ SLICE_LITERAL(DOMAIN_253 "x"), STATUS_TOO_LARGE },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char domain[DOMAIN_MAX + 1] = "untouched";

		assert_int_equal(domain_normalize(cases[i].text, domain), cases[i].status);
		assert_string_equal(domain, "untouched");
	}
}

static void
domain__is_its_own_normal_form(void **state)
{
	static const char *const texts[] = { "Example.com.", "m\xc3\xbcnchen.de", DOMAIN_253 };
	char once[DOMAIN_MAX + 1];
	char twice[DOMAIN_MAX + 1];

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		assert_int_equal(domain_normalize(slice_from_text(texts[i]), once), STATUS_OK);
		assert_int_equal(domain_normalize(slice_from_text(once), twice), STATUS_OK);
		assert_string_equal(once, twice);
	}
}

static void
domain__takes_texts_that_do_not_end_with_nul(void **state)
{
	static const char bytes[] = { 'a', '.', 'd', 'e', 'x' };
	char domain[DOMAIN_MAX + 1];

	(void)state;
	assert_int_equal(domain_normalize(slice_of(bytes, 4), domain), STATUS_OK);
	assert_string_equal(domain, "a.de");
}

static void
domain__says_what_is_wrong(void **state)
{
	static const struct {
		const char *text;
		const char *part;
	} cases[] = {
		{ "", "empty" },
		{ "com", "top-level" },
		{ "s._domainkey.example.com", "behind _domainkey" },
		{ "_domainkey.example.com", "behind _domainkey" },
		{ "192.0.2.1", "is an address" },
		{ "[192.0.2.1]", "is an address" },
		{ "2001:db8::1", "is an address" },
		{ "exa mple.com", "is not a domain name" },
		{ LABEL_63 "x.com", "too long" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char domain[DOMAIN_MAX + 1] = "untouched";
		struct error err = { "" };

		assert_int_not_equal(
		    domain_check(slice_from_text(cases[i].text), domain, &err), STATUS_OK);
		assert_non_null(strstr(err.text, cases[i].part));
		assert_string_equal(domain, "untouched");
	}
}

static void
domain__quotes_whole_characters_without_controls(void **state)
{
	char long_text[200];
	struct slice quoted;

	(void)state;
	assert_true(slice_equal(
	    domain_quote(SLICE_LITERAL("ab\ncd")), SLICE_LITERAL("ab")));
	assert_int_equal(domain_quote(SLICE_LITERAL("ab\x7f")).len, 2);
	assert_int_equal(domain_quote(SLICE_LITERAL("ab\xc2\x9b" "c")).len, 2);
	assert_int_equal(domain_quote(SLICE_LITERAL("ab\xe2\x80\xae" "c")).len, 2);
	assert_int_equal(domain_quote(SLICE_LITERAL("m\xc3\xbc\xe2\x82\xac")).len, 6);
	/* 79 octets, then a character of two: it is left out, not cut */
	memset(long_text, 'a', sizeof(long_text));
	memcpy(long_text + 79, "\xc3\xbc", 2);
	quoted = domain_quote(slice_of(long_text, sizeof(long_text)));
	assert_int_equal(quoted.len, 79);
}

static void
domain__goes_up_by_whole_labels(void **state)
{
	struct slice domain = SLICE_LITERAL("a.badexample.com");

	(void)state;
	domain = domain_parent(domain);
	assert_true(slice_equal(domain, SLICE_LITERAL("badexample.com")));
	domain = domain_parent(domain);
	assert_true(slice_equal(domain, SLICE_LITERAL("com")));
	assert_int_equal(domain_parent(domain).len, 0);
}

static void
org__takes_words_and_numbers(void **state)
{
	static const char *const good[] = { "main", "ACME-2", "00D5g000004abc", "a.b_c", "1" };
	static const char *const bad[] = { "", "-a", ".a", "a b", "a/b", "a\"b", "\xc3\xbc", "a\n" };
	char org[ORG_MAX + 1];
	struct error err;

	(void)state;
	for (size_t i = 0; i < COUNT(good); i++) {
		assert_int_equal(org_check(slice_from_text(good[i]), org, &err), STATUS_OK);
		assert_string_equal(org, good[i]);
	}
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_int_equal(org_check(slice_from_text(bad[i]), org, &err), STATUS_INVALID);
	assert_int_equal(
	    org_check(SLICE_LITERAL(LABEL_63), org, &err), STATUS_OK);
	assert_int_equal(
	    org_check(SLICE_LITERAL(LABEL_63 "x"), org, &err), STATUS_TOO_LARGE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(domain__normalizes),
		cmocka_unit_test(domain__refuses_what_is_none),
		cmocka_unit_test(domain__is_its_own_normal_form),
		cmocka_unit_test(domain__takes_texts_that_do_not_end_with_nul),
		cmocka_unit_test(domain__says_what_is_wrong),
		cmocka_unit_test(domain__quotes_whole_characters_without_controls),
		cmocka_unit_test(domain__goes_up_by_whole_labels),
		cmocka_unit_test(org__takes_words_and_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
