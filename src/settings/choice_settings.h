/* SPDX-License-Identifier: ISC */
/* The fields to sign as the settings have them. The only place of settings/ that knows dkim/. */
#ifndef SETTINGS_CHOICE_SETTINGS_H
#define SETTINGS_CHOICE_SETTINGS_H

#include "dkim/choice.h"
#include "settings/settings.h"

/*
 * A table for choice_make, with the field that says whose mail it is; the caller
 * frees it, the names are those of the settings. STATUS_NO_MEMORY.
 */
MUST_CHECK enum status choice_settings_read(
    const struct settings *settings, struct choice_row **ret_table, struct error *err);

#endif
