/* SPDX-License-Identifier: ISC */
/*
 * A dataset of opendkim(8): "file:PATH" or "/PATH", "refile:PATH", and
 * "csl:A,B=C" or just "A,B=C". Databases are refused in words. Pure but for
 * the source.
 */
#ifndef CTL_OPENDKIM_DATASET_H
#define CTL_OPENDKIM_DATASET_H

#include "ctl/opendkim/conf.h"

enum dataset_kind { DATASET_LIST, DATASET_FILE, DATASET_PATTERNS };

struct dataset_entry {
	struct place place;
	/*
	 * Empty only in DATASET_PATTERNS, of an indented line: opendkim takes its
	 * pattern to be what stands before the first white space, and skips it.
	 */
	struct slice key;
	struct slice value; /* empty: it has none */
};

struct dataset {
	enum dataset_kind kind;
	const struct dataset_entry *entries;
	size_t count;
};

/* Longer lines opendkim reads as several. */
#define DATASET_LINE_MAX 1023

/*
 * The dataset a setting names; the file of a relative path is looked for in
 * base (BaseDirectory; empty: where we are). The error begins with the place.
 * STATUS_REFUSED: a kind that cannot be read here.
 */
MUST_CHECK enum status dataset_read(struct source *source, const struct conf_entry *setting,
    struct slice base, struct dataset *ret_dataset, struct error *err);

/* PATH as opendkim would open it; NULL when memory is out. */
char *dataset_path(struct source *source, struct slice base, struct slice path);

#endif
