/* SPDX-License-Identifier: ISC */
/*
 * Whether there is room for more connections. libmilter tries accept() again
 * and again, without a pause and without a word, when a process has no
 * descriptor left: its CPU is gone, and nobody is told. So new connections are
 * kept out shortly before: they wait in the listening socket, or go to the
 * other milters. One thread.
 */
#ifndef MILTER_ROOM_H
#define MILTER_ROOM_H

#include <stdbool.h>

#include "base/error.h"

/* How often room_look wants to be called. */
#define ROOM_LOOK_MS 1000

struct room {
	int listen_fd;  /* what libmilter accepts on */
	int private_fd; /* what is put over it while there is no room */
	int spare_fd;   /* the listening socket, to put it back */
	bool is_full;
};

/* As many descriptors as this process may have; before any look. */
void room_raise_limit(void);

MUST_CHECK enum status room_init(
    struct room *room, int listen_fd, int private_fd, struct error *err);

/* Keeps new connections out, or lets them in again; a change is logged. */
void room_look(struct room *room);

#endif
