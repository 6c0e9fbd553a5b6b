/* SPDX-License-Identifier: ISC */
#include "settings/settings.h"

#include "settings/syntax.h"
#include "settings/table.h"
#include "settings/value.h"

static const char head[] =
    "# signetd.conf: see signetd.conf(5); check it by signetd --check -c FILE.\n"
    "#\n"
    "# What begins with # and no space is the default: remove the # to change it.\n"
    "# Durations (\"30s\") and sizes (\"1MiB\") are written with their unit, in quotes.\n"
    "# What a reload (signetctl reload) does not apply takes a restart.\n";

static void
print_help(struct buf *out, const char *indent, const char *help)
{
	struct slice rest = slice_from_text(help);

	while (rest.len > 0) {
		struct slice line = slice_cut(&rest, '\n');

		buf_put_format(out, "%s# %.*s\n", indent, SLICE_PRINT(line));
	}
}

/* "# From 100ms to 1m. A reload applies it." */
static void
print_rules(struct buf *out, const char *indent, const struct table_row *row)
{
	char storage[128];
	struct buf range;

	buf_init_fixed(&range, storage, sizeof(storage));
	value_print_range(row, &range);
	if (buf_slice(&range).len > 0)
		buf_put_format(out, "%s# Possible: %s.\n", indent, buf_text(&range));
	if (row->words != NULL) {
		buf_put_format(out, "%s# Possible:", indent);
		for (const struct word *w = row->words; w->text != NULL; w++)
			buf_put_format(
			    out, " \"%s\"%s", w->text, (w + 1)->text != NULL ? "," : ".\n");
	}
	if (row->is_reloadable)
		buf_put_format(out, "%s# A reload applies it.\n", indent);
}

static void
print_list(struct buf *out, const struct table_row *row, const char *text)
{
	struct slice rest = slice_from_text(text);

	syntax_begin_list(out);
	for (unsigned i = 0; rest.len > 0; i++)
		syntax_put_element(out, row, i, slice_cut(&rest, ' '));
	syntax_end_list(out);
}

static void
print_row(struct buf *out, const char *indent, const struct table_row *row)
{
	const char *text = row->example != NULL ? row->example : row->initial;

	buf_put_char(out, '\n');
	print_help(out, indent, row->help);
	print_rules(out, indent, row);
	buf_put_format(out, "%s%s%s = ", indent, row->example != NULL ? "" : "#", row->name);
	if (row->is_list)
		print_list(out, row, text);
	else
		syntax_put_value(out, row, slice_from_text(text));
	buf_put_text(out, ";\n");
}

static void
print_rows(struct buf *out, const char *indent, enum setting_section section)
{
	for (enum setting i = 0; i < SETTING_COUNT; i++) {
		if (table_row(i)->section == section)
			print_row(out, indent, table_row(i));
	}
}

static void
print_section(struct buf *out, enum setting_section section)
{
	const struct table_section *s = table_section(section);
	bool is_example = s->is_list && s->groups_min == 0;
	const char *lead = is_example ? "# " : "";

	buf_put_char(out, '\n');
	print_help(out, "", s->help);
	buf_put_format(out, "%s%s = %s", lead, s->name, s->is_list ? "( {" : "{");
	if (is_example)
		buf_put_char(out, '\n');
	print_rows(out, is_example ? "# \t" : "\t", section);
	buf_put_format(out, "%s%s", lead, s->is_list ? "} );\n" : "};\n");
}

void
settings_print_sample(struct buf *out)
{
	buf_put_text(out, head);
	print_rows(out, "", SECTION_TOP);
	for (enum setting_section i = SECTION_TOP + 1; i < SECTION_COUNT; i++)
		print_section(out, i);
}
