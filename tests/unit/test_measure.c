/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "pieces.h"
#include "policy/measure.h"

#define LIT(text) SLICE_LITERAL(text)
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define BODY_MAX (1U << 20)
#define LINE_MAX_OCTETS 20

/* ---- the header ---- */

static const struct header_case {
	const char *fields[4][2]; /* name, value */
	bool is_smtputf8;
	const char *expected; /* as measure_put says it */
} header_cases[] = {
	{ { { "From", " a" } }, false, "" },
	{ { { "Subject", " x" } }, false, "no-from" },
	{ { { "From", " a" }, { "from ", " b" } }, false, "several-from" },
	{ { { "From", " a" }, { "From", " b" }, { "From", " c" } }, false, "several-from" },
	{ { { "From", " a" }, { "Subject", " b" }, { "SUBJECT\t", " c" } }, false,
	    "duplicate-field:Subject" },
	/* the first that is there twice is named */
	{ { { "Date", " a" }, { "To", " b" }, { "to", " c" }, { "Date", " d" } }, false,
	    "no-from,duplicate-field:To" },
	{ { { "From", " a" }, { "Content-Type", " b" }, { "Content-type", " c" } }, false,
	    "duplicate-field:Content-Type" },
	/* of these there may be many */
	{ { { "From", " a" }, { "Received", " b" }, { "Received", " c" } }, false, "" },
	{ { { "From", " a" }, { "Comments", " b" }, { "Comments", " c" } }, false, "" },
	/* lines: name and colon are in the first, line ends in none */
	{ { { "From", " 23456789abcdef" } }, false, "" },
	{ { { "From", " 23456789abcdefg" } }, false, "long-header-line:From=21" },
	{ { { "From", " 23456789abcdef\r\n 23456789abcdefghijk" } }, false, "" },
	{ { { "From", " 2\r\n 23456789abcdefghijkl" } }, false, "long-header-line:From=21" },
	{ { { "From", " a\r\n 23456789abcdefghijkl\r\n\t" } }, false, "long-header-line:From=21" },
	/* the longest is told, and where it is */
	{ { { "From", " 23456789abcdefg" }, { "To", " 23456789abcdefghijk" }, { "Cc", " 23456789abcdefghijk" } },
	    false, "long-header-line:To=23" },
	{ { { "From", " \xc3\xbc" } }, false, "8bit-header:From" },
	{ { { "From", " \xc3\xbc" } }, true, "" },
	{ { { "From", " a" }, { "X-\xff", " b" } }, false, "8bit-header:X-?" },
	{ { { "From", " a\rb" } }, false, "bare-cr:From" },
	{ { { "From", " a\r\r\n b" } }, false, "bare-cr:From" },
	{ { { "From", " a\r" } }, false, "bare-cr:From" },
	{ { { "From", " a\r\n b" } }, false, "" },
};

static void
measure_header(struct measure *measure, const struct header_case *c)
{
	measure_init(measure, LINE_MAX_OCTETS, c->is_smtputf8);
	for (size_t i = 0; i < COUNT(c->fields) && c->fields[i][0] != NULL; i++)
		measure_field(measure, slice_from_text(c->fields[i][0]),
		    slice_from_text(c->fields[i][1]));
	measure_header_end(measure);
}

static void
assert_told(const struct measure *measure, const char *expected)
{
	struct buf told;

	buf_init(&told, 1024);
	measure_put(measure, &told);
	assert_int_equal(buf_status(&told), STATUS_OK);
	assert_string_equal(buf_text(&told), expected);
	buf_done(&told);
}

static void
measure__header_fields(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(header_cases); i++) {
		struct measure measure;

		measure_header(&measure, &header_cases[i]);
		measure_end(&measure);
		assert_told(&measure, header_cases[i].expected);
	}
}

/* ---- bodies ---- */

/* What is to be seen in a body, read plainly: once for each flaw, octet by octet. */
struct plain {
	flaw_set flaws;
	uint64_t at[FLAW_COUNT + 1];
	uint64_t longest;
};

static void
note(struct plain *plain, enum flaw flaw, size_t at)
{
	if ((plain->flaws & FLAW_BIT(flaw)) == 0)
		plain->at[flaw] = at;
	plain->flaws |= FLAW_BIT(flaw);
}

static void
read_octets(struct slice body, struct plain *plain)
{
	for (size_t i = 0; i < body.len; i++) {
		char c = body.ptr[i];

		if (c == '\0')
			note(plain, FLAW_NUL, i);
		if ((c & 0x80) != 0)
			note(plain, FLAW_EIGHT_BIT_BODY, i);
		if (c == '\r' && (i + 1 == body.len || body.ptr[i + 1] != '\n'))
			note(plain, FLAW_BARE_CR, i);
		if (c == '\n' && (i == 0 || body.ptr[i - 1] != '\r'))
			note(plain, FLAW_BARE_LF, i);
	}
}

