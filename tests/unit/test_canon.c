/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "dkim/canon.h"

#define OUTPUT_MAX (4U << 20)
#define LIT(text) SLICE_LITERAL(text)

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
	for (size_t i = 0; i < sizeof(header_cases) / sizeof(header_cases[0]); i++) {
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

/* Cuts: 0 for whole, otherwise the seed of the pieces; SEED_BYTES for one byte at a time. */
#define SEED_WHOLE 0U
#define SEED_BYTES 1U

static size_t
piece_len(unsigned *seed, size_t left)
{
	if (*seed == SEED_WHOLE)
		return left;
	if (*seed == SEED_BYTES)
		return 1;
	return 1 + (size_t)rand_r(seed) % (left < 100 ? left : 100);
}

static void
assert_body(enum canon canon, struct slice input, unsigned seed, struct slice expected)
{
	struct output output;
	struct canon_body body;
	struct slice rest = input;

	canon_body_init(&body, canon, sink_of(&output));
	while (rest.len > 0) {
		size_t len = piece_len(&seed, rest.len);
		char *piece = malloc(len); /* so that a sanitizer sees a look beyond the piece */

		assert_non_null(piece);
		memcpy(piece, rest.ptr, len);
		canon_body_put(&body, slice_of(piece, len));
		free(piece);
		rest = slice_after(rest, len);
	}
	canon_body_end(&body);
	assert_text(&output.text, expected, input);
	buf_done(&output.text);
}

/* Whole, byte by byte, and in random pieces. */
static void
assert_body_however_cut(enum canon canon, struct slice input, struct slice expected)
{
	for (unsigned seed = SEED_WHOLE; seed < 12; seed++)
		assert_body(canon, input, seed, expected);
}

static void
canon__bodies(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(body_cases) / sizeof(body_cases[0]); i++) {
		const struct body_case *c = &body_cases[i];

		assert_body_however_cut(
		    CANON_SIMPLE, slice_from_text(c->body), slice_from_text(c->simple));
		assert_body_however_cut(
		    CANON_RELAXED, slice_from_text(c->body), slice_from_text(c->relaxed));
	}
}

/* ---- bodies against a reading of the RFC that is slow and plain ---- */

static struct slice
without_trailing_crlf(struct slice s)
{
	while (slice_ends_with(s, LIT("\r\n")))
		s.len -= 2;
	return s;
}

static void
plain_simple(struct slice body, struct buf *out)
{
	buf_put(out, without_trailing_crlf(body));
	buf_put_text(out, "\r\n");
}

/* Cuts the text before the first CRLF off; all when there is none. */
static struct slice
cut_line(struct slice *rest)
{
	size_t end = 0;
	struct slice line;

	while (end < rest->len && !slice_starts_with(slice_after(*rest, end), LIT("\r\n")))
		end++;
	line = slice_first(*rest, end);
	*rest = slice_after(*rest, end + 2);
	return line;
}

static bool
is_wsp(char c)
{
	return c == ' ' || c == '\t';
}

static void
plain_relaxed_line(struct slice line, struct buf *out)
{
	while (line.len > 0 && is_wsp(line.ptr[line.len - 1]))
		line.len--;
	for (size_t i = 0; i < line.len; i++) {
		if (!is_wsp(line.ptr[i]))
			buf_put_char(out, line.ptr[i]);
		else if (i == 0 || !is_wsp(line.ptr[i - 1]))
			buf_put_char(out, ' ');
	}
}

static void
plain_relaxed(struct slice body, struct buf *out)
{
	while (body.len > 0) {
		plain_relaxed_line(cut_line(&body), out);
		buf_put_text(out, "\r\n");
	}
	out->len = without_trailing_crlf(buf_slice(out)).len;
	if (out->len > 0)
		buf_put_text(out, "\r\n");
}

static void
put_random_piece(struct buf *out, unsigned *seed)
{
	static const struct slice pieces[] = {
		{ "\r\n", 2 }, { "\r\n\r\n\r\n", 6 }, { "\r", 1 }, { "\n", 1 }, { " ", 1 }, { "\t", 1 },
		{ "  ", 2 }, { "a", 1 }, { "bc", 2 }, { "\0", 1 }, { "\xff", 1 }, { " \r\n", 3 },
		{ "word word word word word word word word word word word word word word", 69 },
		{ "a line of text that is a little longer than one block of the scan is.\r\n", 71 },
	};

	buf_put(out, pieces[(size_t)rand_r(seed) % (sizeof(pieces) / sizeof(pieces[0]))]);
}

static void
canon__random_bodies_agree_with_a_plain_reading(void **state)
{
	struct buf body;
	struct buf expected;
	unsigned seed = 20261120;

	(void)state;
	buf_init(&body, OUTPUT_MAX);
	buf_init(&expected, OUTPUT_MAX);
	for (int round = 0; round < 3000; round++) {
		buf_reset(&body);
		for (int pieces = rand_r(&seed) % 40; pieces > 0; pieces--)
			put_random_piece(&body, &seed);
		buf_reset(&expected);
		plain_simple(buf_slice(&body), &expected);
		assert_body_however_cut(CANON_SIMPLE, buf_slice(&body), buf_slice(&expected));
		buf_reset(&expected);
		plain_relaxed(buf_slice(&body), &expected);
		assert_body_however_cut(CANON_RELAXED, buf_slice(&body), buf_slice(&expected));
	}
	buf_done(&body);
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
		cmocka_unit_test(canon__bodies),
		cmocka_unit_test(canon__random_bodies_agree_with_a_plain_reading),
		cmocka_unit_test(canon__many_blank_lines_are_withheld_and_given_back),
		cmocka_unit_test(canon__hands_text_without_runs_on_in_large_slices),
		cmocka_unit_test(canon__can_be_begun_anew_after_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
