/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "keys/dns_code.h"

static void
dns_code__has_a_word_for_each(void **state)
{
	int code;

	(void)state;
	for (code = DNS_CODE_NONE; code <= DNS_CODE_UNREACHABLE; code++) {
		const char *word = word_text(dns_code_words, code);
		int back = -1;

		assert_string_not_equal(word, "unknown");
		assert_int_equal(word_value(dns_code_words, slice_from_text(word), &back), STATUS_OK);
		assert_int_equal(back, code);
	}
	assert_string_equal(word_text(dns_code_words, code), "unknown");
}

/* A new code is a failure until somebody says otherwise: a gate must not open by mistake. */
static void
dns_code__proves_or_fails_or_changes_nothing(void **state)
{
	(void)state;
	for (int code = DNS_CODE_NOT_PUBLISHED; code <= DNS_CODE_SERVERS_DISAGREE; code++)
		assert_int_equal(dns_code_state((enum dns_code)code), DNS_FAILED);
	assert_int_equal(dns_code_state(DNS_CODE_PUBLISHED), DNS_VERIFIED);
	assert_int_equal(dns_code_state(DNS_CODE_TXT_FOR_CNAME), DNS_VERIFIED);
	assert_int_equal(dns_code_state(DNS_CODE_TEST_MODE), DNS_VERIFIED);
	assert_int_equal(dns_code_state(DNS_CODE_NONE), DNS_UNCHECKED);
	assert_int_equal(dns_code_state(DNS_CODE_NOT_SEEN_YET), DNS_UNCHECKED);
	assert_int_equal(dns_code_state(DNS_CODE_DNSSEC_BOGUS), DNS_UNCHECKED);
	assert_int_equal(dns_code_state(DNS_CODE_UNREACHABLE), DNS_UNCHECKED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dns_code__has_a_word_for_each),
		cmocka_unit_test(dns_code__proves_or_fails_or_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
