/* SPDX-License-Identifier: ISC */
/*
 * The walls of a role: what it must not see any more is dropped here, in one
 * order, before its first thread and its first outside byte.
 */
#ifndef PROCESS_WALLS_H
#define PROCESS_WALLS_H

#include <sys/types.h>

#include "process/landlock.h"
#include "process/syscalls.h"

struct wall {
	unsigned syscall_groups;        /* SYSCALLS_* */
	struct landlock_allowed allowed; /* from now on */
};

/*
 * Becomes uid and gid for good, without supplementary groups, and makes sure
 * that there is no way back. Does nothing for a process that runs as them
 * already. Only root may ask for another uid.
 */
MUST_CHECK enum status walls_change_user(uid_t uid, gid_t gid, struct error *err);

/*
 * No new privileges, not dumpable, Landlock, seccomp. Single-threaded callers
 * only. ret_landlock_abi 0: the kernel has no Landlock.
 */
MUST_CHECK enum status walls_raise(
    const struct wall *wall, int *ret_landlock_abi, struct error *err);

#endif
