/* SPDX-License-Identifier: ISC */
#include "ctl/bulk/csv.h"

void
csv_init(struct csv *csv, struct slice text)
{
	*csv = (struct csv){ .rest = text, .line = 1 };
	arena_init(&csv->arena, CSV_ROW_MAX);
}

void
csv_done(struct csv *csv)
{
	arena_done(&csv->arena);
}

/* ---- what comes next ---- */

static bool
starts_with(const struct csv *csv, char c)
{
	return csv->rest.len > 0 && csv->rest.ptr[0] == c;
}

/* The octets of the line end that comes next; 0: none, or the end of the text. */
static size_t
line_end_size(const struct csv *csv)
{
	if (starts_with(csv, '\n'))
		return 1;
	return slice_starts_with(csv->rest, SLICE_LITERAL("\r\n")) ? 2 : 0;
}

static bool
is_at_end_of_row(const struct csv *csv)
{
	return csv->rest.len == 0 || line_end_size(csv) > 0;
}

static bool
take_line_end(struct csv *csv)
{
	size_t size = line_end_size(csv);

	csv->rest = slice_after(csv->rest, size);
	csv->line += size > 0 ? 1 : 0;
	return size > 0;
}

/* ---- fields ---- */

static enum status
refuse_octet(char c, struct error *err)
{
	if (c == '"')
		return error_set(err, STATUS_INVALID,
		    "a quotation mark inside a field that does not begin with one: quote the whole "
		    "field, and double the quotation marks in it");
	if (c == '\r')
		return error_set(err, STATUS_INVALID, "a carriage return that ends no line");
	return error_set(err, STATUS_INVALID, "a NUL octet: the file must be UTF-8");
}

static enum status
read_plain(struct csv *csv, struct slice *ret_field, struct error *err)
{
	struct slice start = csv->rest;

	while (!starts_with(csv, ',') && !is_at_end_of_row(csv)) {
		char c = csv->rest.ptr[0];

		if (c == '"' || c == '\r' || c == '\0')
			return refuse_octet(c, err);
		csv->rest = slice_after(csv->rest, 1);
	}
	*ret_field = slice_first(start, start.len - csv->rest.len);
	return STATUS_OK;
}

/* With each doubled quotation mark as one. */
static enum status
undouble(struct csv *csv, struct slice raw, struct slice *ret_field, struct error *err)
{
	char *copy = arena_alloc(&csv->arena, raw.len);
	size_t len = 0;

	if (copy == NULL)
		return error_set(err, STATUS_TOO_LARGE, "a row of more than %u octets", CSV_ROW_MAX);
	for (size_t i = 0; i < raw.len; i++) {
		copy[len++] = raw.ptr[i];
		i += raw.ptr[i] == '"' ? 1 : 0;
	}
	*ret_field = slice_of(copy, len);
	return STATUS_OK;
}

/* To the closing quotation mark; *ret_raw is what is between, *ret_doubled whether any is doubled. */
static enum status
take_quoted(struct csv *csv, struct slice *ret_raw, bool *ret_doubled, struct error *err)
{
	struct slice start = slice_after(csv->rest, 1);
	unsigned first_line = csv->line;

	*ret_doubled = false;
	for (csv->rest = start; csv->rest.len > 0; csv->rest = slice_after(csv->rest, 1)) {
		char c = csv->rest.ptr[0];

		if (c == '\0')
			return refuse_octet(c, err);
		csv->line += c == '\n' ? 1 : 0;
		if (c != '"')
			continue;
		if (!slice_starts_with(csv->rest, SLICE_LITERAL("\"\""))) {
			*ret_raw = slice_first(start, start.len - csv->rest.len);
			csv->rest = slice_after(csv->rest, 1);
			return STATUS_OK;
		}
		*ret_doubled = true;
		csv->rest = slice_after(csv->rest, 1);
	}
	csv->line = first_line;
	return error_set(err, STATUS_INVALID, "a quoted field begins here and does not end");
}

static enum status
read_quoted(struct csv *csv, struct slice *ret_field, struct error *err)
{
	struct slice raw = SLICE_EMPTY;
	bool is_doubled = false;
	enum status status = take_quoted(csv, &raw, &is_doubled, err);

	if (status != STATUS_OK)
		return status;
	if (!starts_with(csv, ',') && !is_at_end_of_row(csv))
		return error_set(err, STATUS_INVALID,
		    "text behind the end of a quoted field: double the quotation marks inside it");
	if (is_doubled)
		return undouble(csv, raw, ret_field, err);
	*ret_field = raw;
	return STATUS_OK;
}

static enum status
read_field(struct csv *csv, struct slice *ret_field, struct error *err)
{
	return starts_with(csv, '"') ? read_quoted(csv, ret_field, err)
	                             : read_plain(csv, ret_field, err);
}

/* ---- rows ---- */

static bool
take_comma(struct csv *csv)
{
	bool is_there = starts_with(csv, ',');

	csv->rest = slice_after(csv->rest, is_there ? 1 : 0);
	return is_there;
}

enum status
csv_next(struct csv *csv, struct csv_row *ret_row, struct error *err)
{
	enum status status;

	arena_reset(&csv->arena);
	while (take_line_end(csv))
		;
	if (csv->rest.len == 0)
		return STATUS_NOT_FOUND;
	ret_row->line = csv->line;
	ret_row->count = 0;
	do {
		if (ret_row->count == CSV_FIELDS_MAX)
			return error_set(err, STATUS_TOO_LARGE, "more than %d fields", CSV_FIELDS_MAX);
		status = read_field(csv, &ret_row->fields[ret_row->count], err);
		if (status != STATUS_OK)
			return status;
		ret_row->count++;
	} while (take_comma(csv));
	(void)take_line_end(csv);
	return STATUS_OK;
}
