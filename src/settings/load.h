/* SPDX-License-Identifier: ISC */
/* The whole configuration file in memory, before anybody looks at it. */
#ifndef SETTINGS_LOAD_H
#define SETTINGS_LOAD_H

#include "base/buf.h"
#include "base/error.h"

#define LOAD_MAX_BYTES (1U << 20)

/*
 * Appends the file to out, which has room for LOAD_MAX_BYTES and one more.
 * STATUS_SYSTEM when it cannot be read, STATUS_INVALID when it is too large.
 */
MUST_CHECK enum status load_file(const char *path, struct buf *out, struct error *err);

#endif
