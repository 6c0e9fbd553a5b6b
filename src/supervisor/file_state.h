/* SPDX-License-Identifier: ISC */
/*
 * Whether a file is the one that was seen before, with the content it had, by
 * what stat(2) says alone: it need not be opened. Times are compared to the
 * nanosecond, that of the change of the inode too: who writes a file can put
 * back the other one (cp -p, rsync -t), never this. So a file of which only
 * the mode was changed counts as another.
 */
#ifndef SUPERVISOR_FILE_STATE_H
#define SUPERVISOR_FILE_STATE_H

#include <stdbool.h>
#include <sys/stat.h>

/* Of the file now, through symbolic links; all zero: it is not there, or out of reach. */
struct stat file_state_look(const char *path);

/* Both all zero: neither was there. */
bool file_state_is_same(const struct stat *a, const struct stat *b);

#endif
