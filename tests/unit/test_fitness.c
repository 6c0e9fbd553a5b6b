/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fit_place.h"

#define LIT(text) SLICE_LITERAL(text)

static void
fitness__every_flaw_has_a_word_a_reason_and_an_action(void **state)
{
	(void)state;
	for (int i = 1; i <= FLAW_COUNT; i++) {
		struct fitness_settings settings = fitness_default;
		enum reason reason = REASON_SIGNED;

		settings.actions[i] = DECISION_REJECT;
		assert_true(fitness_judge(&settings, FLAW_BIT(i), &reason));
		assert_string_equal(word_text(flaw_words, i), reason_row(reason)->word);
		assert_int_equal(fitness_decision(&settings, reason), DECISION_REJECT);
		settings.actions[i] = DECISION_SKIP;
		assert_true(fitness_judge(&settings, FLAW_BIT(i), &reason));
		assert_int_equal(fitness_decision(&settings, reason), DECISION_SKIP);
		settings.actions[i] = DECISION_SIGN;
		assert_false(fitness_judge(&settings, FLAW_BIT(i), &reason));
	}
}

/* Only what makes a signature say something untrue: which author it is. */
static void
fitness__by_default_refuses_several_from_alone(void **state)
{
	(void)state;
	for (int i = 1; i <= FLAW_COUNT; i++) {
		enum reason reason;
		bool is_unfit = fitness_judge(&fitness_default, FLAW_BIT(i), &reason);

		assert_int_equal(is_unfit, i == FLAW_SEVERAL_FROM || i == FLAW_NO_FROM);
		assert_int_equal(fitness_default.actions[i] == DECISION_REJECT, i == FLAW_SEVERAL_FROM);
	}
}

static void
fitness__the_strongest_action_is_taken(void **state)
{
	struct fitness_settings settings = fitness_default;
	enum reason reason;

	(void)state;
	settings.actions[FLAW_LONG_BODY_LINE] = DECISION_SKIP;
	settings.actions[FLAW_BARE_CR] = DECISION_REJECT;
	settings.actions[FLAW_NUL] = DECISION_REJECT;
	assert_true(fitness_judge(&settings,
	    FLAW_BIT(FLAW_LONG_BODY_LINE) | FLAW_BIT(FLAW_NUL) | FLAW_BIT(FLAW_BARE_CR), &reason));
	assert_int_equal(reason, REASON_BARE_CR);
	assert_true(fitness_judge(
	    &settings, FLAW_BIT(FLAW_LONG_BODY_LINE) | FLAW_BIT(FLAW_EIGHT_BIT_BODY), &reason));
	assert_int_equal(reason, REASON_LONG_BODY_LINE);
	assert_false(fitness_judge(&settings, 0, &reason));
}

static void
fitness__of_other_reasons_the_row_decides(void **state)
{
	(void)state;
	assert_int_equal(fitness_decision(&fitness_default, REASON_SIGNED), DECISION_SIGN);
	assert_int_equal(fitness_decision(&fitness_default, REASON_VAULT_ERROR), DECISION_TEMPFAIL);
	assert_int_equal(fitness_decision(&fitness_default, REASON_NO_FROM), DECISION_SKIP);
	assert_int_equal(fitness_decision(&fitness_default, REASON_SEVERAL_FROM), DECISION_REJECT);
}

/* ---- what the sender is told ---- */

static void
measure_everything(struct measure *measure)
{
	measure_init(measure, 20, false);
	measure_field(measure, LIT("Subject"), LIT(" 1"));
	measure_field(measure, LIT("Subject"), LIT(" 2"));
	measure_field(measure, LIT("X-%s\n Very"), LIT(" \xc3\xbc 0123456789abcdefghij"));
	measure_header_end(measure);
	measure_body(measure, LIT("abc\r\n0123456789abcdefghijk\r\n\r \n\xff"));
	measure_body(measure, slice_of("\0", 1));
	measure_end(measure);
}

static const struct {
	enum reason reason;
	const char *text;
} texts[] = {
	{ REASON_NO_FROM, "The message has no From field; add one (RFC 5322 section 3.6)" },
	{ REASON_DUPLICATE_FIELD, "The message has a field more than once that there may be one of: Subject; leave "
	                          "one of them (RFC 5322 section 3.6)" },
	{ REASON_LONG_HEADER_LINE,
	    "A line of the header is too long: 30 octets in the field X-?s??Very, at most 20; fold it (RFC 5322 "
	    "section 2.2.3)" },
	{ REASON_LONG_BODY_LINE,
	    "A line of the body is too long: 21 octets at octet 5 of the body, at most 20; break it, or send "
	    "quoted-printable or base64" },
	{ REASON_EIGHT_BIT_HEADER,
	    "The header has 8-bit text: in the field X-?s??Very; encode it (RFC 2047), or use SMTPUTF8" },
	{ REASON_EIGHT_BIT_UNDECLARED,
	    "The body has 8-bit text, and the message no MIME-Version field: at octet 31 of the body; send MIME, "
	    "quoted-printable or base64" },
	{ REASON_BARE_CR, "The message has a CR without LF: at octet 28 of the body; end lines with CR LF (RFC "
	                  "5321 section 2.3.8)" },
	{ REASON_BARE_LF, "The body has a LF without CR: at octet 30 of the body; end lines with CR LF (RFC 5321 "
	                  "section 2.3.8)" },
	{ REASON_NUL, "The body has a NUL octet: at octet 32 of the body; send base64" },
};

static void
fitness__says_which_line_or_field_and_what_to_do(void **state)
{
	struct measure measure;
	struct buf text;

	(void)state;
	measure_everything(&measure);
	buf_init(&text, 1024);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		buf_reset(&text);
		assert_true(fitness_put_text(texts[i].reason, &measure, &text));
		assert_string_equal(buf_text(&text), texts[i].text);
	}
	assert_false(fitness_put_text(REASON_VAULT_ERROR, &measure, &text));
	buf_done(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fitness__every_flaw_has_a_word_a_reason_and_an_action),
		cmocka_unit_test(fitness__by_default_refuses_several_from_alone),
		cmocka_unit_test(fitness__the_strongest_action_is_taken),
		cmocka_unit_test(fitness__of_other_reasons_the_row_decides),
		cmocka_unit_test(fitness__says_which_line_or_field_and_what_to_do),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
