/* SPDX-License-Identifier: ISC */
#include "keeper/edition.h"

#include <stdlib.h>

enum status
edition_new(struct settings *settings, struct edition **ret_edition)
{
	struct edition *edition = calloc(1, sizeof(*edition));

	if (edition == NULL)
		return STATUS_NO_MEMORY;
	edition->settings = settings;
	edition->holders = 1;
	*ret_edition = edition;
	return STATUS_OK;
}

struct edition *
edition_hold(struct edition *edition)
{
	edition->holders++;
	return edition;
}

void
edition_release(struct edition **edition)
{
	struct edition *held = *edition;

	*edition = NULL;
	if (held == NULL || --held->holders > 0)
		return;
	settings_free(&held->settings);
	free(held);
}
