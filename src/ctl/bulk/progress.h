/* SPDX-License-Identifier: ISC */
/*
 * How far it is, on stderr: on a terminal one line that is drawn anew, elsewhere
 * a line now and then. now_ms on any clock that goes forward.
 */
#ifndef CTL_BULK_PROGRESS_H
#define CTL_BULK_PROGRESS_H

#include "base/buf.h"

struct progress {
	bool is_wanted;
	bool is_terminal;
	bool is_drawn; /* a line of ours stands where the cursor is */
	size_t total;
	int64_t began_ms;
	int64_t next_ms; /* not again before */
};

/* Without is_wanted it is shown on a terminal only. */
void progress_init(struct progress *progress, bool is_wanted, size_t total, int64_t now_ms);

/* done of total are: shown if it is time for that. */
void progress_show(struct progress *progress, size_t done, int64_t now_ms);

/* Before anything else is printed: takes the line off the terminal. */
void progress_clear(struct progress *progress);

/* "120 of 4000, 30.5 a second, 2 min 7 s left" */
void progress_put(
    struct buf *out, size_t done, size_t total, int64_t elapsed_ms);

#endif
