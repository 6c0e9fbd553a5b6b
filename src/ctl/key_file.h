/* SPDX-License-Identifier: ISC */
/* A file with a private key: opened with the caller's own rights, and never read. */
#ifndef CTL_KEY_FILE_H
#define CTL_KEY_FILE_H

#include "base/error.h"

/* The descriptor is the caller's. Whether it is a regular file is for the vault to see. */
MUST_CHECK enum status key_file_open(const char *path, int *ret_fd, struct error *err);

#endif
