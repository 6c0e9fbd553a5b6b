/* SPDX-License-Identifier: ISC */
/*
 * The two files of a view and their modes. Nothing here may run in a process
 * that has this view open: closing any descriptor of lock.mdb drops the locks
 * by which LMDB tells living readers from dead ones.
 */
#ifndef VIEW_FILES_H
#define VIEW_FILES_H

#include "base/error.h"

/* Makes what is missing and sets the modes, whatever the umask: data.mdb 0640, lock.mdb 0660. */
MUST_CHECK enum status files_prepare(const char *directory, struct error *err);

/* STATUS_NOT_FOUND when there is no view in it yet. */
MUST_CHECK enum status files_find(const char *directory, struct error *err);

/* Removes a file if it is there. */
MUST_CHECK enum status files_remove_data(const char *directory, struct error *err);
MUST_CHECK enum status files_remove_lock(const char *directory, struct error *err);

#endif
