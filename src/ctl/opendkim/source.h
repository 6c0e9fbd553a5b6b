/* SPDX-License-Identifier: ISC */
/*
 * Where a line of OpenDKIM's configuration stands, and how its files are read:
 * the readers of conf.h and dataset.h ask for them, so that what is made of
 * them can be tested without a file. Everything lives in the arena of the run.
 */
#ifndef CTL_OPENDKIM_SOURCE_H
#define CTL_OPENDKIM_SOURCE_H

#include "base/arena.h"
#include "base/error.h"

/* "/etc/opendkim.conf:12"; line 0 is the file as a whole. */
struct place {
	const char *file;
	unsigned line;
};

struct source {
	struct arena *arena;
	/* The whole text of a file, in the arena. The error names the file. */
	enum status (*read)(
	    struct source *source, const char *path, struct slice *ret_text, struct error *err);
	const void *context;
};

/* Larger files are no configuration. */
#define SOURCE_MAX (64U << 20)

/* read: from the file system. */
MUST_CHECK enum status source_read_file(
    struct source *source, const char *path, struct slice *ret_text, struct error *err);

/* The next line of *rest, without its end and what follows a '#'; *rest and *line move on. */
struct slice source_next_line(struct slice *rest, unsigned *line);

/* A NUL-terminated copy in the arena; NULL when memory is out. */
char *source_text(struct source *source, struct slice bytes);

#endif
