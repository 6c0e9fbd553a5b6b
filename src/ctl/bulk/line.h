/* SPDX-License-Identifier: ISC */
/* What one line must be in itself, whatever the daemon has. */
#ifndef CTL_BULK_LINE_H
#define CTL_BULK_LINE_H

#include "varlink/json.h"

/*
 * Checks parameters of CreateKey whose names are known (field.h) by the rules
 * of the keeper, and brings domains and selectors to their kept form, so that
 * what is the same looks the same. STATUS_INVALID, STATUS_TOO_LARGE.
 */
MUST_CHECK enum status line_check(json_t *parameters, struct error *err);

#endif