static void
read_lines(struct slice body, size_t max, struct plain *plain)
{
	for (size_t begin = 0; begin < body.len;) {
		size_t end = begin;
		size_t octets;

		while (end < body.len && body.ptr[end] != '\n')
			end++;
		octets = end - begin;
		if (end < body.len && octets > 0 && body.ptr[end - 1] == '\r')
			octets--;
		if (octets > max)
			note(plain, FLAW_LONG_BODY_LINE, begin);
		if (octets > max && octets > plain->longest)
			plain->longest = octets;
		begin = end + 1;
	}
}

static void
take_piece(void *context, struct slice piece)
{
	struct measure *measure = context;

	measure_body(measure, piece);
}

static void
assert_measured(const struct measure *measure, const struct plain *plain)
{
	assert_int_equal(measure->flaws, plain->flaws);
	for (int flaw = 1; flaw <= FLAW_COUNT; flaw++) {
		if ((plain->flaws & FLAW_BIT(flaw)) != 0)
			assert_int_equal(measure->places[flaw].at, plain->at[flaw]);
	}
	if ((plain->flaws & FLAW_BIT(FLAW_LONG_BODY_LINE)) != 0)
		assert_int_equal(measure->places[FLAW_LONG_BODY_LINE].octets, plain->longest);
}

static void
begin_body(struct measure *measure, size_t line_max)
{
	measure_init(measure, line_max, false);
	measure_field(measure, LIT("From"), LIT(" a"));
	measure_field(measure, LIT("MIME-Version"), LIT(" 1"));
	measure_header_end(measure);
}

static void
assert_body_however_cut(struct slice body, size_t line_max)
{
	struct plain plain = { 0 };

	read_octets(body, &plain);
	read_lines(body, line_max, &plain);
	for (unsigned seed = PIECES_WHOLE; seed < PIECES_SEEDS; seed++) {
		struct measure measure;

		begin_body(&measure, line_max);
		pieces_put(body, seed, take_piece, &measure);
		measure_end(&measure);
		assert_measured(&measure, &plain);
	}
}

static const struct slice bodies[] = {
	{ "", 0 },
	{ "\r\n", 2 },
	{ "\r", 1 },
	{ "\n", 1 },
	{ "\n\r", 2 },
	{ "\r\r\n\n", 4 },
	{ "a\r\nb", 4 },
	{ "a\0b", 3 },
	{ "\xff", 1 },
	{ "a\xc3\xbc\r", 4 },
	/* twenty octets, and one more */
	{ "0123456789abcdefghij\r\n", 22 },
	{ "0123456789abcdefghijk\r\n", 23 },
	{ "0123456789abcdefghij\n", 21 },
	{ "0123456789abcdefghijk\n", 22 },
	{ "0123456789abcdefghij", 20 },
	{ "0123456789abcdefghijk", 21 },
	{ "0123456789abcdefghij\r", 21 },
	{ "a\r\n0123456789abcdefghijk\r\n0123456789abcdefghijklm\r\nb\r\n", 53 },
};

static void
measure__bodies_however_cut(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(bodies); i++)
		assert_body_however_cut(bodies[i], LINE_MAX_OCTETS);
}

static void
put_random(const struct slice *pieces, size_t count, unsigned *seed, struct buf *out)
{
	size_t parts = (size_t)rand_r(seed) % 40;

	for (size_t i = 0; i < parts; i++)
		buf_put(out, pieces[(size_t)rand_r(seed) % count]);
}

/* Most bodies have no flaw: rare pieces are rare, so that each is seen alone. */
static void
measure__random_bodies_agree_with_a_plain_reading(void **state)
{
	static const struct slice pieces[] = {
		{ "\r\n", 2 }, { "\r\n", 2 }, { "a\r\n", 3 }, { "word", 4 }, { "word ", 5 }, { " ", 1 },
		{ "a line of text that is a little longer than one block of the scan is.\r\n", 71 },
		{ "0123456789012345678901234567890123456789012345678901234567890123456789", 70 },
		{ "\r", 1 }, { "\n", 1 }, { "\0", 1 }, { "\xff", 1 },
	};
	static const size_t maxima[] = { 16, 20, 64, 78, 200 };
	struct buf body;
	unsigned seed = 20261121;

	(void)state;
	buf_init(&body, BODY_MAX);
	for (unsigned round = 0; round < 6000; round++) {
		size_t count = COUNT(pieces) - round % 5;

		buf_reset(&body);
		put_random(pieces, count, &seed, &body);
		assert_body_however_cut(buf_slice(&body), maxima[round % COUNT(maxima)]);
	}
	buf_done(&body);
}

/* One flaw anywhere in pages of text is seen, and nothing else. */
static void
measure__sees_one_octet_in_many(void **state)
{
	static const char octets[] = { '\0', '\r', '\n', '\x80' };
	static const flaw_set flaws[] = { FLAW_BIT(FLAW_NUL), FLAW_BIT(FLAW_BARE_CR),
		FLAW_BIT(FLAW_BARE_LF), FLAW_BIT(FLAW_EIGHT_BIT_BODY) };
	char text[2300];

	(void)state;
	for (size_t at = 0; at < sizeof(text); at += at < 130 || at > 2150 ? 1 : 61) {
		for (size_t i = 0; i < COUNT(octets); i++) {
			struct measure measure;

			memset(text, 'x', sizeof(text));
			text[at] = octets[i];
			begin_body(&measure, 5000);
			pieces_put_one(slice_of(text, sizeof(text)), take_piece, &measure);
			measure_end(&measure);
			assert_int_equal(measure.flaws, flaws[i]);
		}
	}
}

