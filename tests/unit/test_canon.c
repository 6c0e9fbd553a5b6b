/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "pieces.h"
#include "plain_canon.h"

#define OUTPUT_MAX (4U << 20)
#define LIT(text) SLICE_LITERAL(text)
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* What came out, and in how many slices. */
struct output {
	struct buf text;
	unsigned slices;
};

static void
collect(void *context, struct slice bytes)
{
	struct output *output = context;

	assert_true(bytes.len > 0);
	buf_put(&output->text, bytes);
	output->slices++;
}

static struct canon_sink
sink_of(struct output *output)
{
	*output = (struct output){ .slices = 0 };
	buf_init(&output->text, OUTPUT_MAX);
	return (struct canon_sink){ .put = collect, .context = output };
}

static void
assert_text(const struct buf *got, struct slice expected, struct slice input)
{
	assert_int_equal(buf_status(got), STATUS_OK);
	if (slice_equal(buf_slice(got), expected))
		return;
	print_message("input    \"%.*s\"\ngot      \"%.*s\"\nexpected \"%.*s\"\n", SLICE_PRINT(input),
	    SLICE_PRINT(buf_slice(got)), SLICE_PRINT(expected));
	fail();
}

/* ---- header fields ---- */

static const struct header_case {
	const char *name;
	const char *value;
	const char *simple;
	const char *relaxed;
} header_cases[] = {
	/* RFC 6376 §3.4.5 */
	{ "A", " X", "A: X", "a:X" },
	{ "B ", " Y\t\r\n\tZ  ", "B : Y\t\r\n\tZ  ", "b:Y Z" },
	{ "Subject", "no space", "Subject:no space", "subject:no space" },
	{ "Subject", "", "Subject:", "subject:" },
	{ "Subject", " \t\r\n ", "Subject: \t\r\n ", "subject:" },
	{ "SUBJECT", " a  b\t\tc \t d", "SUBJECT: a  b\t\tc \t d", "subject:a b c d" },
	{ "X", " a\r\n b\r\n\tc", "X: a\r\n b\r\n\tc", "x:a b c" },
	{ "X", "\r\n a", "X:\r\n a", "x:a" },
	{ "X", " a\r\n ", "X: a\r\n ", "x:a" },
	{ "X", " a\r\n  \r\n b", "X: a\r\n  \r\n b", "x:a b" },
	{ "X", " a\r\nb", "X: a\r\nb", "x:ab" },
	{ "X", " a\rb \nc\r", "X: a\rb \nc\r", "x:a\rb \nc\r" },
	{ "X", " \xc3\xa9\xff : a:b ", "X: \xc3\xa9\xff : a:b ", "x:\xc3\xa9\xff : a:b" },
	{ "Content-Transfer-Encoding", " 7bit", "Content-Transfer-Encoding: 7bit",
	    "content-transfer-encoding:7bit" },
};

static void
assert_header(enum canon canon, const struct header_case *c, const char *expected)
{
	struct output output;
	struct canon_sink sink = sink_of(&output);

	canon_header(canon, slice_from_text(c->name), slice_from_text(c->value), &sink);
	assert_text(&output.text, slice_from_text(expected), slice_from_text(c->value));
	buf_done(&output.text);
}

static void
canon__header_fields(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(header_cases); i++) {
		assert_header(CANON_SIMPLE, &header_cases[i], header_cases[i].simple);
		assert_header(CANON_RELAXED, &header_cases[i], header_cases[i].relaxed);
	}
}

static void
canon__header_name_of_any_length(void **state)
{
	struct output output;
	struct canon_sink sink = sink_of(&output);
	char name[200];

	(void)state;
	memset(name, 'A', sizeof(name));
	canon_header(CANON_RELAXED, slice_of(name, sizeof(name)), LIT(" x"), &sink);
	memset(name, 'a', sizeof(name));
	assert_int_equal(output.text.len, sizeof(name) + 2);
	assert_memory_equal(output.text.ptr, name, sizeof(name));
	buf_done(&output.text);
}

