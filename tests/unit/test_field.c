/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "base/scan.h"
#include "dkim/field.h"

#define LIT(text) SLICE_LITERAL(text)
#define NAMES_MAX CHOICE_MAX

static const struct field_params plain_params = {
	.algorithm = { "rsa-sha256", 10 },
	.header_canon = CANON_RELAXED,
	.body_canon = CANON_RELAXED,
	.domain = { "example.com", 11 },
	.selector = { "s202611a-7k3q9x", 15 },
	.signed_at = 1795168800,
};

/* Bytes 0, 1, 2, …: as good as a hash or a signature. */
static void
count_up(uint8_t *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++)
		bytes[i] = (uint8_t)i;
}

/* A choice of the names in a list like "From,To"; entries has room for them. */
static struct choice
choice_of(const char *names, struct choice_entry entries[NAMES_MAX])
{
	struct slice rest = slice_from_text(names);
	size_t count = 0;

	while (rest.len > 0)
		entries[count++] = (struct choice_entry){ .name = slice_cut(&rest, ',') };
	return (struct choice){ entries, count };
}

/* The whole field value, with a signature of len octets. */
static void
put_field(struct buf *out, const struct field_params *params, const char *names, size_t len)
{
	static struct choice_entry entries[NAMES_MAX];
	struct choice choice = choice_of(names, entries);
	uint8_t hash[DIGEST_SIZE];
	uint8_t signature[512];

	count_up(hash, sizeof(hash));
	count_up(signature, len);
	buf_init(out, FIELD_MAX_BYTES);
	field_put_unsigned(out, params, &choice, hash);
	assert_true(slice_ends_with(buf_slice(out), LIT("\r\n\tb=")));
	field_put_signature(out, signature, len);
	assert_int_equal(buf_status(out), STATUS_OK);
}

#define BH "bh=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=;"
#define B64 \
	"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc"

static void
field__is_folded_like_this(void **state)
{
	struct buf field;

	(void)state;
	put_field(&field, &plain_params,
	    "From,From,Reply-To,Subject,Subject,To,To,Cc,Date,Date,Message-ID,Message-ID,"
	    "MIME-Version,MIME-Version,Content-Type,Content-Type",
	    64);
	assert_string_equal(buf_text(&field),
	    " v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.com;\r\n"
	    "\ts=s202611a-7k3q9x; t=1795168800; h=From:From:Reply-To:Subject:Subject:To:To:\r\n"
	    "\tCc:Date:Date:Message-ID:Message-ID:MIME-Version:MIME-Version:Content-Type:\r\n"
	    "\tContent-Type; " BH "\r\n"
	    "\tb=" B64 "\r\n"
	    "\t4OTo7PD0+Pw==");
	buf_done(&field);
}

static void
field__has_an_expiry_only_when_given(void **state)
{
	struct field_params params = plain_params;
	struct buf field;

	(void)state;
	put_field(&field, &params, "From", 3);
	assert_null(strstr(buf_text(&field), "x="));
	buf_done(&field);
	params.expires_at = 1795773600;
	put_field(&field, &params, "From", 3);
	assert_string_equal(buf_text(&field),
	    " v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.com;\r\n"
	    "\ts=s202611a-7k3q9x; t=1795168800; x=1795773600; h=From;\r\n"
	    "\t" BH "\r\n"
	    "\tb=AAEC");
	buf_done(&field);
}

static void
field__names_both_canonicalizations(void **state)
{
	struct field_params params = plain_params;
	struct buf field;

	(void)state;
	params.header_canon = CANON_SIMPLE;
	put_field(&field, &params, "From", 3);
	assert_non_null(strstr(buf_text(&field), " c=simple/relaxed;"));
	buf_done(&field);
	params.header_canon = CANON_RELAXED;
	params.body_canon = CANON_SIMPLE;
	put_field(&field, &params, "From", 3);
	assert_non_null(strstr(buf_text(&field), " c=relaxed/simple;"));
	buf_done(&field);
}

/* Lines of at most 78 octets, each but the first after a tab, without a CR, LF or tab inside. */
static void
assert_lines(struct slice value, bool has_long_domain)
{
	struct slice rest = value;
	size_t before = FIELD_NAME.len + 1;
	bool is_first = true;

	while (rest.len > 0) {
		struct slice line = slice_cut(&rest, '\n');

		if (rest.len > 0)
			assert_int_equal(line.ptr[line.len-- - 1], '\r');
		if (!is_first)
			assert_int_equal(line.ptr[0], '\t');
		assert_int_equal(slice_find(line, '\r'), line.len);
		assert_int_equal(slice_find(slice_after(line, 1), '\t'), line.len - 1);
		if (!has_long_domain || !slice_starts_with(line, LIT("\td=")))
			assert_in_range(before + line.len, 2, 78);
		before = 0;
		is_first = false;
	}
}

static void
unfold(struct slice value, struct buf *out)
{
	for (size_t i = 0; i < value.len; i++) {
		if (!scan_is_space(value.ptr[i]))
			buf_put_char(out, value.ptr[i]);
	}
}

/* Up to the signature, what stands before a fold ends a tag or a name of h=. */
static void
assert_folds(const char *text)
{
	const char *end = strstr(text, "\tb=");

	assert_non_null(end);
	for (const char *at = text; at < end; at++) {
		if (at[1] == '\r')
			assert_non_null(strchr(":;", at[0]));
	}
}

