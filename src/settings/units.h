/* SPDX-License-Identifier: ISC */
/*
 * Durations ("250ms", "5s", "30m", "12h", "30d") and sizes ("512B", "64KiB",
 * "1MiB", "64GiB", "2TiB"): a whole number and its unit, nothing between. The
 * unit is never guessed.
 */
#ifndef SETTINGS_UNITS_H
#define SETTINGS_UNITS_H

#include "base/buf.h"

/* STATUS_INVALID, or STATUS_TOO_LARGE for what 64 bits do not hold. */
MUST_CHECK enum status units_parse_duration(struct slice text, uint64_t *ret_ms);
MUST_CHECK enum status units_parse_size(struct slice text, uint64_t *ret_bytes);

/* In the largest unit that needs no fraction. */
void units_print_duration(struct buf *b, uint64_t ms);
void units_print_size(struct buf *b, uint64_t bytes);

#endif
