/* SPDX-License-Identifier: ISC */
/*
 * The metrics as one table: what each is called, what it means, and which
 * counters of process/counters.h it shows. A row is the whole of a new metric;
 * docs/metrics.md is this table for people. No label has a value that mail, a
 * peer or an owner of keys could choose.
 */
#ifndef HTTP_FAMILY_H
#define HTTP_FAMILY_H

#include <stdbool.h>
#include <stddef.h>

enum family_kind {
	FAMILY_COUNTER = 1, /* only grows */
	FAMILY_GAUGE,
	FAMILY_TIME,      /* a gauge: seconds since 1970; not shown while there is none */
	FAMILY_HISTOGRAM, /* of a struct counters_histogram */
};

struct family_label {
	const char *name; /* NULL: there is none */
	int first;        /* the values it has, first to last */
	int last;
	const char *(*text)(int value);
};

struct family {
	const char *name; /* without _total */
	enum family_kind kind;
	const char *unit; /* the end of its name, or NULL */
	const char *help;
	size_t offset;    /* in struct counters, of its first counter */
	size_t row_bytes; /* with two labels: of what one value of the first takes */
	struct family_label labels[2];
	bool is_of_each_role; /* its only label is the role of the page */
	/* Shown although it is zero; NULL: always. What is not expected is shown once it has happened. */
	bool (*is_expected)(int first, int second);
};

extern const struct family families[];
extern const size_t family_count;

#endif
