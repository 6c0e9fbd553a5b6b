/* SPDX-License-Identifier: ISC */
/*
 * The two files of a view and their modes. Nothing here may run in a process
 * that has this view open: closing any descriptor of lock.mdb drops the locks
 * by which LMDB tells living readers from dead ones.
 */
#ifndef VIEW_FILES_H
#define VIEW_FILES_H

#include <stddef.h>

#include "base/error.h"

/*
 * Makes what is missing and sets the modes, whatever the umask: data.mdb 0640,
 * lock.mdb 0660. lock_bytes of the disk are set aside for the latter: it is
 * written through a map, and who finds no room for a page of it dies.
 */
MUST_CHECK enum status files_prepare(
    const char *directory, size_t lock_bytes, struct error *err);

/* STATUS_NOT_FOUND when there is no view in it yet. */
MUST_CHECK enum status files_find(const char *directory, struct error *err);

/* Removes a file if it is there. */
MUST_CHECK enum status files_remove_data(const char *directory, struct error *err);
MUST_CHECK enum status files_remove_lock(const char *directory, struct error *err);

#endif
