/* SPDX-License-Identifier: ISC */
/* A configuration file of its own, in a directory of its own, for the tests that read one. */
#ifndef SETTINGS_PLACE_H
#define SETTINGS_PLACE_H

#include "base/slice.h"

struct settings_place {
	char directory[64];
	char path[80]; /* of the file, which is not there yet */
};

/* For the setup and the teardown of a test: *state is the place. */
int settings_place_make(void **state);
int settings_place_remove(void **state);

/* The file has this text, and no other. */
void settings_place_write(const struct settings_place *place, struct slice text);

#endif
