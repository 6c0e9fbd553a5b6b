/* SPDX-License-Identifier: ISC */
/* RFC 4180, and what is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "base/buf.h"
#include "ctl/bulk/csv.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define LIT(text) SLICE_LITERAL(text)
#define SHOWN_MAX (1U << 20)

/* Every row as "line:field|field|…;", into shown; what ended them. */
static enum status
show(struct csv *csv, struct buf *shown, struct error *err)
{
	struct csv_row row;
	enum status status;

	while ((status = csv_next(csv, &row, err)) == STATUS_OK) {
		buf_put_format(shown, "%u:", row.line);
		for (size_t i = 0; i < row.count; i++) {
			buf_put_text(shown, i > 0 ? "|" : "");
			buf_put(shown, row.fields[i]);
		}
		buf_put_char(shown, ';');
	}
	return status;
}

static enum status
show_text(struct slice text, struct buf *shown, unsigned *ret_line, struct error *err)
{
	struct csv csv;
	enum status status;

	csv_init(&csv, text);
	status = show(&csv, shown, err);
	*ret_line = csv.line;
	csv_done(&csv);
	return status;
}

static const struct {
	struct slice text;
	const char *shown;
} good_cases[] = {
	{ LIT(""), "" },
	{ LIT("\n\r\n\n"), "" },
	{ LIT("a"), "1:a;" },
	{ LIT("a\n"), "1:a;" },
	{ LIT("a,b\nc,d\n"), "1:a|b;2:c|d;" },
	{ LIT("a,b\r\nc,d\r\n"), "1:a|b;2:c|d;" },
	{ LIT("a,b\r\nc,d"), "1:a|b;2:c|d;" },
	{ LIT(",\n"), "1:|;" },
	{ LIT("a,,b,\n"), "1:a||b|;" },
	{ LIT(" a , b "), "1: a | b ;" },
	{ LIT("a\n\n\r\nb\n"), "1:a;4:b;" },
	{ LIT("\"\"\n"), "1:;" },
	{ LIT("\"\",\"\"\n"), "1:|;" },
	{ LIT("\"a\"\n"), "1:a;" },
	{ LIT("\"a,b\",c\n"), "1:a,b|c;" },
	{ LIT("\"a\"\"b\"\n"), "1:a\"b;" },
	{ LIT("\"\"\"\"\n"), "1:\";" },
	{ LIT("\"\"\"\"\"\",\"\"\"x\"\n"), "1:\"\"|\"x;" },
	{ LIT("\"a\nb\",c\nd\n"), "1:a\nb|c;3:d;" },
	{ LIT("\"a\r\n\r\nb\"\r\nd\r\n"), "1:a\r\n\r\nb;4:d;" },
	{ LIT("\"a\rb\"\n"), "1:a\rb;" },
	{ LIT("\xc3\xa4,\xff\n"), "1:\xc3\xa4|\xff;" },
};

static void
csv__reads_rows_and_knows_their_lines(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(good_cases); i++) {
		struct buf shown;
		struct error err = { "" };
		unsigned line;

		buf_init(&shown, SHOWN_MAX);
		assert_int_equal(
		    show_text(good_cases[i].text, &shown, &line, &err), STATUS_NOT_FOUND);
		assert_string_equal(buf_text(&shown), good_cases[i].shown);
		buf_done(&shown);
	}
}

static const struct {
	struct slice text;
	unsigned line;
	const char *says;
	const char *shown; /* before */
} bad_cases[] = {
	{ LIT("a\"b\n"), 1, "does not begin with one", "" },
	{ LIT("a\nb,c\"\n"), 2, "does not begin with one", "1:a;" },
	{ LIT("a, \"b\"\n"), 1, "does not begin with one", "" },
	{ LIT("\"a\"b\n"), 1, "behind the end", "" },
	{ LIT("\"a\" \n"), 1, "behind the end", "" },
	{ LIT("\"a\"\"\n"), 1, "does not end", "" },
	{ LIT("a\n\nb,\"c\nd\ne\n"), 3, "does not end", "1:a;" },
	{ LIT("\""), 1, "does not end", "" },
	{ LIT("a\rb\n"), 1, "carriage return", "" },
	{ LIT("a\r"), 1, "carriage return", "" },
	{ LIT("\"a\"\r"), 1, "behind the end", "" },
	{ LIT("a\n\0b\n"), 2, "NUL", "1:a;" },
	{ LIT("\"a\0\"\n"), 1, "NUL", "" },
	{ LIT("d\0o\0m\0"), 1, "NUL", "" },
};

static void
csv__names_the_line_of_what_is_wrong(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(bad_cases); i++) {
		struct buf shown;
		struct error err = { "" };
		unsigned line;

		buf_init(&shown, SHOWN_MAX);
		assert_int_equal(show_text(bad_cases[i].text, &shown, &line, &err), STATUS_INVALID);
		assert_non_null(strstr(err.text, bad_cases[i].says));
		assert_int_equal(line, bad_cases[i].line);
		assert_string_equal(buf_text(&shown), bad_cases[i].shown);
		buf_done(&shown);
	}
}

