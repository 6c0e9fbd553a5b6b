/* SPDX-License-Identifier: ISC */
/*
 * The file with the master key. The supervisor opens it and hands the
 * descriptor to each vault it starts; it never reads it. Made (0400, 32 random
 * octets) only when there is no store yet: to make one beside an existing
 * store would be to lose every key in it.
 */
#ifndef SUPERVISOR_MASTER_KEY_H
#define SUPERVISOR_MASTER_KEY_H

#include <stdbool.h>

#include "base/error.h"

MUST_CHECK enum status master_key_open(
    const char *path, bool may_create, int *ret_fd, bool *ret_is_new, struct error *err);

#endif
