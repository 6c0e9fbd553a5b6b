/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "verdict/sentence.h"

#define LIT(text) SLICE_LITERAL(text)

static void
sentence__shows_what_is_printable(void **state)
{
	(void)state;
	assert_string_equal(sentence_value(LIT("k=rsa; ~")).text, "k=rsa; ~");
	assert_string_equal(sentence_value(LIT("")).text, "");
	assert_string_equal(sentence_value(LIT("\x1b[31m\r\n\t\0\x7f\xc3\xbc")).text, "?[31m???????");
	assert_string_equal(sentence_name("a\x1b.example").text, "a?.example");
}

static void
sentence__cuts_what_is_long(void **state)
{
	char name[SENTENCE_NAME_MAX + 2];
	struct sentence_part part;

	(void)state;
	memset(name, 'a', sizeof(name));
	name[SENTENCE_NAME_MAX] = '\0';
	assert_string_equal(sentence_name(name).text, name);
	name[SENTENCE_NAME_MAX] = 'a';
	name[SENTENCE_NAME_MAX + 1] = '\0';
	part = sentence_name(name);
	assert_int_equal(strlen(part.text), SENTENCE_NAME_MAX + 3);
	assert_string_equal(part.text + SENTENCE_NAME_MAX, "...");
	part = sentence_value(slice_of(name, SENTENCE_VALUE_MAX + 1));
	assert_int_equal(strlen(part.text), SENTENCE_VALUE_MAX + 3);
}

static void
sentence__stays_within_its_array(void **state)
{
	char text[9];

	(void)state;
	SENTENCE_SET(text, "%s", "12345678");
	assert_string_equal(text, "12345678");
	SENTENCE_ADD(text, "%s", "");
	assert_string_equal(text, "12345678");
	SENTENCE_ADD(text, "%s", "9");
	assert_string_equal(text, "12345...");
	SENTENCE_ADD(text, "%s", "more");
	assert_string_equal(text, "12345...");
	SENTENCE_SET(text, "%d", 1);
	SENTENCE_ADD(text, "%d", 2);
	assert_string_equal(text, "12");
	SENTENCE_ADD(text, "%s", "3456789");
	assert_string_equal(text, "12345...");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sentence__shows_what_is_printable),
		cmocka_unit_test(sentence__cuts_what_is_long),
		cmocka_unit_test(sentence__stays_within_its_array),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