static void
put_random(const struct slice *pieces, size_t count, unsigned *seed, struct buf *out)
{
	for (int left = rand_r(seed) % 40; left > 0; left--)
		buf_put(out, pieces[(size_t)rand_r(seed) % count]);
}

static void
assert_plain_header(enum canon canon, struct slice name, struct slice value)
{
	struct output output;
	struct canon_sink sink = sink_of(&output);
	struct buf expected;

	buf_init(&expected, OUTPUT_MAX);
	plain_header(canon, name, value, &expected);
	canon_header(canon, name, value, &sink);
	assert_text(&output.text, buf_slice(&expected), value);
	buf_done(&expected);
	buf_done(&output.text);
}

static void
canon__random_header_fields_agree_with_a_plain_reading(void **state)
{
	static const struct slice pieces[] = {
		{ "\r\n", 2 }, { "\r\n ", 3 }, { "\r\n\t", 3 }, { "\r", 1 }, { "\n", 1 }, { " ", 1 },
		{ "\t", 1 }, { " \t ", 3 }, { "a", 1 }, { "Bc", 2 }, { ":", 1 }, { "\0", 1 }, { "\xff", 1 },
	};
	static const struct slice names[] = { { "Subject", 7 }, { "X-a_Z ", 6 }, { "n\t ", 3 } };
	struct buf value;
	unsigned seed = 20261121;

	(void)state;
	buf_init(&value, OUTPUT_MAX);
	for (size_t round = 0; round < 20000; round++) {
		struct slice name = names[round % COUNT(names)];

		buf_reset(&value);
		put_random(pieces, COUNT(pieces), &seed, &value);
		assert_plain_header(CANON_SIMPLE, name, buf_slice(&value));
		assert_plain_header(CANON_RELAXED, name, buf_slice(&value));
	}
	buf_done(&value);
}

/* ---- bodies ---- */

static const struct body_case {
	const char *body;
	const char *simple;
	const char *relaxed;
} body_cases[] = {
	/* RFC 6376 §3.4.5 */
	{ " C \r\nD \t E\r\n\r\n\r\n", " C \r\nD \t E\r\n", " C\r\nD E\r\n" },
	{ "", "\r\n", "" },
	{ "\r\n", "\r\n", "" },
	{ "\r\n\r\n\r\n", "\r\n", "" },
	{ " \t\r\n", " \t\r\n", "" },
	{ " ", " \r\n", "" },
	{ "a", "a\r\n", "a\r\n" },
	{ "a ", "a \r\n", "a\r\n" },
	{ "a\r\n", "a\r\n", "a\r\n" },
	{ "a\r\n\r\n \r\n\t\r\n", "a\r\n\r\n \r\n\t\r\n", "a\r\n" },
	{ "a\r\n\r\nb\r\n", "a\r\n\r\nb\r\n", "a\r\n\r\nb\r\n" },
	{ "\r\na\r\n", "\r\na\r\n", "\r\na\r\n" },
	{ " \r\na\r\n", " \r\na\r\n", "\r\na\r\n" },
	{ "a\tb", "a\tb\r\n", "a b\r\n" },
	{ "a \t b\t\r\n", "a \t b\t\r\n", "a b\r\n" },
	{ "\ta\r\n", "\ta\r\n", " a\r\n" },
	/* only CRLF ends a line */
	{ "a\nb\n", "a\nb\n\r\n", "a\nb\n\r\n" },
	{ "a \nb", "a \nb\r\n", "a \nb\r\n" },
	{ "a\r", "a\r\r\n", "a\r\r\n" },
	{ "a \r", "a \r\r\n", "a \r\r\n" },
	{ "a\r\r\n", "a\r\r\n", "a\r\r\n" },
	{ "a\r\r\r\n\r\n", "a\r\r\r\n", "a\r\r\r\n" },
	{ "a \r b \r\n", "a \r b \r\n", "a \r b\r\n" },
	{ "\n\r\n\r\n", "\n\r\n", "\n\r\n" },
	{ "\r\r\n", "\r\r\n", "\r\r\n" },
	{ "a\r\n\r", "a\r\n\r\r\n", "a\r\n\r\r\n" },
};

