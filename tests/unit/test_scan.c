/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/scan.h"

#define LIT(text) SLICE_LITERAL(text)

static void
scan__classes_are_ascii(void **state)
{
	unsigned digits = 0, letters = 0, spaces = 0, changed = 0;

	(void)state;
	for (int i = 0; i < 256; i++) {
		char c = (char)i;

		digits += scan_is_digit(c);
		letters += scan_is_alpha(c);
		spaces += scan_is_space(c);
		changed += scan_to_lower(c) != c;
		assert_int_equal(scan_is_alnum(c), scan_is_alpha(c) || scan_is_digit(c));
	}
	assert_int_equal(digits, 10);
	assert_int_equal(letters, 52);
	assert_int_equal(spaces, 4);
	assert_int_equal(changed, 26);
	assert_int_equal(scan_to_lower('Z'), 'z');
	assert_true(scan_is_wsp(' ') && scan_is_wsp('\t') && !scan_is_wsp('\n'));
}

static void
scan__u64(void **state)
{
	static const struct {
		struct slice text;
		uint64_t max;
		enum status status;
		uint64_t number;
	} rows[] = {
		{ LIT("0"), 10, STATUS_OK, 0 },
		{ LIT("10"), 10, STATUS_OK, 10 },
		{ LIT("007"), 10, STATUS_OK, 7 },
		{ LIT("11"), 10, STATUS_TOO_LARGE, 0 },
		{ LIT("18446744073709551615"), UINT64_MAX, STATUS_OK, UINT64_MAX },
		{ LIT("18446744073709551616"), UINT64_MAX, STATUS_TOO_LARGE, 0 },
		{ LIT("99999999999999999999"), UINT64_MAX, STATUS_TOO_LARGE, 0 },
		{ LIT("000000000000000000000"), UINT64_MAX, STATUS_INVALID, 0 }, /* 21 digits */
		{ LIT(""), 10, STATUS_INVALID, 0 },
		{ LIT("-1"), 10, STATUS_INVALID, 0 },
		{ LIT("+1"), 10, STATUS_INVALID, 0 },
		{ LIT(" 1"), 10, STATUS_INVALID, 0 },
		{ LIT("1 "), 10, STATUS_INVALID, 0 },
		{ LIT("1\0"), 10, STATUS_INVALID, 0 },
		{ LIT("0x1"), 10, STATUS_INVALID, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint64_t number = 77;

		assert_int_equal(scan_u64(rows[i].text, rows[i].max, &number), rows[i].status);
		assert_true(number == (rows[i].status == STATUS_OK ? rows[i].number : 77));
	}
}

static void
scan__hex(void **state)
{
	static const struct {
		struct slice text;
		enum status status;
	} rows[] = {
		{ LIT("00fFA1"), STATUS_OK },
		{ LIT("00fFA"), STATUS_INVALID },
		{ LIT("00fFA10"), STATUS_INVALID },
		{ LIT("00fFg1"), STATUS_INVALID },
		{ LIT("00fF 1"), STATUS_INVALID },
		{ LIT(""), STATUS_INVALID },
	};
	static const uint8_t expected[3] = { 0x00, 0xff, 0xa1 };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint8_t bytes[3] = { 7, 7, 7 };

		assert_int_equal(scan_hex(rows[i].text, bytes, sizeof(bytes)), rows[i].status);
		if (rows[i].status == STATUS_OK)
			assert_memory_equal(bytes, expected, sizeof(bytes));
		else
			assert_memory_equal(bytes, "\7\7\7", sizeof(bytes));
	}
}

static void
scan__base64(void **state)
{
	static const struct {
		struct slice text;
		enum status status;
		struct slice bytes;
	} rows[] = {
		{ LIT(""), STATUS_OK, LIT("") },
		{ LIT("Zg=="), STATUS_OK, LIT("f") },
		{ LIT("Zm8="), STATUS_OK, LIT("fo") },
		{ LIT("Zm9v"), STATUS_OK, LIT("foo") },
		{ LIT("Zm9vYmFy"), STATUS_OK, LIT("foobar") },
		{ LIT("+/+/"), STATUS_OK, LIT("\xfb\xff\xbf") },
		{ LIT(" Z\tm\r\n 9v Yg= =\r\n"), STATUS_OK, LIT("foob") },
		{ LIT("Zm9vYmFyYmF6"), STATUS_TOO_LARGE, LIT("") }, /* nine octets into eight */
		{ LIT("Z"), STATUS_INVALID, LIT("") },
		{ LIT("Zg"), STATUS_INVALID, LIT("") },
		{ LIT("Zg="), STATUS_INVALID, LIT("") },
		{ LIT("Z==="), STATUS_INVALID, LIT("") },
		{ LIT("Zg==Zg=="), STATUS_INVALID, LIT("") },
		{ LIT("Zg==Z"), STATUS_INVALID, LIT("") },
		{ LIT("Zg=o"), STATUS_INVALID, LIT("") },
		{ LIT("===="), STATUS_INVALID, LIT("") },
		{ LIT("Zm9-"), STATUS_INVALID, LIT("") },
		{ LIT("Zm9v\0"), STATUS_INVALID, LIT("") },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint8_t bytes[8];
		size_t len = 77;

		assert_int_equal(
		    scan_base64(rows[i].text, bytes, sizeof(bytes), &len), rows[i].status);
		assert_int_equal(len, rows[i].status == STATUS_OK ? rows[i].bytes.len : 77);
		if (rows[i].status == STATUS_OK)
			assert_memory_equal(bytes, rows[i].bytes.ptr, len);
	}
}

static void
scan__base64_fills_its_room_exactly(void **state)
{
	uint8_t bytes[2];
	size_t len = 0;

	(void)state;
	assert_int_equal(scan_base64(LIT("Zm8="), bytes, 2, &len), STATUS_OK);
	assert_int_equal(len, 2);
	assert_int_equal(scan_base64(LIT("Zm8="), bytes, 1, &len), STATUS_TOO_LARGE);
}

static void
scan__xtext(void **state)
{
	static const struct {
		struct slice text;
		enum status status;
		struct slice plain;
	} rows[] = {
		{ LIT(""), STATUS_OK, LIT("") },
		{ LIT("joe@a.example"), STATUS_OK, LIT("joe@a.example") },
		{ LIT("joe+2Bnews"), STATUS_OK, LIT("joe+news") },
		{ LIT("+2B+3D+2B2B"), STATUS_OK, LIT("+=+2B") },
		{ LIT("+C3+BC"), STATUS_OK, LIT("\xc3\xbc") },
		{ LIT("joe+news"), STATUS_INVALID, LIT("") },
		{ LIT("joe+2b"), STATUS_INVALID, LIT("") },
		{ LIT("joe+2"), STATUS_INVALID, LIT("") },
		{ LIT("joe+"), STATUS_INVALID, LIT("") },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char plain[16];
		size_t len = 77;

		assert_int_equal(scan_xtext(rows[i].text, plain, &len), rows[i].status);
		assert_int_equal(len, rows[i].status == STATUS_OK ? rows[i].plain.len : 77);
		if (rows[i].status == STATUS_OK)
			assert_memory_equal(plain, rows[i].plain.ptr, len);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(scan__classes_are_ascii),
		cmocka_unit_test(scan__u64),
		cmocka_unit_test(scan__hex),
		cmocka_unit_test(scan__base64),
		cmocka_unit_test(scan__base64_fills_its_room_exactly),
		cmocka_unit_test(scan__xtext),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
