/* SPDX-License-Identifier: ISC */
#include "keeper/edition.h"

#include <stdlib.h>

enum status
edition_new(struct settings *settings, struct edition **ret_edition, struct error *err)
{
	struct edition *edition = calloc(1, sizeof(*edition));
	enum status status;

	if (edition == NULL)
		return error_set(err, STATUS_NO_MEMORY, "out of memory");
	status = decide_settings_read(settings, &edition->decide, err);
	if (status != STATUS_OK) {
		free(edition);
		return status;
	}
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
	decide_settings_free(&held->decide);
	settings_free(&held->settings);
	free(held);
}
