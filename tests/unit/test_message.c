/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ctl/message.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define LIT(text) SLICE_LITERAL(text)

static struct message
parsed(struct slice text)
{
	struct message message;
	struct error err = { "" };

	message_init(&message);
	if (message_parse(&message, text, &err) != STATUS_OK)
		fail_msg("%s", err.text);
	return message;
}

static void
assert_printed(const struct message *message, struct slice expected)
{
	struct buf out;

	buf_init(&out, 65536);
	message_print(message, &out);
	assert_int_equal(out.len, expected.len);
	assert_memory_equal(out.ptr, expected.ptr, expected.len);
	buf_done(&out);
}

static const struct {
	struct slice text;
	size_t fields;
	struct slice body;
	struct slice printed;
} good_cases[] = {
	{ LIT("A: 1\nB:2\n\nbody\n"), 2, LIT("body\r\n"), LIT("A: 1\r\nB:2\r\n\r\nbody\r\n") },
	{ LIT("A: 1\r\nB:2\r\n\r\nbody\r\n"), 2, LIT("body\r\n"), LIT("A: 1\r\nB:2\r\n\r\nbody\r\n") },
	{ LIT("A: 1\n\tfolded\n more\n\n"), 1, LIT(""), LIT("A: 1\r\n\tfolded\r\n more\r\n\r\n") },
	{ LIT("A: 1\n"), 1, LIT(""), LIT("A: 1\r\n\r\n") },
	{ LIT("A: 1"), 1, LIT(""), LIT("A: 1\r\n\r\n") },
	{ LIT("A:\n\nno end"), 1, LIT("no end"), LIT("A:\r\n\r\nno end") },
	{ LIT("A : 1\n\n"), 1, LIT(""), LIT("A: 1\r\n\r\n") },
	{ LIT("A:1\n\nbare\rCR\n\n\n"), 1, LIT("bare\rCR\r\n\r\n\r\n"),
	    LIT("A:1\r\n\r\nbare\rCR\r\n\r\n\r\n") },
	{ LIT("\nonly a body\n"), 0, LIT("only a body\r\n"), LIT("\r\nonly a body\r\n") },
	{ LIT(""), 0, LIT(""), LIT("\r\n") },
	{ LIT("A: n\0l\n\nb\0dy\n"), 1, LIT("b\0dy\r\n"), LIT("A: n\0l\r\n\r\nb\0dy\r\n") },
};

static void
message__is_parsed_and_printed(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(good_cases); i++) {
		struct message message = parsed(good_cases[i].text);

		assert_int_equal(message.count, good_cases[i].fields);
		assert_true(slice_equal(message.body, good_cases[i].body));
		assert_printed(&message, good_cases[i].printed);
		message_done(&message);
	}
}

static const struct {
	struct slice text;
	const char *error;
} bad_cases[] = {
	{ LIT("From alice Sat Nov 21\nA: 1\n"), "line 1 is no header field" },
	{ LIT("A: 1\nno colon\n\n"), "line 2 is no header field" },
	{ LIT(" begins folded\n"), "line 1 continues a header field" },
	{ LIT("A: 1\n: no name\n"), "line 2 is no header field" },
	{ LIT("two words: 1\n"), "line 1 is no header field" },
};

static void
message__that_is_none_is_refused_with_its_line(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(bad_cases); i++) {
		struct error err = { "" };
		struct message message;

		message_init(&message);
		assert_int_equal(message_parse(&message, bad_cases[i].text, &err), STATUS_INVALID);
		assert_non_null(strstr(err.text, bad_cases[i].error));
		message_done(&message);
	}
}

static void
message__value_is_verbatim(void **state)
{
	static const struct {
		struct slice text;
		struct slice value;
	} cases[] = {
		{ LIT("A: x\n\n"), LIT(" x") },
		{ LIT("A:x\n\n"), LIT("x") },
		{ LIT("A:  x \n\n"), LIT("  x ") },
		{ LIT("A:\tx\n\n"), LIT("\tx") },
		{ LIT("A:\n x\n\n"), LIT("\r\n x") },
		{ LIT("A: x:y\n\n"), LIT(" x:y") },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct message message = parsed(cases[i].text);

		assert_true(slice_equal(message.fields[0].value, cases[i].value));
		message_done(&message);
	}
}

static void
message__fields_are_found_by_name_and_number(void **state)
{
	struct message message = parsed(LIT("A: 1\nB: 2\na: 3\n\n"));

	(void)state;
	assert_int_equal(message_find(&message, LIT("a"), 1), 0);
	assert_int_equal(message_find(&message, LIT("A"), 2), 2);
	assert_int_equal(message_find(&message, LIT("A"), 3), message.count);
	assert_int_equal(message_find(&message, LIT("C"), 1), message.count);
	message_done(&message);
}

static void
message__can_be_changed(void **state)
{
	struct message message = parsed(LIT("A: 1\nB: 2\n\nold\n"));

	(void)state;
	assert_int_equal(message_insert(&message, 0, LIT("S"), LIT(" a\n\tb")), STATUS_OK);
	assert_int_equal(message_insert(&message, 99, LIT("Z"), LIT("z")), STATUS_OK);
	assert_int_equal(message_replace(&message, 1, LIT(" one")), STATUS_OK);
	message_remove(&message, 2);
	assert_int_equal(message_add_body(&message, LIT("new")), STATUS_OK);
	assert_int_equal(message_add_body(&message, LIT("er\r\n")), STATUS_OK);
	assert_printed(&message, LIT("S: a\r\n\tb\r\nA: one\r\nZ:z\r\n\r\nnewer\r\n"));
	message_done(&message);
}

static void
message__takes_many_fields(void **state)
{
	struct buf text;
	struct message message;

	(void)state;
	buf_init(&text, 1 << 20);
	for (int i = 0; i < 5000; i++)
		buf_put_format(&text, "X-%d: %d\n", i, i);
	message = parsed(buf_slice(&text));
	assert_int_equal(message.count, 5000);
	assert_true(slice_equal(message.fields[4999].name, LIT("X-4999")));
	message_done(&message);
	buf_done(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(message__is_parsed_and_printed),
		cmocka_unit_test(message__that_is_none_is_refused_with_its_line),
		cmocka_unit_test(message__value_is_verbatim),
		cmocka_unit_test(message__fields_are_found_by_name_and_number),
		cmocka_unit_test(message__can_be_changed),
		cmocka_unit_test(message__takes_many_fields),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
