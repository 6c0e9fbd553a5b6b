/* SPDX-License-Identifier: ISC */
#include "ctl/diff/pair.h"

static enum cause
guess_change(struct pair *pair, const struct pair_rows *rows, const struct difference *difference)
{
	const struct message_field *original = shelf_nth(rows->original, difference->number);
	const struct message_field *received = shelf_nth(rows->received, difference->number);
	struct diff_field field = {
		.name = original->name,
		.received_name = received->name,
		.signed_value = original->value,
		.received_value = received->value,
		.is_converted = pair->is_converted,
	};

	if (shelf_has_form(&pair->shelves[RECEIVED], rows->received, difference->signed_form) &&
	    shelf_has_form(&pair->shelves[ORIGINAL], rows->original, difference->received_form))
		return CAUSE_REORDERED;
	return cause_of_field(&field);
}

static enum status
compare_field(struct diff *diff, struct pair *pair, struct slice name, size_t nth)
{
	struct pair_rows rows = pair_rows(pair, name);
	const struct message_field *original = shelf_nth(rows.original, nth);
	const struct message_field *received = shelf_nth(rows.received, nth);
	struct difference difference = { .part = DIFF_PART_FIELD, .name = name, .number = nth };
	enum status status = shelf_form(&pair->shelves[ORIGINAL], original, &difference.signed_form);

	if (status == STATUS_OK)
		status = shelf_form(&pair->shelves[RECEIVED], received, &difference.received_form);
	if (status != STATUS_OK || slice_equal(difference.signed_form, difference.received_form))
		return status;
	if (original == NULL) {
		difference.change = DIFF_IS_ADDED;
		difference.cause = CAUSE_FIELD_ADDED;
	} else if (received == NULL) {
		difference.change = DIFF_IS_REMOVED;
		difference.cause = CAUSE_FIELD_REMOVED;
	} else {
		difference.change = DIFF_IS_CHANGED;
		difference.cause = guess_change(pair, &rows, &difference);
	}
	pair_add(diff, difference);
	return STATUS_OK;
}

/* How often name stands in the first octets of h=, up to rest. */
static size_t
count_named(struct slice names, struct slice rest, struct slice name)
{
	struct slice before = slice_first(names, (size_t)(rest.ptr - names.ptr));
	size_t count = 0;

	while (before.len > 0)
		count += slice_equal_nocase(slice_trim(slice_cut(&before, ':')), name);
	return count;
}

enum status
pair_compare_fields(struct diff *diff, struct pair *pair)
{
	struct slice names = pair->signature->names;
	struct slice rest = names;
	enum status status = STATUS_OK;

	while (rest.len > 0 && status == STATUS_OK) {
		struct slice name = slice_trim(slice_cut(&rest, ':'));

		status = compare_field(diff, pair, name, count_named(names, rest, name));
	}
	return status;
}
