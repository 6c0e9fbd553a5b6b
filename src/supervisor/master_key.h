/* SPDX-License-Identifier: ISC */
/*
 * The file with the master key. The supervisor opens it and hands the
 * descriptor to each vault it starts; it never reads it. Made (0400, 32 random
 * octets) only when there is no store yet: to make one beside an existing
 * store would be to lose every key in it.
 */
#ifndef SUPERVISOR_MASTER_KEY_H
#define SUPERVISOR_MASTER_KEY_H

#include <limits.h>
#include <stdbool.h>

#include "settings/settings.h"

/* The file that is configured, or master.key in state_dir. STATUS_REFUSED: the path is too long. */
MUST_CHECK enum status master_key_name(
    const struct settings *settings, char ret_path[PATH_MAX], struct error *err);

/*
 * *ret_fd is the caller's to close. STATUS_REFUSED, with the remedy: it is
 * missing and may not be created, cannot be opened, or is no master key.
 */
MUST_CHECK enum status master_key_open(
    const char *path, bool may_create, int *ret_fd, bool *ret_is_new, struct error *err);

/* The one before it, while it is replaced (previous_master_key): never made. *ret_fd stays as it is without one. */
MUST_CHECK enum status master_key_open_previous(
    const struct settings *settings, int *ret_fd, struct error *err);

#endif
