/* SPDX-License-Identifier: ISC */
#include "settings/value_kind.h"

#include "base/scan.h"
#include "settings/units.h"

enum status
value_kind_mode(
    const struct table_row *row, struct slice text, uint64_t *ret_number, struct error *err)
{
	uint64_t mode = 0;

	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] < '0' || text.ptr[i] > '7' || mode > row->max)
			mode = row->max + 1;
		else
			mode = mode << 3 | (uint64_t)(text.ptr[i] - '0');
	}
	if (text.len == 0 || mode > row->max)
		return error_set(err, STATUS_INVALID,
		    "\"%.*s\" is no mode; write octal digits up to \"0777\", such as \"0660\"",
		    VALUE_SHOWN(text));
	*ret_number = mode;
	return STATUS_OK;
}

static enum status
fail_unit(enum status status, struct slice text, const char *units, struct error *err)
{
	if (status == STATUS_TOO_LARGE)
		return error_set(err, STATUS_INVALID, "\"%.*s\" is too large; write less",
		    VALUE_SHOWN(text));
	return error_set(err, STATUS_INVALID,
	    "\"%.*s\" is no whole number with a unit; write the number and %s", VALUE_SHOWN(text),
	    units);
}

enum status
value_kind_size(
    const struct table_row *row, struct slice text, uint64_t *ret_number, struct error *err)
{
	enum status status = units_parse_size(text, ret_number);

	(void)row;
	if (status != STATUS_OK)
		return fail_unit(status, text, "B, KiB, MiB, GiB or TiB", err);
	return STATUS_OK;
}

enum status
value_kind_duration(
    const struct table_row *row, struct slice text, uint64_t *ret_number, struct error *err)
{
	enum status status = units_parse_duration(text, ret_number);

	(void)row;
	if (status != STATUS_OK)
		return fail_unit(status, text, "ms, s, m, h or d", err);
	return STATUS_OK;
}

enum status
value_kind_number(
    const struct table_row *row, struct slice text, uint64_t *ret_number, struct error *err)
{
	(void)row;
	if (scan_u64(text, UINT64_MAX, ret_number) != STATUS_OK)
		return error_set(
		    err, STATUS_INVALID, "%.*s is no whole number from 0; write one", VALUE_SHOWN(text));
	return STATUS_OK;
}

enum status
value_kind_flag(
    const struct table_row *row, struct slice text, uint64_t *ret_number, struct error *err)
{
	bool is_true = slice_equal(text, SLICE_LITERAL("true"));

	(void)row;
	if (!is_true && !slice_equal(text, SLICE_LITERAL("false")))
		return error_set(
		    err, STATUS_INVALID, "%.*s is neither true nor false; write one", VALUE_SHOWN(text));
	*ret_number = is_true ? 1 : 0;
	return STATUS_OK;
}

static enum status
fail_word(const struct table_row *row, struct slice text, struct error *err)
{
	char storage[256];
	struct buf list;

	buf_init_fixed(&list, storage, sizeof(storage));
	for (const struct word *w = row->words; w->text != NULL; w++)
		buf_put_format(&list, "%s\"%s\"", w == row->words ? "" : ", ", w->text);
	return error_set(err, STATUS_INVALID, "\"%.*s\" is not known here; write one of %s",
	    VALUE_SHOWN(text), buf_text(&list));
}

enum status
value_kind_word(
    const struct table_row *row, struct slice text, uint64_t *ret_number, struct error *err)
{
	int value;

	if (word_value(row->words, text, &value) != STATUS_OK)
		return fail_word(row, text, err);
	*ret_number = (uint64_t)value;
	return STATUS_OK;
}
