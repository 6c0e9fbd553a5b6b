/* SPDX-License-Identifier: ISC */
#include "ctl/diff/pair.h"

#include "ctl/diff/text.h"
#include "dkim/field.h"

static bool
is_covered(const struct pair *pair, struct slice name)
{
	struct slice rest = pair->signature->names;

	while (rest.len > 0) {
		if (slice_equal_nocase(slice_trim(slice_cut(&rest, ':')), name))
			return true;
	}
	return slice_equal_nocase(name, FIELD_NAME);
}

/* Whether the fields of a name are others, but for white space, or another number. */
static bool
are_others(const struct pair_rows *rows)
{
	if (rows->original.count != rows->received.count)
		return true;
	for (size_t i = 0; i < rows->original.count; i++) {
		if (!text_equal_without(rows->original.fields[i]->value, rows->received.fields[i]->value,
		        " \t\r\n"))
			return true;
	}
	return false;
}

/* What holds of a name is looked at once: where its topmost field is, in the original if it is there. */
static bool
is_its_turn(const struct pair_rows *rows, const struct message_field *field)
{
	const struct shelf_row *row = rows->original.count > 0 ? &rows->original : &rows->received;

	return row->fields[row->count - 1] == field;
}

void
pair_note_uncovered(struct diff *diff, const struct pair *pair, const struct message *message)
{
	for (size_t i = 0; i < message->count; i++) {
		struct slice name = message->fields[i].name;
		struct pair_rows rows = pair_rows(pair, name);

		if (is_its_turn(&rows, &message->fields[i]) && are_others(&rows) && !is_covered(pair, name))
			diff->uncovered[diff->uncovered_count++] = name;
	}
}