/* Names of every length, so that they pass every column. */
static void
field__never_folds_inside_a_name(void **state)
{
	static const char name[] = "Content-Transfer-Encoding-And-Some-More";
	struct buf names;
	struct buf field;

	(void)state;
	buf_init(&names, 100000);
	for (unsigned i = 0; i < NAMES_MAX; i++) {
		buf_put(&names, slice_of(name, 1 + i * 7 % (sizeof(name) - 1)));
		buf_put_char(&names, ',');
		if (i % 50 != 0 && i + 1 < NAMES_MAX)
			continue;
		put_field(&field, &plain_params, buf_text(&names), 512);
		assert_lines(buf_slice(&field), false);
		assert_folds(buf_text(&field));
		buf_done(&field);
	}
	buf_done(&names);
}

/* A domain of every length pushes what follows through every column. */
static void
field__fills_lines_to_the_last_column_and_no_further(void **state)
{
	char domain[60];
	struct field_params params = plain_params;
	bool has_full_line = false;

	(void)state;
	memset(domain, 'd', sizeof(domain));
	for (size_t len = 1; len <= sizeof(domain); len++) {
		struct buf field;

		params.domain = slice_of(domain, len);
		put_field(&field, &params, "From,From,Subject,Subject,To,To,Cc,Message-ID,List-Id", 64);
		assert_lines(buf_slice(&field), false);
		has_full_line |= FIELD_NAME.len + 1 + slice_find(buf_slice(&field), '\r') == 78;
		buf_done(&field);
	}
	assert_true(has_full_line);
}

static void
field__gives_a_long_domain_a_line_of_its_own(void **state)
{
	char domain[253];
	struct field_params params = plain_params;
	struct buf field;
	struct buf flat;

	(void)state;
	memset(domain, 'd', sizeof(domain));
	params.domain = slice_of(domain, sizeof(domain));
	put_field(&field, &params, "From,To", 256);
	assert_lines(buf_slice(&field), true);
	buf_init(&flat, 2000);
	unfold(buf_slice(&field), &flat);
	assert_non_null(strstr(
	    buf_text(&flat), ";s=s202611a-7k3q9x;t=1795168800;h=From:To;" BH "b=AAEC"));
	buf_done(&field);
	buf_done(&flat);
}

/* RSA-4096, RSA-2048, Ed25519, and the lengths at which base64 ends a line. */
static void
field__carries_a_signature_of_any_length(void **state)
{
	(void)state;
	for (size_t len = 1; len <= 512; len++) {
		struct buf field;
		uint8_t expected[512], got[512];
		size_t got_len;
		const char *value;

		put_field(&field, &plain_params, "From", len);
		assert_lines(buf_slice(&field), false);
		value = strstr(buf_text(&field), "\tb=") + 3;
		assert_int_equal(
		    scan_base64(slice_from_text(value), got, sizeof(got), &got_len), STATUS_OK);
		count_up(expected, len);
		assert_int_equal(got_len, len);
		assert_memory_equal(got, expected, len);
		buf_done(&field);
	}
}

/* Whatever names a choice may have, the field can be built: with the longest domains and signature, too. */
static void
field__has_room_for_every_choice_that_fits(void **state)
{
	static struct choice_entry entries[CHOICE_MAX];
	char domain[253];
	char name[77];
	uint8_t bytes[512] = { 0 };
	struct field_params params = plain_params;

	(void)state;
	memset(domain, 'd', sizeof(domain));
	memset(name, 'n', sizeof(name));
	params.domain = slice_of(domain, sizeof(domain));
	params.selector = params.domain;
	params.signed_at = INT64_MAX;
	params.expires_at = INT64_MAX;
	for (size_t len = 1; len <= sizeof(name); len++) {
		struct choice choice = { entries, CHOICE_MAX };
		struct buf out;

		if (choice.count * (len + 4) > CHOICE_MAX_BYTES)
			choice.count = CHOICE_MAX_BYTES / (len + 4);
		for (size_t i = 0; i < choice.count; i++)
			entries[i].name = slice_of(name, len);
		buf_init(&out, FIELD_MAX_BYTES);
		field_put_unsigned(&out, &params, &choice, bytes);
		field_put_signature(&out, bytes, sizeof(bytes));
		assert_int_equal(buf_status(&out), STATUS_OK);
		buf_done(&out);
	}
}

static void
field__reports_a_full_buffer(void **state)
{
	static struct choice_entry entries[NAMES_MAX];
	struct choice choice = choice_of("From", entries);
	uint8_t bytes[DIGEST_SIZE] = { 0 };
	struct buf out;

	(void)state;
	buf_init(&out, 190);
	field_put_unsigned(&out, &plain_params, &choice, bytes);
	assert_int_equal(buf_status(&out), STATUS_OK);
	field_put_signature(&out, bytes, sizeof(bytes));
	assert_int_equal(buf_status(&out), STATUS_TOO_LARGE);
	buf_done(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(field__is_folded_like_this),
		cmocka_unit_test(field__has_an_expiry_only_when_given),
		cmocka_unit_test(field__names_both_canonicalizations),
		cmocka_unit_test(field__never_folds_inside_a_name),
		cmocka_unit_test(field__fills_lines_to_the_last_column_and_no_further),
		cmocka_unit_test(field__gives_a_long_domain_a_line_of_its_own),
		cmocka_unit_test(field__carries_a_signature_of_any_length),
		cmocka_unit_test(field__has_room_for_every_choice_that_fits),
		cmocka_unit_test(field__reports_a_full_buffer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
