/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "settings_place.h"

int
settings_place_make(void **state)
{
	struct settings_place *place = calloc(1, sizeof(*place));

	if (place == NULL)
		return -1;
	(void)snprintf(place->directory, sizeof(place->directory), "/tmp/signetd-settings-XXXXXX");
	if (mkdtemp(place->directory) == NULL)
		return -1;
	(void)snprintf(place->path, sizeof(place->path), "%s/f", place->directory);
	*state = place;
	return 0;
}

int
settings_place_remove(void **state)
{
	struct settings_place *place = *state;

	(void)unlink(place->path);
	(void)rmdir(place->directory);
	free(place);
	return 0;
}

void
settings_place_write(const struct settings_place *place, struct slice text)
{
	FILE *file = fopen(place->path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(text.ptr, 1, text.len, file), text.len);
	assert_int_equal(fclose(file), 0);
}
