/* SPDX-License-Identifier: ISC */
/* A file as a whole. */
#ifndef CTL_FILE_H
#define CTL_FILE_H

#include "base/buf.h"
#include "base/error.h"

/*
 * Adds the octets of the file ("-": standard input) to text. STATUS_TOO_LARGE
 * over text's max_bytes; what ("a message") is for the sentence.
 */
MUST_CHECK enum status file_read(
    const char *path, const char *what, struct buf *text, struct error *err);

/* What text needs room for beside the file itself. */
#define FILE_READ_AHEAD 65536

#endif
