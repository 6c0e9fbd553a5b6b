/* SPDX-License-Identifier: ISC */
/*
 * Listening sockets: opened once, before privileges go, and held as long as
 * the daemon lives, so that connects are queued while a child is away. All are
 * close-on-exec and non-blocking (libmilter accepts under a lock: blocking,
 * the loser of a race would sleep in it).
 */
#ifndef SUPERVISOR_LISTEN_H
#define SUPERVISOR_LISTEN_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"

/* An address is "unix:PATH" or "inet:ADDRESS@PORT". */
struct listen_socket {
	const char *address; /* the configuration's */
	mode_t mode;         /* unix only */
	const char *group;   /* unix only; "" leaves it */
	bool is_inherited;   /* from socket activation: not ours to unlink */
	int fd;
};

/*
 * Takes the socket over from systemd (sd_listen_fds) or opens it. Its mode and
 * group become the configuration's, also those of one taken over, if we are
 * root: one socket unit has one mode for all. A stale unix socket is replaced; a live one, or anything else at the path, is
 * STATUS_REFUSED.
 */
MUST_CHECK enum status listen_open(struct listen_socket *socket, struct error *err);

/* Closes it, and removes the file that listen_open made. */
void listen_close(struct listen_socket *socket);

/*
 * A socket nobody can connect to: bound, listening, non-blocking. A milter
 * that drains puts it over the one it served.
 */
MUST_CHECK enum status listen_open_private(
    const char *directory, int *ret_fd, struct error *err);

/* How many sockets systemd handed over that no listen_open has claimed. */
unsigned listen_count_unclaimed(void);

#endif
