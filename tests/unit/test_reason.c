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
		const struct reason_row *row = reason_row((enum reason)i);
		char digit = row->decision == DECISION_REJECT ? '5' : '4';

		if (row->decision == DECISION_SIGN || row->decision == DECISION_SKIP) {
			assert_null(row->code);
			continue;
		}
		assert_int_equal(row->code[0], digit);
		assert_int_equal(row->enhanced[0], digit);
		assert_null(strpbrk(row->text, "%\r\n"));
	}
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
		cmocka_unit_test(reason__has_a_sentence),
		cmocka_unit_test(reason__unknown_is_an_internal_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
