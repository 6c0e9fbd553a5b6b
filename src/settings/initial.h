/* SPDX-License-Identifier: ISC */
/* The default of a setting that the file does not have. */
#ifndef SETTINGS_INITIAL_H
#define SETTINGS_INITIAL_H

#include "settings/table.h"

/*
 * Sets it from the table, at index of what build_reserve has made room for; of
 * a list, all of it. STATUS_NO_MEMORY; the table itself is right (test_settings).
 */
MUST_CHECK enum status initial_set(
    struct settings *settings, const struct table_row *row, unsigned index);

/* Of a list in one group of several: how many elements, and these from first on, where room is. */
unsigned initial_count(const struct table_row *row);
MUST_CHECK enum status initial_set_part(
    struct settings *settings, const struct table_row *row, unsigned first);

#endif
