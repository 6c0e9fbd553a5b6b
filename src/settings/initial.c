/* SPDX-License-Identifier: ISC */
#include "settings/initial.h"

#include "settings/build.h"
#include "settings/value.h"

unsigned
initial_count(const struct table_row *row)
{
	struct slice rest = slice_from_text(row->initial != NULL ? row->initial : "");
	unsigned count = 0;

	for (; rest.len > 0; count++)
		(void)slice_cut(&rest, ' ');
	return count;
}

enum status
initial_set_part(struct settings *settings, const struct table_row *row, unsigned first)
{
	struct slice rest = slice_from_text(row->initial != NULL ? row->initial : "");
	enum status status = STATUS_OK;

	for (unsigned i = first; rest.len > 0 && status == STATUS_OK; i++) {
		struct slice text = slice_cut(&rest, ' ');
		uint64_t number = 0;

		status = value_parse(row, text, &number, NULL);
		if (status == STATUS_OK)
			status = build_set(settings, row->setting, i, number, text);
	}
	return status;
}

static enum status
set_list(struct settings *settings, const struct table_row *row)
{
	enum status status = build_reserve(settings, row->setting, initial_count(row));

	return status == STATUS_OK ? initial_set_part(settings, row, 0) : status;
}

enum status
initial_set(struct settings *settings, const struct table_row *row, unsigned index)
{
	struct slice text = slice_from_text(row->initial);
	uint64_t number = 0;
	enum status status;

	if (row->is_list)
		return set_list(settings, row);
	status = value_parse(row, text, &number, NULL);
	if (status != STATUS_OK)
		return status;
	return build_set(settings, row->setting, index, number, text);
}
