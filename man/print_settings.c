/* SPDX-License-Identifier: ISC */
/* print-settings FRAME: prints signetd.conf(5), its settings from the table. */
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "mdoc.h"
#include "settings/syntax.h"
#include "settings/table.h"
#include "settings/value.h"

#define TEXT_SIZE 1024

static void
print_paragraph(void)
{
	(void)puts(".Pp");
}

/* ---- what a value may be ---- */

static void
put_words(struct buf *text, const struct word *words)
{
	for (const struct word *w = words; w->text != NULL; w++) {
		bool is_last = (w + 1)->text == NULL;

		buf_put_format(text, "%s\"%s\"", w == words ? "" : is_last ? " or " : ", ", w->text);
	}
}

/* "Value: a list in brackets: a network in quotes, such as …" */
static void
print_value(const struct table_row *row)
{
	char storage[TEXT_SIZE];
	struct buf text, range;
	char range_storage[TEXT_SIZE];

	buf_init_fixed(&text, storage, sizeof(storage));
	buf_init_fixed(&range, range_storage, sizeof(range_storage));
	buf_put_format(&text, "Value: %s", row->is_list ? "a list in brackets: " : "");
	if (row->words != NULL)
		put_words(&text, row->words);
	else
		buf_put_text(&text, value_wanted(row));
	value_print_range(row, &range);
	if (buf_slice(&range).len > 0)
		buf_put_format(&text, "; %s", buf_text(&range));
	buf_put_char(&text, '.');
	mdoc_print_text(buf_text(&text));
}

/* ---- where it comes from ---- */

static void
put_initial_list(struct buf *text, const struct table_row *row)
{
	struct slice rest = slice_from_text(row->initial);

	syntax_begin_list(text);
	for (unsigned i = 0; rest.len > 0; i++)
		syntax_put_element(text, row, i, slice_cut(&rest, ' '));
	syntax_end_list(text);
}

static void
print_default(const struct table_row *row)
{
	char storage[TEXT_SIZE];
	struct buf text;

	if (row->initial == NULL) {
		(void)puts("It has no default, and must be there.");
		return;
	}
	buf_init_fixed(&text, storage, sizeof(storage));
	buf_put_text(&text, "Default: ");
	if (row->is_list)
		put_initial_list(&text, row);
	else
		syntax_put_value(&text, row, slice_from_text(row->initial));
	buf_put_char(&text, '.');
	mdoc_print_text(buf_text(&text));
	mdoc_print_text(row->why);
}

static void
print_row(const struct table_row *row)
{
	(void)printf(".It Ic %s\n", row->name);
	mdoc_print_text(row->help);
	print_paragraph();
	print_value(row);
	print_default(row);
	(void)puts(row->is_reloadable ? "A reload applies a change." : "A change takes a restart.");
	if (!row->is_reloadable)
		mdoc_print_text(row->restart);
}

/* ---- sections ---- */

static void
print_rows(enum setting_section section)
{
	(void)puts(".Bl -tag -width Ds");
	for (enum setting i = 0; i < SETTING_COUNT; i++) {
		if (table_row(i)->section == section)
			print_row(table_row(i));
	}
	(void)puts(".El");
}

static void
print_section(enum setting_section section)
{
	const struct table_section *s = table_section(section);

	(void)printf(".Ss %s\n", s->name);
	mdoc_print_text(s->help);
	print_paragraph();
	if (s->is_list)
		(void)printf("A list of groups, at least %u and at most %u:\n", s->groups_min, s->groups_max);
	else
		(void)puts("A group:");
	(void)printf(".Dl %s = %s\n", s->name,
	    s->is_list ? "( { ... }, { ... } );" : "{ ... };");
	print_rows(section);
}

static void
print_settings(void)
{
	(void)puts(".Ss Outside of groups");
	print_rows(SECTION_TOP);
	for (enum setting_section i = SECTION_TOP + 1; i < SECTION_COUNT; i++)
		print_section(i);
}

int
main(int argc, char **argv)
{
	static const struct mdoc_part parts[] = {
		{ "@SETTINGS@", print_settings },
		{ .name = NULL },
	};

	if (argc != 2) {
		(void)fputs("usage: print-settings FRAME\n", stderr);
		return EXIT_FAILURE;
	}
	return mdoc_print_page(argv[1], parts);
}
