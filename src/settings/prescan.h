/* SPDX-License-Identifier: ISC */
/*
 * What libconfig would swallow without a word, found before it sees the text:
 * integers that it wraps, or that 1.5 reads as decimal and 1.7 as octal,
 * comments and strings that are never closed, NULs that end a text early, and
 * @include, which we do not have.
 */
#ifndef SETTINGS_PRESCAN_H
#define SETTINGS_PRESCAN_H

#include "base/error.h"
#include "base/slice.h"

/* STATUS_INVALID with the line, from 1, and what is wrong; else STATUS_OK. */
MUST_CHECK enum status prescan_check(struct slice text, unsigned *ret_line, struct error *err);

/*
 * The name that this line sets, when it sets just one, for errors that have only a line; else
 * empty. It points into text.
 */
struct slice prescan_name(struct slice text, unsigned line);

#endif
