/* SPDX-License-Identifier: ISC */
#include "settings/settings.h"

#include "settings/syntax.h"
#include "settings/table.h"

static struct slice
text_at(const struct settings *settings, enum setting setting, unsigned index)
{
	return slice_from_text(settings_text(settings, setting, index));
}

/* A comment ends with its line, so a file whose name has line ends is named without them. */
static void
put_path(struct buf *out, const char *path)
{
	for (; *path != '\0'; path++)
		buf_put_char(out, (unsigned char)*path < 0x20 || *path == 0x7f ? '?' : *path);
}

/* Ends the line of a value that stands in this line of the file; 0: it is the default. */
static void
put_origin(struct buf *out, const struct settings *settings, unsigned line)
{
	buf_put_text(out, "; # ");
	if (line == 0) {
		buf_put_text(out, "default\n");
		return;
	}
	put_path(out, settings_path(settings));
	buf_put_format(out, ":%u\n", line);
}

static void
put_list(struct buf *out, const struct settings *settings, const struct table_row *row,
    unsigned group)
{
	unsigned put = 0;

	syntax_begin_list(out);
	for (unsigned i = 0; i < settings_count(settings, row->setting); i++) {
		if (settings_group(settings, row->setting, i) == group)
			syntax_put_element(out, row, put++, text_at(settings, row->setting, i));
	}
	syntax_end_list(out);
	put_origin(out, settings, settings_list_line(settings, row->setting, group));
}

static void
put_row(struct buf *out, const struct settings *settings, const struct table_row *row,
    unsigned group, const char *indent)
{
	buf_put_format(out, "%s%s = ", indent, row->name);
	if (row->is_list) {
		put_list(out, settings, row, group);
		return;
	}
	syntax_put_value(out, row, text_at(settings, row->setting, group));
	put_origin(out, settings, settings_line(settings, row->setting, group));
}

static void
put_rows(struct buf *out, const struct settings *settings, enum setting_section section,
    unsigned group, const char *indent)
{
	for (enum setting i = 0; i < SETTING_COUNT; i++) {
		if (table_row(i)->section == section)
			put_row(out, settings, table_row(i), group, indent);
	}
}

static void
put_groups(struct buf *out, const struct settings *settings, enum setting_section section)
{
	enum setting counter = table_section(section)->counter;
	unsigned count = settings_count(settings, counter);

	buf_put_format(out, "%s = (", table_section(section)->name);
	for (unsigned i = 0; i < count; i++) {
		buf_put_text(out, i == 0 ? " {\n" : ", {\n");
		put_rows(out, settings, section, i, "\t");
		buf_put_char(out, '}');
	}
	buf_put_text(out, " )");
	if (count > 0)
		buf_put_text(out, ";\n");
	else
		put_origin(out, settings, settings_list_line(settings, counter, 0));
}

static void
put_section(struct buf *out, const struct settings *settings, enum setting_section section)
{
	if (table_section(section)->is_list) {
		put_groups(out, settings, section);
		return;
	}
	buf_put_format(out, "%s = {\n", table_section(section)->name);
	put_rows(out, settings, section, 0, "\t");
	buf_put_text(out, "};\n");
}

void
settings_print_dump(const struct settings *settings, struct buf *out)
{
	put_rows(out, settings, SECTION_TOP, 0, "");
	for (enum setting_section i = SECTION_TOP + 1; i < SECTION_COUNT; i++)
		put_section(out, settings, i);
}