static void
measure__text_of_no_mime_is_undeclared(void **state)
{
	struct measure measure;

	(void)state;
	measure_init(&measure, LINE_MAX_OCTETS, false);
	measure_field(&measure, LIT("From"), LIT(" a"));
	measure_header_end(&measure);
	measure_body(&measure, LIT("\xc3\xbc\r\n"));
	measure_end(&measure);
	assert_told(&measure, "8bit-undeclared");
}

static void
measure__tells_all_flaws_in_one_order(void **state)
{
	struct measure measure;

	(void)state;
	begin_body(&measure, LINE_MAX_OCTETS);
	measure_field(&measure, LIT("from"), LIT(" \xc3\xbc 0123456789abcdefghij"));
	measure_body(&measure, slice_of("\0\n\r0123456789abcdefghij\xff", 24));
	measure_end(&measure);
	assert_told(&measure,
	    "several-from,long-header-line:from=29,long-body-line=22,8bit-header:from,8bit-body,"
	    "bare-cr,bare-lf,nul");
}

static void
measure__long_names_hide_no_flaw(void **state)
{
	static char line[1 << 20];
	char name[] = "X-0123456789-0123456789-0123456789-0123456789-0123456789";
	char storage[MEASURE_TEXT_MAX + 1];
	struct measure measure;
	struct buf told;

	(void)state;
	memset(line, 'w', sizeof(line));
	measure_init(&measure, LINE_MAX_OCTETS, false);
	for (int i = 0; i < 2; i++) {
		measure_field(&measure, LIT("From"), LIT(" a"));
		measure_field(&measure, LIT("Content-Transfer-Encoding"), LIT(" 7bit"));
	}
	measure_field(&measure, slice_from_text(name), LIT(" \xc3\xbc\r"));
	measure_field(&measure, slice_from_text(name), slice_of(line, sizeof(line)));
	measure_header_end(&measure);
	measure_body(&measure, LIT("\xff\n"));
	measure_body(&measure, slice_of("\0", 1));
	for (int i = 0; i < 20; i++)
		measure_body(&measure, slice_of(line, sizeof(line)));
	measure_end(&measure);

	buf_init_fixed(&told, storage, sizeof(storage));
	measure_put(&measure, &told);
	assert_int_equal(buf_status(&told), STATUS_OK);
	assert_true(slice_ends_with(buf_slice(&told), LIT(",bare-lf,nul")));
}

/* What may stand in a name (RFC 5322 §3.6.8), and what an MTA hands over all the same. */
static void
measure__a_name_imitates_no_flaw(void **state)
{
	static const struct {
		const char *name;
		const char *told;
	} names[] = {
		{ "X,nul", "8bit-header:X?nul" },
		{ "X=1204", "8bit-header:X?1204" },
		{ "X:y", "8bit-header:X?y" },
		{ "X\"\\", "8bit-header:X??" },
		{ "X y\t\xff\x7f", "8bit-header:X?y???" },
		{ "X!#$%&'()*+-./", "8bit-header:X!#$%&'()*+-./" },
		{ "X;<>?@[]^_`{|}~", "8bit-header:X;<>?@[]^_`{|}~" },
		{ " X ", "8bit-header:X" },
		{ "", "8bit-header" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct measure measure;

		measure_init(&measure, LINE_MAX_OCTETS, false);
		measure_field(&measure, LIT("From"), LIT(" a"));
		measure_field(&measure, slice_from_text(names[i].name), LIT(" \xc3\xbc"));
		measure_header_end(&measure);
		assert_told(&measure, names[i].told);
	}
}

/* Measured elsewhere and told here. */
static void
measure__can_be_noted(void **state)
{
	struct measure measure;

	(void)state;
	measure_init(&measure, LINE_MAX_OCTETS, false);
	measure_note(&measure, FLAW_NUL, &(struct flaw_place){ .at = 7 });
	measure_note(&measure, FLAW_LONG_HEADER_LINE,
	    &(struct flaw_place){ .field = LIT("Subject"), .octets = 1204 });
	assert_told(&measure, "long-header-line:Subject=1204,nul");
	assert_int_equal(measure.places[FLAW_NUL].at, 7);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(measure__header_fields),
		cmocka_unit_test(measure__bodies_however_cut),
		cmocka_unit_test(measure__random_bodies_agree_with_a_plain_reading),
		cmocka_unit_test(measure__sees_one_octet_in_many),
		cmocka_unit_test(measure__text_of_no_mime_is_undeclared),
		cmocka_unit_test(measure__tells_all_flaws_in_one_order),
		cmocka_unit_test(measure__long_names_hide_no_flaw),
		cmocka_unit_test(measure__a_name_imitates_no_flaw),
		cmocka_unit_test(measure__can_be_noted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
