/* SPDX-License-Identifier: ISC */
#include "settings/file/reader.h"

enum status
fail_at(struct reader *r, unsigned line)
{
	return error_prepend(r->err, STATUS_INVALID, "%s:%u", r->path, line > 0 ? line : 1);
}

enum status
fail_value(struct reader *r, const config_setting_t *at, const char *place, const char *name)
{
	(void)error_prepend(r->err, STATUS_INVALID, "%s%s", place, name);
	return fail_at(r, config_setting_source_line(at));
}

enum status
fail_memory(struct reader *r)
{
	return error_set(r->err, STATUS_NO_MEMORY, "out of memory for the settings of %s", r->path);
}

enum status
fail_missing(struct reader *r, const struct table_row *row, const config_setting_t *group,
    const char *place)
{
	if (group != NULL && row->is_list)
		(void)error_set(r->err, STATUS_INVALID, "%s%s is missing; add %s = [ \"%s\" ];", place,
		    row->name, row->name, row->example);
	else if (group != NULL)
		(void)error_set(r->err, STATUS_INVALID, "%s%s is missing; add %s = \"%s\";", place,
		    row->name, row->name, row->example);
	else
		(void)error_set(r->err, STATUS_INVALID,
		    "%s%s is missing; add %s = { %s = \"%s\"; };", place, row->name,
		    table_section(row->section)->name, row->name, row->example);
	return fail_at(r, group != NULL ? config_setting_source_line(group) : 1);
}