static void
take_piece(void *context, struct slice piece)
{
	struct canon_body *body = context;

	canon_body_put(body, piece);
}

static void
assert_body(enum canon canon, struct slice input, unsigned seed, struct slice expected)
{
	struct output output;
	struct canon_body body;

	canon_body_init(&body, canon, sink_of(&output));
	pieces_put(input, seed, take_piece, &body);
	canon_body_end(&body);
	assert_text(&output.text, expected, input);
	buf_done(&output.text);
}

/* Whole, byte by byte, and in random pieces. */
static void
assert_body_however_cut(enum canon canon, struct slice input, struct slice expected)
{
	for (unsigned seed = PIECES_WHOLE; seed < PIECES_SEEDS; seed++)
		assert_body(canon, input, seed, expected);
}

/* At every pair of places; the empty pieces among them change nothing. */
static void
assert_body_cut_twice(enum canon canon, struct slice input, struct slice expected)
{
	for (size_t first = 0; first <= input.len; first++) {
		for (size_t second = first; second <= input.len; second++) {
			struct output output;
			struct canon_body body;

			canon_body_init(&body, canon, sink_of(&output));
			pieces_put_one(slice_first(input, first), take_piece, &body);
			pieces_put_one(slice_after(slice_first(input, second), first), take_piece, &body);
			pieces_put_one(slice_after(input, second), take_piece, &body);
			canon_body_end(&body);
			assert_text(&output.text, expected, input);
			buf_done(&output.text);
		}
	}
}

static void
canon__bodies_cut_at_every_pair_of_places(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(body_cases); i++) {
		const struct body_case *c = &body_cases[i];

		assert_body_cut_twice(
		    CANON_SIMPLE, slice_from_text(c->body), slice_from_text(c->simple));
		assert_body_cut_twice(
		    CANON_RELAXED, slice_from_text(c->body), slice_from_text(c->relaxed));
	}
}

static void
canon__bodies(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(body_cases); i++) {
		const struct body_case *c = &body_cases[i];

		assert_body_however_cut(
		    CANON_SIMPLE, slice_from_text(c->body), slice_from_text(c->simple));
		assert_body_however_cut(
		    CANON_RELAXED, slice_from_text(c->body), slice_from_text(c->relaxed));
	}
}

static void
canon__random_bodies_agree_with_a_plain_reading(void **state)
{
	static const struct slice pieces[] = {
		{ "\r\n", 2 }, { "\r\n\r\n\r\n", 6 }, { "\r", 1 }, { "\n", 1 }, { " ", 1 }, { "\t", 1 },
		{ "  ", 2 }, { "a", 1 }, { "bc", 2 }, { "\0", 1 }, { "\xff", 1 }, { " \r\n", 3 },
		{ "word word word word word word word word word word word word word word", 69 },
		{ "a line of text that is a little longer than one block of the scan is.\r\n", 71 },
	};
	struct buf body;
	struct buf expected;
	unsigned seed = 20261120;

	(void)state;
	buf_init(&body, OUTPUT_MAX);
	buf_init(&expected, OUTPUT_MAX);
	for (int round = 0; round < 3000; round++) {
		buf_reset(&body);
		put_random(pieces, COUNT(pieces), &seed, &body);
		buf_reset(&expected);
		plain_body(CANON_SIMPLE, buf_slice(&body), &expected);
		assert_body_however_cut(CANON_SIMPLE, buf_slice(&body), buf_slice(&expected));
		buf_reset(&expected);
		plain_body(CANON_RELAXED, buf_slice(&body), &expected);
		assert_body_however_cut(CANON_RELAXED, buf_slice(&body), buf_slice(&expected));
	}
	buf_done(&body);
	buf_done(&expected);
}

