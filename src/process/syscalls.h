/* SPDX-License-Identifier: ISC */
/*
 * The system calls a role may make, in groups, as tables. Everything else is
 * refused with EPERM (clone3 with ENOSYS, so that libc falls back to clone,
 * whose flags can be looked at): libraries that try something are told no and
 * live. No group holds execve, ptrace, or a way to signal another process, and
 * only SYSCALLS_CONNECT holds socket and connect.
 */
#ifndef PROCESS_SYSCALLS_H
#define PROCESS_SYSCALLS_H

#include "base/error.h"

enum syscall_group {
	SYSCALLS_COMMON = 1,  /* memory that is never executable, threads, time, open descriptors */
	SYSCALLS_ACCEPT = 2,  /* serve connections on inherited listening sockets */
	SYSCALLS_FILES = 4,   /* open, write and remove files, within Landlock's bounds */
	SYSCALLS_EVENTS = 8,  /* sd-event */
	SYSCALLS_LOCK = 16,   /* lock memory */
	SYSCALLS_RELIST = 32, /* put another listening socket over one's own */
	SYSCALLS_WAIT = 64,   /* wait for many descriptors at once */
	SYSCALLS_CONNECT = 128, /* connect to the Internet: IPv4 and IPv6 sockets only */
};

/* Binds the calling thread and those it will make; needs no_new_privs. groups: SYSCALLS_* or'ed. */
MUST_CHECK enum status syscalls_confine(unsigned groups, struct error *err);

/* What the runtime of a sanitizer needs besides; syscalls_plain.c or syscalls_sanitizer.c. */
extern const int syscalls_extra[];
extern const unsigned syscalls_extra_count;

#endif
