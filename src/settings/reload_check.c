/* SPDX-License-Identifier: ISC */
#include "settings/settings.h"

#include "settings/table.h"

bool
settings_is_same(const struct settings *a, const struct settings *b, enum setting setting)
{
	if (settings_count(a, setting) != settings_count(b, setting))
		return false;
	for (unsigned i = 0; i < settings_count(a, setting); i++) {
		if (settings_number(a, setting, i) != settings_number(b, setting, i))
			return false;
		/* "5s" and "5000ms" are the same number */
		if (settings_number(a, setting, i) == 0 &&
		    strcmp(settings_text(a, setting, i), settings_text(b, setting, i)) != 0)
			return false;
	}
	return true;
}

/* The line of the first value that the file has; 0: it has none, all is default. */
static unsigned
find_line(const struct settings *settings, enum setting setting)
{
	unsigned line = 0;

	for (unsigned i = 0; i < settings_count(settings, setting) && line == 0; i++)
		line = settings_line(settings, setting, i);
	return line;
}

/* What was taken out of the file has no line in it. */
static enum status
refuse_change(const struct settings *new, const struct table_row *row, struct error *err)
{
	const char *section = table_section(row->section)->name;
	enum status status = error_set(err, STATUS_REFUSED,
	    "%s%s%s has changed, which takes a restart; restart, or change it back", section,
	    section[0] != '\0' ? "." : "", row->name);

	return settings_blame_line(new, find_line(new, row->setting), status, err);
}

enum status
settings_check_reload(
    const struct settings *old, const struct settings *new, struct error *err)
{
	for (enum setting i = 0; i < SETTING_COUNT; i++) {
		const struct table_row *row = table_row(i);

		if (!row->is_reloadable && !settings_is_same(old, new, row->setting))
			return refuse_change(new, row, err);
	}
	return STATUS_OK;
}
