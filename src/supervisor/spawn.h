/* SPDX-License-Identifier: ISC */
/*
 * Starting a program of the house: in a process group of its own, with the
 * named descriptors and numbers as its argument list (process/inherit.h) and
 * nothing else.
 */
#ifndef SUPERVISOR_SPAWN_H
#define SUPERVISOR_SPAWN_H

#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"

#define SPAWN_ARGUMENTS_MAX 96
#define SPAWN_ARGUMENT_SIZE 32

struct spawn {
	const char *directory; /* where the programs are */
	const char *program;
	unsigned argument_count;
	char arguments[SPAWN_ARGUMENTS_MAX][SPAWN_ARGUMENT_SIZE]; /* name=number */
	unsigned fd_count;
	int fds[SPAWN_ARGUMENTS_MAX]; /* arrive as 3, 4, … in this order */
};

/* STATUS_REFUSED, with the remedy, when the program is not there. */
MUST_CHECK enum status spawn_check(const struct spawn *spawn, struct error *err);

/* Without arguments; then numbers, and descriptors of the caller's, by the names the program asks for. */
void spawn_init(struct spawn *spawn, const char *directory, const char *program);
void spawn_add_number(struct spawn *spawn, const char *name, uint32_t number);
void spawn_add_fd(struct spawn *spawn, const char *name, int fd);

/* Failures after the fork show as an exit of the child. */
#define SPAWN_NO_DESCRIPTORS 126
#define SPAWN_NO_PROGRAM     127 /* it is not there, or is none that this machine runs */

MUST_CHECK enum status spawn_start(
    const struct spawn *spawn, pid_t *ret_pid, struct error *err);

#endif
