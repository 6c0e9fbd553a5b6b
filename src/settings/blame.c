/* SPDX-License-Identifier: ISC */
#include "settings/settings.h"

#include "settings/table.h"

enum status
settings_blame_name(const struct settings *settings, enum setting setting, unsigned index,
    enum status status, struct error *err)
{
	const struct table_row *row = table_row(setting);
	const struct table_section *section = table_section(row->section);

	if (section->is_list)
		return error_prepend(err, status, "%s[%u].%s", section->name,
		    settings_group(settings, setting, index), row->name);
	return error_prepend(
	    err, status, "%s%s%s", section->name, section->name[0] != '\0' ? "." : "", row->name);
}

enum status
settings_blame_line(
    const struct settings *settings, unsigned line, enum status status, struct error *err)
{
	if (line == 0)
		return error_prepend(err, status, "%s", settings_path(settings));
	return error_prepend(err, status, "%s:%u", settings_path(settings), line);
}

enum status
settings_blame(const struct settings *settings, enum setting setting, unsigned index,
    enum status status, struct error *err)
{
	(void)settings_blame_name(settings, setting, index, status, err);
	return settings_blame_line(settings, settings_line(settings, setting, index), status, err);
}
