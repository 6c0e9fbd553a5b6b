/* SPDX-License-Identifier: ISC */
/* Files of OpenDKIM's that are texts of a test. */
#ifndef TESTS_OPENDKIM_PLACE_H
#define TESTS_OPENDKIM_PLACE_H

#include "ctl/opendkim/source.h"

struct place_file {
	const char *path; /* NULL ends the list */
	const char *text;
};

struct opendkim_place {
	struct arena arena;
	struct source source;
	const struct place_file *files;
};

void opendkim_place_init(struct opendkim_place *place, const struct place_file *files);
void opendkim_place_done(struct opendkim_place *place);

#endif
