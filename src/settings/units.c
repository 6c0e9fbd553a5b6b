/* SPDX-License-Identifier: ISC */
#include "settings/units.h"

#include "base/scan.h"

struct unit {
	const char *name;
	uint64_t factor;
};

/* The smallest first; both end with NULL. */
static const struct unit durations[] = {
	{ "ms", 1 },
	{ "s", 1000 },
	{ "m", 60 * 1000 },
	{ "h", 60 * 60 * 1000 },
	{ "d", 24 * 60 * 60 * 1000 },
	{ NULL, 0 },
};

static const struct unit sizes[] = {
	{ "B", 1 },
	{ "KiB", UINT64_C(1) << 10 },
	{ "MiB", UINT64_C(1) << 20 },
	{ "GiB", UINT64_C(1) << 30 },
	{ "TiB", UINT64_C(1) << 40 },
	{ NULL, 0 },
};

static const struct unit *
find_unit(const struct unit *units, struct slice name)
{
	for (const struct unit *unit = units; unit->name != NULL; unit++) {
		if (slice_equal(slice_from_text(unit->name), name))
			return unit;
	}
	return NULL;
}

static enum status
parse(const struct unit *units, struct slice text, uint64_t *ret_number)
{
	const struct unit *unit;
	enum status status;
	uint64_t number;
	size_t digits = 0;

	while (digits < text.len && scan_is_digit(text.ptr[digits]))
		digits++;
	unit = find_unit(units, slice_after(text, digits));
	if (unit == NULL)
		return STATUS_INVALID;
	status = scan_u64(slice_first(text, digits), UINT64_MAX, &number);
	if (status != STATUS_OK)
		return status;
	if (__builtin_mul_overflow(number, unit->factor, &number))
		return STATUS_TOO_LARGE;
	*ret_number = number;
	return STATUS_OK;
}

static void
print(const struct unit *units, struct buf *b, uint64_t number)
{
	const struct unit *best = units;

	for (const struct unit *unit = units; unit->name != NULL; unit++) {
		if (number > 0 && number % unit->factor == 0)
			best = unit;
	}
	buf_put_u64(b, number / best->factor);
	buf_put_text(b, best->name);
}

enum status
units_parse_duration(struct slice text, uint64_t *ret_ms)
{
	return parse(durations, text, ret_ms);
}

enum status
units_parse_size(struct slice text, uint64_t *ret_bytes)
{
	return parse(sizes, text, ret_bytes);
}

void
units_print_duration(struct buf *b, uint64_t ms)
{
	print(durations, b, ms);
}

void
units_print_size(struct buf *b, uint64_t bytes)
{
	print(sizes, b, bytes);
}
