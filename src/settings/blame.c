/* SPDX-License-Identifier: ISC */
#include "settings/settings.h"

#include "settings/table.h"

static enum status
put_name(const struct settings *settings, const struct table_row *row, unsigned index,
    enum status status, struct error *err)
{
	const struct table_section *section = table_section(row->section);

	if (section->is_list)
		return error_prepend(err, status, "%s[%u].%s", section->name,
		    settings_group(settings, row->setting, index), row->name);
	return error_prepend(
	    err, status, "%s%s%s", section->name, section->name[0] != '\0' ? "." : "", row->name);
}

enum status
settings_blame(const struct settings *settings, enum setting setting, unsigned index,
    enum status status, struct error *err)
{
	unsigned line = settings_line(settings, setting, index);

	(void)put_name(settings, table_row(setting), index, status, err);
	if (line == 0)
		return error_prepend(err, status, "%s", settings_path(settings));
	return error_prepend(err, status, "%s:%u", settings_path(settings), line);
}
