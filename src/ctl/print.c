/* SPDX-License-Identifier: ISC */
#include "ctl/print.h"

#include <stdio.h>

#define COLUMNS_MAX 12
#define CELL_MAX 8192
#define NAME_SIZE 96

/* yes and no for flags, "-" for null */
static void
put_scalar(const json_t *value, struct buf *out)
{
	if (json_is_string(value))
		buf_put(out, slice_of(json_string_value(value), json_string_length(value)));
	else if (json_is_integer(value))
		buf_put_format(out, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
	else if (json_is_boolean(value))
		buf_put_text(out, json_is_true(value) ? "yes" : "no");
	else
		buf_put_char(out, '-');
}

/* What is printed on a terminal must not control it. */
static bool
is_control(char c)
{
	return (unsigned char)c < ' ' || c == 0x7f;
}

void
print_plain(const json_t *value, struct buf *out)
{
	size_t start = out->len;

	put_scalar(value, out);
	for (size_t i = start; i < out->len; i++)
		out->ptr[i] = is_control(out->ptr[i]) ? '?' : out->ptr[i];
}

static struct slice
cell_of(const json_t *object, const char *member, struct buf *storage)
{
	buf_reset(storage);
	print_plain(json_object_get(object, member), storage);
	return buf_slice(storage);
}

static void
measure(const struct print_column *columns, const json_t *objects, struct buf *storage,
    size_t *ret_widths)
{
	const json_t *object;
	size_t index;

	for (size_t i = 0; columns[i].heading != NULL; i++) {
		ret_widths[i] = strlen(columns[i].heading);
		json_array_foreach(objects, index, object) {
			size_t len = cell_of(object, columns[i].member, storage).len;

			if (len > ret_widths[i])
				ret_widths[i] = len;
		}
	}
}

/* The last column is not padded. */
static void
print_cell(struct slice text, size_t width, bool is_last)
{
	if (is_last)
		(void)printf("%.*s\n", SLICE_PRINT(text));
	else
		(void)printf("%-*.*s  ", (int)width, SLICE_PRINT(text));
}

void
print_table(const struct print_column *columns, const json_t *objects)
{
	size_t widths[COLUMNS_MAX];
	const json_t *object;
	struct buf storage;
	size_t index;

	buf_init(&storage, CELL_MAX);
	measure(columns, objects, &storage, widths);
	for (size_t i = 0; columns[i].heading != NULL; i++)
		print_cell(slice_from_text(columns[i].heading), widths[i], columns[i + 1].heading == NULL);
	json_array_foreach(objects, index, object) {
		for (size_t i = 0; columns[i].heading != NULL; i++)
			print_cell(cell_of(object, columns[i].member, &storage), widths[i],
			    columns[i + 1].heading == NULL);
	}
	buf_done(&storage);
}

/* Where the walk through an object's members stands: the first only measures. */
struct walk {
	size_t width;
	bool prints;
};

static void
visit_scalar(struct walk *walk, const char *name, const json_t *value)
{
	char storage[CELL_MAX];
	struct buf text;

	if (strlen(name) > walk->width)
		walk->width = strlen(name);
	if (!walk->prints)
		return;
	buf_init_fixed(&text, storage, sizeof(storage));
	print_plain(value, &text);
	(void)printf("%-*s  %.*s\n", (int)walk->width, name, SLICE_PRINT(buf_slice(&text)));
}

/* The daemon's answers are two objects deep. */
static void
visit_members(struct walk *walk, json_t *object, const char *prefix)
{
	const char *key;
	json_t *value;

	json_object_foreach(object, key, value) {
		char name[NAME_SIZE];

		(void)snprintf(name, sizeof(name), "%s%s%s", prefix, prefix[0] != '\0' ? "." : "", key);
		if (json_is_object(value))
			visit_members(walk, value, name);
		else if (!json_is_null(value) && !json_is_array(value))
			visit_scalar(walk, name, value);
	}
}

void
print_object(json_t *object)
{
	struct walk walk = { .prints = false };

	visit_members(&walk, object, "");
	walk.prints = true;
	visit_members(&walk, object, "");
}
