/* SPDX-License-Identifier: ISC */
#include "ctl/bulk/input.h"

#include <stdlib.h>

#include "ctl/bulk/csv.h"
#include "ctl/bulk/field.h"
#include "ctl/bulk/line.h"

void
input_init(struct input *input)
{
	*input = (struct input){ .lines = NULL };
}

void
input_done(struct input *input)
{
	for (size_t i = 0; i < input->count; i++)
		json_decref(input->lines[i].parameters);
	free(input->lines);
}

/* What is read, and who hears what is wrong with it. */
struct reader {
	struct input *input;
	struct overlap overlap;
	input_complaint *complain;
	void *context;
	enum status status;
};

static void
complain(struct reader *reader, unsigned line, const struct error *err)
{
	reader->complain(reader->context, line, err->text);
	reader->status = STATUS_INVALID;
}

/* ---- lines ---- */

static bool
make_room(struct input *input)
{
	size_t capacity = input->capacity > 0 ? 2 * input->capacity : 256;
	struct input_line *lines;

	if (input->count < input->capacity)
		return true;
	lines = reallocarray(input->lines, capacity, sizeof(*lines));
	if (lines == NULL)
		return false;
	input->lines = lines;
	input->capacity = capacity;
	return true;
}

/* parameters are stolen. */
static void
add_line(struct reader *reader, unsigned number, json_t *parameters)
{
	struct input *input = reader->input;
	struct error err = { "" };
	enum status status = line_check(parameters, &err);

	if (status == STATUS_OK)
		status = overlap_add(&reader->overlap, number, parameters, &err);
	if (status == STATUS_OK && !make_room(input))
		status = error_set(&err, STATUS_NO_MEMORY, "out of memory");
	if (status == STATUS_OK) {
		input->lines[input->count++] =
		    (struct input_line){ .number = number, .parameters = parameters };
		return;
	}
	complain(reader, number, &err);
	json_decref(parameters);
}

/* ---- CSV ---- */

struct columns {
	size_t count;
	const struct field *fields[CSV_FIELDS_MAX];
};

static enum status
unknown_name(struct slice name, struct error *err)
{
	char storage[ERROR_TEXT_SIZE / 2];
	struct buf list;

	if (slice_find(name, ';') < name.len || slice_find(name, '\t') < name.len)
		return error_set(err, STATUS_INVALID, "the fields must be separated by commas");
	buf_init_fixed(&list, storage, sizeof(storage));
	field_put_names(&list);
	return error_set(err, STATUS_INVALID, "there is no field \"%.*s\"; there are: %s",
	    SLICE_PRINT(slice_first(name, 60)), buf_text(&list));
}

static enum status
add_column(struct columns *columns, struct slice name, struct error *err)
{
	const struct field *field = field_find(name);

	if (field == NULL)
		return unknown_name(name, err);
	for (size_t i = 0; i < columns->count; i++) {
		if (columns->fields[i] == field)
			return error_set(err, STATUS_INVALID, "two columns %s", field_name(field));
	}
	columns->fields[columns->count++] = field;
	return STATUS_OK;
}

static enum status
read_columns(struct csv *csv, struct columns *ret_columns, unsigned *ret_line, struct error *err)
{
	struct csv_row row = { .count = 0 };
	enum status status = csv_next(csv, &row, err);

	*ret_line = status == STATUS_OK ? row.line : csv->line;
	if (status == STATUS_NOT_FOUND)
		return error_set(err, status, "the file is empty");
	for (size_t i = 0; status == STATUS_OK && i < row.count; i++)
		status = add_column(ret_columns, row.fields[i], err);
	return status;
}

/* An empty field is one that is not given. */
static enum status
add_cell(json_t *parameters, const struct field *field, struct slice text, struct error *err)
{
	json_t *value = NULL;
	enum status status = text.len > 0 ? field_read(field, text, &value, err) : STATUS_OK;

	if (value != NULL && json_object_set_new(parameters, field_name(field), value) != 0)
		return error_set(err, STATUS_NO_MEMORY, "out of memory");
	return status;
}

static void
take_row(struct reader *reader, const struct columns *columns, const struct csv_row *row)
{
	json_t *parameters = json_object();
	struct error err = { "" };
	enum status status = STATUS_OK;

	if (row->count != columns->count)
		status = error_set(&err, STATUS_INVALID, "%zu fields, where the header has %zu", row->count,
		    columns->count);
	for (size_t i = 0; status == STATUS_OK && i < row->count; i++)
		status = add_cell(parameters, columns->fields[i], row->fields[i], &err);
	if (status == STATUS_OK) {
		add_line(reader, row->line, parameters);
		return;
	}
	complain(reader, row->line, &err);
	json_decref(parameters);
}

static void
read_csv(struct reader *reader, struct slice text)
{
	struct csv csv;
	struct csv_row row;
	struct columns columns = { .count = 0 };
	struct error err = { "" };
	unsigned line = 0;
	enum status status;

	csv_init(&csv, text);
	status = read_columns(&csv, &columns, &line, &err);
	if (status != STATUS_OK) {
		complain(reader, line, &err);
		csv_done(&csv);
		return;
	}
	while ((status = csv_next(&csv, &row, &err)) == STATUS_OK)
		take_row(reader, &columns, &row);
	if (status != STATUS_NOT_FOUND)
		complain(reader, csv.line, &err);
	csv_done(&csv);
}

/* ---- JSON lines ---- */

static enum status
check_names(json_t *object, struct error *err)
{
	const char *name;
	json_t *value;
	void *next;

	json_object_foreach_safe(object, next, name, value) {
		if (field_find(slice_from_text(name)) == NULL)
			return unknown_name(slice_from_text(name), err);
		if (json_is_null(value))
			(void)json_object_del(object, name);
	}
	return STATUS_OK;
}

static void
take_object(struct reader *reader, unsigned number, struct slice text)
{
	json_t *object = NULL;
	struct error err = { "" };
	enum status status = json_read_object(text, &object, &err);

	if (status == STATUS_OK)
		status = check_names(object, &err);
	if (status == STATUS_OK) {
		add_line(reader, number, object);
		return;
	}
	complain(reader, number, &err);
	json_decref(object);
}

static void
read_json(struct reader *reader, struct slice rest)
{
	for (unsigned number = 1; rest.len > 0; number++) {
		struct slice text = slice_trim(slice_cut(&rest, '\n'));

		if (text.len > 0)
			take_object(reader, number, text);
	}
}

/* ---- which ---- */

static const struct slice byte_order_mark = { "\xef\xbb\xbf", 3 };

enum status
input_read(struct input *input, struct slice text, input_complaint *complaint, void *context)
{
	struct reader reader = { .input = input, .complain = complaint, .context = context };
	struct slice trimmed;

	if (slice_starts_with(text, byte_order_mark))
		text = slice_after(text, byte_order_mark.len);
	trimmed = slice_trim(text);
	overlap_init(&reader.overlap);
	if (slice_starts_with(trimmed, SLICE_LITERAL("{")))
		read_json(&reader, text);
	else
		read_csv(&reader, text);
	overlap_done(&reader.overlap);
	return reader.status;
}