static void
csv__has_bounds(void **state)
{
	struct buf text, shown;
	struct error err = { "" };
	unsigned line;

	(void)state;
	buf_init(&text, 4 * CSV_ROW_MAX);
	buf_init(&shown, SHOWN_MAX);
	for (int i = 1; i < CSV_FIELDS_MAX; i++)
		buf_put_char(&text, ',');
	assert_int_equal(show_text(buf_slice(&text), &shown, &line, &err), STATUS_NOT_FOUND);
	buf_put_char(&text, ',');
	assert_int_equal(show_text(buf_slice(&text), &shown, &line, &err), STATUS_TOO_LARGE);
	buf_reset(&text);
	buf_put_char(&text, '"');
	for (unsigned i = 0; i <= CSV_ROW_MAX; i++)
		buf_put_text(&text, "\"\"");
	buf_put_char(&text, '"');
	assert_int_equal(show_text(buf_slice(&text), &shown, &line, &err), STATUS_TOO_LARGE);
	buf_done(&shown);
	buf_done(&text);
}

/* ---- anything ---- */

static uint64_t seed = 4180;

static unsigned
below(unsigned bound)
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (unsigned)(seed >> 33) % bound;
}

static void
put_random(struct buf *out, unsigned len)
{
	static const char octets[] = ",\"\r\n a\xc3\xa4;'";

	while (len-- > 0)
		buf_put_char(out, octets[below(sizeof(octets) - 1)]);
}

static void
put_quoted(struct buf *out, struct slice field)
{
	buf_put_char(out, '"');
	for (size_t i = 0; i < field.len; i++) {
		buf_put_text(out, field.ptr[i] == '"' ? "\"" : "");
		buf_put_char(out, field.ptr[i]);
	}
	buf_put_char(out, '"');
}

static void
csv__gives_back_whatever_was_quoted(void **state)
{
	(void)state;
	for (int round = 0; round < 2000; round++) {
		char storage[8][64];
		struct buf fields[8], text;
		unsigned count = 1 + below(8);
		struct csv csv;
		struct csv_row row;
		struct error err = { "" };

		buf_init(&text, 4096);
		for (unsigned i = 0; i < count; i++) {
			buf_init_fixed(&fields[i], storage[i], sizeof(storage[i]));
			put_random(&fields[i], below(40));
			buf_put_text(&text, i > 0 ? "," : "");
			put_quoted(&text, buf_slice(&fields[i]));
		}
		buf_put_text(&text, below(2) == 1 ? "\r\n" : "");
		csv_init(&csv, buf_slice(&text));
		assert_int_equal(csv_next(&csv, &row, &err), STATUS_OK);
		assert_int_equal(row.count, count);
		for (unsigned i = 0; i < count; i++)
			assert_true(slice_equal(row.fields[i], buf_slice(&fields[i])));
		assert_int_equal(csv_next(&csv, &row, &err), STATUS_NOT_FOUND);
		csv_done(&csv);
		buf_done(&text);
	}
}

/* A file that broke off loses its last row, or keeps a shorter one, and no other is changed. */
static void
csv__cut_anywhere_keeps_the_rows_before(void **state)
{
	static const struct slice text = LIT("a,b\r\n\"c\"\"d\",e\r\n\r\n\"f\r\ng\",\"h,\"\nlast");
	struct buf whole, part;
	struct error err = { "" };
	unsigned line;

	(void)state;
	buf_init(&whole, SHOWN_MAX);
	buf_init(&part, SHOWN_MAX);
	assert_int_equal(show_text(text, &whole, &line, &err), STATUS_NOT_FOUND);
	for (size_t len = 0; len < text.len; len++) {
		char *copy = malloc(len > 0 ? len : 1); /* so that a sanitizer sees one octet too many */
		struct slice rest, kept;

		memcpy(copy, text.ptr, len);
		buf_reset(&part);
		(void)!show_text(slice_of(copy, len), &part, &line, &err);
		free(copy);
		rest = buf_slice(&part);
		for (kept = rest; kept.len > 0 && !slice_starts_with(buf_slice(&whole), kept);)
			kept.len--;
		/* what differs is in the last row alone */
		assert_true(slice_find(slice_after(rest, kept.len), ';') >= rest.len - kept.len - 1 ||
		    rest.len == kept.len);
	}
	buf_done(&part);
	buf_done(&whole);
}

static void
csv__survives_any_octets(void **state)
{
	(void)state;
	for (int round = 0; round < 5000; round++) {
		char *copy;
		struct buf text, shown;
		struct error err = { "" };
		unsigned line;

		buf_init(&text, 4096);
		buf_init(&shown, SHOWN_MAX);
		put_random(&text, below(60));
		copy = malloc(text.len > 0 ? text.len : 1);
		memcpy(copy, text.len > 0 ? text.ptr : "", text.len);
		(void)!show_text(slice_of(copy, text.len), &shown, &line, &err);
		free(copy);
		buf_done(&shown);
		buf_done(&text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(csv__reads_rows_and_knows_their_lines),
		cmocka_unit_test(csv__names_the_line_of_what_is_wrong),
		cmocka_unit_test(csv__has_bounds),
		cmocka_unit_test(csv__gives_back_whatever_was_quoted),
		cmocka_unit_test(csv__cut_anywhere_keeps_the_rows_before),
		cmocka_unit_test(csv__survives_any_octets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
