/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "settings/units.h"

struct row {
	const char *text;
	enum status status;
	uint64_t number;
};

static const struct row durations[] = {
	{ "0ms", STATUS_OK, 0 },
	{ "250ms", STATUS_OK, 250 },
	{ "5s", STATUS_OK, 5000 },
	{ "2m", STATUS_OK, 120000 },
	{ "12h", STATUS_OK, UINT64_C(43200000) },
	{ "30d", STATUS_OK, UINT64_C(2592000000) },
	{ "5", STATUS_INVALID, 0 },
	{ "", STATUS_INVALID, 0 },
	{ "s", STATUS_INVALID, 0 },
	{ "5S", STATUS_INVALID, 0 },
	{ "5 s", STATUS_INVALID, 0 },
	{ " 5s", STATUS_INVALID, 0 },
	{ "5s ", STATUS_INVALID, 0 },
	{ "-5s", STATUS_INVALID, 0 },
	{ "1.5s", STATUS_INVALID, 0 },
	{ "1h30m", STATUS_INVALID, 0 },
	{ "5sec", STATUS_INVALID, 0 },
	{ "213503982335d", STATUS_TOO_LARGE, 0 },
	{ "18446744073709551615ms", STATUS_OK, UINT64_MAX },
	{ "18446744073709551616ms", STATUS_TOO_LARGE, 0 },
};

static const struct row sizes[] = {
	{ "512B", STATUS_OK, 512 },
	{ "64KiB", STATUS_OK, 65536 },
	{ "1MiB", STATUS_OK, 1 << 20 },
	{ "64GiB", STATUS_OK, UINT64_C(64) << 30 },
	{ "2TiB", STATUS_OK, UINT64_C(2) << 40 },
	{ "1MB", STATUS_INVALID, 0 },
	{ "1M", STATUS_INVALID, 0 },
	{ "1mib", STATUS_INVALID, 0 },
	{ "1048576", STATUS_INVALID, 0 },
	{ "MiB", STATUS_INVALID, 0 },
	{ "16777215TiB", STATUS_OK, UINT64_C(16777215) << 40 },
	{ "16777216TiB", STATUS_TOO_LARGE, 0 },
};

#define UNTOUCHED 77

static void
check(const struct row *rows, size_t count, enum status (*parse)(struct slice, uint64_t *))
{
	for (size_t i = 0; i < count; i++) {
		uint64_t number = UNTOUCHED;
		enum status status = parse(slice_from_text(rows[i].text), &number);

		if (status != rows[i].status)
			fail_msg("\"%s\": %s", rows[i].text, status_name(status));
		assert_true(number == (status == STATUS_OK ? rows[i].number : UNTOUCHED));
	}
}

static void
units__durations(void **state)
{
	(void)state;
	check(durations, sizeof(durations) / sizeof(durations[0]), units_parse_duration);
}

static void
units__sizes(void **state)
{
	(void)state;
	check(sizes, sizeof(sizes) / sizeof(sizes[0]), units_parse_size);
}

static void
units__print_without_fraction(void **state)
{
	static const struct {
		uint64_t number;
		const char *duration;
		const char *size;
	} rows[] = {
		{ 0, "0ms", "0B" },
		{ 1, "1ms", "1B" },
		{ 1500, "1500ms", "1500B" },
		{ 60000, "1m", "60000B" },
		{ 90000, "90s", "90000B" },
		{ UINT64_C(86400000), "1d", "84375KiB" },
		{ UINT64_C(1) << 40, "1099511627776ms", "1TiB" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char storage[64];
		struct buf b;

		buf_init_fixed(&b, storage, sizeof(storage));
		units_print_duration(&b, rows[i].number);
		assert_string_equal(buf_text(&b), rows[i].duration);
		buf_reset(&b);
		units_print_size(&b, rows[i].number);
		assert_string_equal(buf_text(&b), rows[i].size);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(units__durations),
		cmocka_unit_test(units__sizes),
		cmocka_unit_test(units__print_without_fraction),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