/* What is scanned in pages has no place where a change is overlooked. */
static void
canon__sees_one_change_in_pages_of_text(void **state)
{
	static const struct slice changes[] = { { "\t", 1 }, { "  ", 2 }, { " \r\n", 3 }, { "\r\n\r\n", 4 } };
	char text[2500];
	struct buf expected;

	(void)state;
	buf_init(&expected, OUTPUT_MAX);
	for (size_t at = 0; at + 4 <= sizeof(text); at++) {
		for (size_t i = 0; i < COUNT(changes); i++) {
			memset(text, 'x', sizeof(text));
			memcpy(text + at, changes[i].ptr, changes[i].len);
			buf_reset(&expected);
			plain_body(CANON_RELAXED, slice_of(text, sizeof(text)), &expected);
			assert_body(
			    CANON_RELAXED, slice_of(text, sizeof(text)), PIECES_WHOLE, buf_slice(&expected));
		}
	}
	buf_done(&expected);
}

static void
canon__many_blank_lines_are_withheld_and_given_back(void **state)
{
	struct buf body;

	(void)state;
	buf_init(&body, OUTPUT_MAX);
	buf_put_text(&body, "a\r\n");
	for (int i = 0; i < 100000; i++)
		buf_put_text(&body, "\r\n");
	assert_body_however_cut(CANON_SIMPLE, buf_slice(&body), LIT("a\r\n"));
	assert_body_however_cut(CANON_RELAXED, buf_slice(&body), LIT("a\r\n"));
	buf_put_text(&body, "b\r\n");
	assert_body_however_cut(CANON_SIMPLE, buf_slice(&body), buf_slice(&body));
	assert_body_however_cut(CANON_RELAXED, buf_slice(&body), buf_slice(&body));
	buf_done(&body);
}

static void
assert_few_slices(enum canon canon, struct slice chunk)
{
	struct output output;
	struct canon_body body;

	canon_body_init(&body, canon, sink_of(&output));
	for (int i = 0; i < 10; i++)
		canon_body_put(&body, chunk);
	canon_body_end(&body);
	assert_int_equal(output.text.len, 10 * chunk.len);
	assert_true(output.slices <= 20);
	buf_done(&output.text);
}

static void
canon__hands_text_without_runs_on_in_large_slices(void **state)
{
	struct buf chunk;

	(void)state;
	buf_init(&chunk, OUTPUT_MAX);
	for (int i = 0; i < 800; i++)
		buf_put_text(&chunk, "Words with one space between, in a line of the usual length\r\n");
	assert_few_slices(CANON_SIMPLE, buf_slice(&chunk));
	assert_few_slices(CANON_RELAXED, buf_slice(&chunk));
	buf_done(&chunk);
}

static void
canon__can_be_begun_anew_after_the_end(void **state)
{
	struct output output;
	struct canon_body body;

	(void)state;
	canon_body_init(&body, CANON_RELAXED, sink_of(&output));
	canon_body_put(&body, LIT("a \r\n\r\n"));
	canon_body_end(&body);
	canon_body_put(&body, LIT("b"));
	canon_body_end(&body);
	assert_text(&output.text, LIT("a\r\nb\r\n"), LIT("a, b"));
	buf_done(&output.text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(canon__header_fields),
		cmocka_unit_test(canon__header_name_of_any_length),
		cmocka_unit_test(canon__random_header_fields_agree_with_a_plain_reading),
		cmocka_unit_test(canon__bodies),
		cmocka_unit_test(canon__bodies_cut_at_every_pair_of_places),
		cmocka_unit_test(canon__random_bodies_agree_with_a_plain_reading),
		cmocka_unit_test(canon__sees_one_change_in_pages_of_text),
		cmocka_unit_test(canon__many_blank_lines_are_withheld_and_given_back),
		cmocka_unit_test(canon__hands_text_without_runs_on_in_large_slices),
		cmocka_unit_test(canon__can_be_begun_anew_after_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
