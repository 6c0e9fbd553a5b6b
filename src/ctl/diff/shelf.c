/* SPDX-License-Identifier: ISC */
#include "ctl/diff/shelf.h"

#include <stdlib.h>

#include "base/scan.h"

#define FORM_MAX (1U << 30)

/* ---- names ---- */

/* As slice_compare, in any case of ASCII letters. */
static int
compare_names(struct slice a, struct slice b)
{
	size_t len = a.len < b.len ? a.len : b.len;

	for (size_t i = 0; i < len; i++) {
		int difference = (unsigned char)scan_to_lower(a.ptr[i]) - (unsigned char)scan_to_lower(b.ptr[i]);

		if (difference != 0)
			return difference;
	}
	return a.len < b.len ? -1 : a.len > b.len;
}

/* Fields stand in one array: who is lower in the message is farther in it. */
static int
compare_fields(const void *a, const void *b)
{
	const struct message_field *one = *(const struct message_field *const *)a;
	const struct message_field *other = *(const struct message_field *const *)b;
	int difference = compare_names(one->name, other->name);

	if (difference != 0)
		return difference;
	return one > other ? -1 : one < other;
}

enum status
shelf_make(struct shelf *shelf, const struct message *message, enum canon canon, struct arena *arena)
{
	size_t count = message->count;
	const struct message_field **fields = arena_alloc(arena, (count + 1) * sizeof(*fields));
	struct slice *forms = arena_alloc(arena, (count + 1) * sizeof(*forms));

	if (fields == NULL || forms == NULL)
		return STATUS_NO_MEMORY;
	for (size_t i = 0; i < count; i++) {
		fields[i] = &message->fields[i];
		forms[i] = (struct slice){ NULL, 0 };
	}
	qsort(fields, count, sizeof(*fields), compare_fields);
	*shelf = (struct shelf){ arena, canon, fields, count, forms };
	return STATUS_OK;
}

/* The first place whose name is not before this one's, or (is_behind) is behind it. */
static size_t
find_edge(const struct shelf *shelf, struct slice name, bool is_behind)
{
	size_t first = 0;
	size_t end = shelf->count;

	while (first < end) {
		size_t middle = first + (end - first) / 2;
		int difference = compare_names(shelf->fields[middle]->name, name);

		if (difference < 0 || (is_behind && difference == 0))
			first = middle + 1;
		else
			end = middle;
	}
	return first;
}

struct shelf_row
shelf_find(const struct shelf *shelf, struct slice name)
{
	size_t first = find_edge(shelf, name, false);

	return (struct shelf_row){ shelf->fields + first, find_edge(shelf, name, true) - first };
}

const struct message_field *
shelf_nth(struct shelf_row row, size_t nth)
{
	return nth <= row.count ? row.fields[nth - 1] : NULL;
}

/* ---- forms ---- */

static void
put_to_buf(void *context, struct slice bytes)
{
	buf_put(context, bytes);
}

enum status
shelf_form(const struct shelf *shelf, const struct message_field *field, struct slice *ret_form)
{
	struct buf form;
	struct canon_sink sink = { .put = put_to_buf, .context = &form };
	enum status status;

	*ret_form = SLICE_EMPTY;
	if (field == NULL)
		return STATUS_OK;
	buf_init(&form, FORM_MAX);
	canon_header(shelf->canon, field->name, field->value, &sink);
	status = buf_status(&form);
	if (status == STATUS_OK)
		status = arena_copy(shelf->arena, buf_slice(&form), ret_form);
	buf_done(&form);
	return status;
}

static int
compare_forms(const void *a, const void *b)
{
	return slice_compare(*(const struct slice *)a, *(const struct slice *)b);
}

/* Once for a row. */
static enum status
make_forms(const struct shelf *shelf, struct shelf_row row, struct slice *forms)
{
	enum status status = STATUS_OK;

	for (size_t i = row.count; i > 0 && status == STATUS_OK; i--)
		status = shelf_form(shelf, row.fields[i - 1], &forms[i - 1]);
	if (status == STATUS_OK)
		qsort(forms, row.count, sizeof(*forms), compare_forms);
	else
		forms[0].ptr = NULL;
	return status;
}

bool
shelf_has_form(struct shelf *shelf, struct shelf_row row, struct slice form)
{
	struct slice *forms = shelf->forms + (row.fields - shelf->fields);

	if (row.count == 0 || (forms[0].ptr == NULL && make_forms(shelf, row, forms) != STATUS_OK))
		return false;
	return bsearch(&form, forms, row.count, sizeof(*forms), compare_forms) != NULL;
}
