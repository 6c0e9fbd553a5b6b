/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "policy/reason.h"

static void
reason__has_one_row_of_its_own(void **state)
{
	(void)state;
	for (int i = REASON_SIGNED; i <= REASON_INTERNAL_ERROR; i++) {
		const struct reason_row *row = reason_row((enum reason)i);

		assert_int_equal(row->reason, i);
		for (int j = REASON_SIGNED; j < i; j++)
			assert_string_not_equal(row->word, reason_row((enum reason)j)->word);
	}
}

static void
reason__has_a_reply_exactly_where_mail_is_refused(void **state)
{
	(void)state;
	for (int i = REASON_SIGNED; i <= REASON_INTERNAL_ERROR; i++) {
		enum decision decision = reason_row((enum reason)i)->decision;
		char digit = decision == DECISION_REJECT ? '5' : '4';
		struct decide_reply reply;

		reason_reply((enum reason)i, decision, "example.com", &reply);
		if (decision == DECISION_SIGN || decision == DECISION_SKIP) {
			assert_null(reply.code);
			continue;
		}
		assert_int_equal(reply.code[0], digit);
		assert_int_equal(reply.enhanced[0], digit);
		assert_null(strpbrk(reply.text, "%\r\n"));
		assert_true(reply.text[0] != '\0');
	}
}

static void
reason__replies_as_it_was_decided(void **state)
{
	static const struct {
		enum reason reason;
		enum decision decision;
		const char *code;
		const char *enhanced;
	} rows[] = {
		{ REASON_NO_KEY, DECISION_SKIP, NULL, NULL },
		{ REASON_NO_KEY, DECISION_TEMPFAIL, "451", "4.7.1" },
		{ REASON_NO_KEY, DECISION_REJECT, "550", "5.7.1" },
		{ REASON_HEADER_TOO_LARGE, DECISION_REJECT, "552", "5.3.4" },
		{ REASON_VAULT_ERROR, DECISION_TEMPFAIL, "451", "4.7.1" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct decide_reply reply;

		reason_reply(rows[i].reason, rows[i].decision, "example.com", &reply);
		if (rows[i].code == NULL) {
			assert_null(reply.code);
			continue;
		}
		assert_string_equal(reply.code, rows[i].code);
		assert_string_equal(reply.enhanced, rows[i].enhanced);
	}
}

static void
reason__names_the_longest_domain(void **state)
{
	struct decide_reply reply;
	char domain[254];

	(void)state;
	memset(domain, 'a', sizeof(domain) - 1);
	domain[sizeof(domain) - 1] = '\0';
	reason_reply(REASON_NO_KEY, DECISION_REJECT, domain, &reply);
	assert_non_null(strstr(reply.text, domain));
	assert_non_null(strstr(reply.text, "postmaster"));
}

static void
reason__has_a_sentence(void **state)
{
	(void)state;
	for (int i = REASON_SIGNED; i <= REASON_INTERNAL_ERROR; i++)
		assert_string_not_equal(word_text(reason_sentences, i), "unknown");
}

static void
reason__unknown_is_an_internal_error(void **state)
{
	(void)state;
	assert_int_equal(reason_row((enum reason)0)->reason, REASON_INTERNAL_ERROR);
	assert_int_equal(reason_row((enum reason)99)->decision, DECISION_TEMPFAIL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reason__has_one_row_of_its_own),
		cmocka_unit_test(reason__has_a_reply_exactly_where_mail_is_refused),
		cmocka_unit_test(reason__replies_as_it_was_decided),
		cmocka_unit_test(reason__names_the_longest_domain),
		cmocka_unit_test(reason__has_a_sentence),
		cmocka_unit_test(reason__unknown_is_an_internal_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
