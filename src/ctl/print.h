/* SPDX-License-Identifier: ISC */
/* JSON for people: aligned columns and name-value lists on stdout. */
#ifndef CTL_PRINT_H
#define CTL_PRINT_H

#include "varlink/json.h"

struct print_column {
	const char *heading; /* NULL ends the list */
	const char *member;  /* of each object */
};

/* An array of objects, one line each, the columns aligned. */
void print_table(const struct print_column *columns, const json_t *objects);

/* One object, a line for each member that is not null; members of members as a.b. */
void print_object(json_t *object);

/*
 * A scalar as text into out: yes and no for flags, "-" for null; "?" for each
 * octet that would control a terminal.
 */
void print_plain(const json_t *value, struct buf *out);

#endif
