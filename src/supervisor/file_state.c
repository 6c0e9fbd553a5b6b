/* SPDX-License-Identifier: ISC */
#include "supervisor/file_state.h"

struct stat
file_state_look(const char *path)
{
	struct stat seen;

	return stat(path, &seen) == 0 ? seen : (struct stat){ 0 };
}

static bool
is_same_time(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

bool
file_state_is_same(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
	    is_same_time(&a->st_mtim, &b->st_mtim) && is_same_time(&a->st_ctim, &b->st_ctim);
}
