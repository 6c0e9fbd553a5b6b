/* SPDX-License-Identifier: ISC */
/*
 * Manual pages in mdoc(7), made at build time from a hand-written frame and from
 * the tables of the programs. In a frame a line ".\" @NAME@" stands for what is
 * printed from a table, and @CONFIG@ for the path of the configuration.
 */
#ifndef MAN_MDOC_H
#define MAN_MDOC_H

#include "base/slice.h"

/* Prints sentences of a table, each on lines of its own. */
void mdoc_print_text(const char *text);

/* Prints a word that stands in a line of a macro, without an end of line. */
void mdoc_print_word(struct slice text);

struct mdoc_part {
	const char *name; /* "@SETTINGS@", once in the frame; NULL ends the table */
	void (*print)(void);
};

/* Prints the page; the exit status of the program. It fails, and says so, also when the frame lacks a part. */
int mdoc_print_page(const char *frame, const struct mdoc_part *parts);

#endif
