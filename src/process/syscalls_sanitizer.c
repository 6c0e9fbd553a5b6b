/* SPDX-License-Identifier: ISC */
/*
 * The runtimes of AddressSanitizer, UndefinedBehaviorSanitizer and
 * ThreadSanitizer read their own maps and stacks. Only in builds
 * --with-sanitizer; the tests of the walls run on the normal build.
 */
#include <seccomp.h>

#include "process/syscalls.h"

const int syscalls_extra[] = {
	SCMP_SYS(getpgrp),
	SCMP_SYS(getrlimit),
	SCMP_SYS(getrusage),
	SCMP_SYS(lseek),
	SCMP_SYS(mmap),
	SCMP_SYS(mprotect),
	SCMP_SYS(open),
	SCMP_SYS(openat),
	SCMP_SYS(personality),
	SCMP_SYS(readlink),
	SCMP_SYS(sched_setaffinity),
	SCMP_SYS(uname),
};
const unsigned syscalls_extra_count = sizeof(syscalls_extra) / sizeof(syscalls_extra[0]);
