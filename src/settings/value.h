/* SPDX-License-Identifier: ISC */
/* One value as the user writes it, against its row. Knows no file and no line. */
#ifndef SETTINGS_VALUE_H
#define SETTINGS_VALUE_H

#include "base/buf.h"
#include "settings/table.h"

/*
 * Reads a text (without quotes) as a value of row. *ret_number is 0 for texts.
 * STATUS_INVALID, with what is wrong and the remedy in err.
 */
MUST_CHECK enum status value_parse(const struct table_row *row, struct slice text,
    uint64_t *ret_number, struct error *err);

/* May this number, from elsewhere than a text, stand in row? */
bool value_is_number(const struct table_row *row, uint64_t number);

/* Is it written in quotes? Numbers and flags are not. */
bool value_is_quoted(const struct table_row *row);

/* "a duration in quotes, such as \"30s\"" */
const char *value_wanted(const struct table_row *row);

/* "from 100ms to 1m"; nothing for what has no range. */
void value_print_range(const struct table_row *row, struct buf *b);

#endif
