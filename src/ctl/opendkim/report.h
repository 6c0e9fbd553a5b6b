/* SPDX-License-Identifier: ISC */
/* What became of each line of OpenDKIM's configuration. In the arena of the run. */
#ifndef CTL_OPENDKIM_REPORT_H
#define CTL_OPENDKIM_REPORT_H

#include "base/words.h"
#include "ctl/opendkim/source.h"

enum fate {
	FATE_CARRIED = 1, /* signetd does it */
	FATE_SETTING,     /* signetd does it when its own configuration says so */
	FATE_NOT_NEEDED,  /* nothing is to be done */
	FATE_LOST,        /* signetd does it otherwise, or not at all */
};

extern const struct word fate_words[]; /* "carried", "setting", "not-needed", "lost" */

struct report_line {
	struct place place;
	struct slice subject; /* the setting, the pattern, or the name of the key */
	enum fate fate;
	const char *text;
	struct report_line *next;
};

struct report {
	struct source *source;
	struct report_line *first;
	struct report_line *last;
	size_t counts[FATE_LOST + 1];
	bool is_incomplete; /* memory was out */
};

/* Adds a line; subject stays the caller's, and must stay. Without memory is_incomplete says so. */
void report_put(struct report *report, struct place place, struct slice subject, enum fate fate,
    const char *format, ...) __attribute__((format(printf, 5, 6)));

#endif
