/* SPDX-License-Identifier: ISC */
#include "ctl/opendkim/report.h"

#include <stdarg.h>
#include <stdio.h>

const struct word fate_words[] = {
	{ FATE_CARRIED, "carried" },
	{ FATE_SETTING, "setting" },
	{ FATE_NOT_NEEDED, "not-needed" },
	{ FATE_LOST, "lost" },
	{ 0, NULL },
};

static void
append(struct report *report, struct report_line *line)
{
	if (report->last != NULL)
		report->last->next = line;
	else
		report->first = line;
	report->last = line;
	report->counts[line->fate]++;
}

void
report_put(struct report *report, struct place place, struct slice subject, enum fate fate,
    const char *format, ...)
{
	struct report_line *line = arena_alloc(report->source->arena, sizeof(*line));
	char text[1024];
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	if (line == NULL) {
		report->is_incomplete = true;
		return;
	}
	*line = (struct report_line){ place, subject, fate, NULL, NULL };
	line->text = source_text(report->source, slice_from_text(text));
	if (line->text == NULL)
		report->is_incomplete = true;
	else
		append(report, line);
}
