/* SPDX-License-Identifier: ISC */
/*
 * The connections that are open, and when each began: none lives long, and
 * where there are too many the oldest makes room, so that whoever holds many
 * open and says nothing keeps nobody else out. One thread.
 */
#ifndef HTTP_CONNECTIONS_H
#define HTTP_CONNECTIONS_H

#include <stdint.h>

#include "base/error.h"

#define CONNECTIONS_MAX 32
#define CONNECTIONS_LIFE_MS 10000 /* of one, with all it asks */

struct connections {
	int dead_fd; /* at its end, and nobody is at the other */
	unsigned count;
	struct connections_entry {
		int fd;
		int64_t began_ms;
	} list[CONNECTIONS_MAX]; /* the oldest first */
};

/* Before the walls: sockets are made. */
MUST_CHECK enum status connections_init(struct connections *connections, struct error *err);

/* One more; the oldest is hung up when there is no room. */
void connections_add(struct connections *connections, int fd, int64_t now_ms);

/* It is about to be closed; it may have been hung up before. */
void connections_remove(struct connections *connections, int fd);

/* Hangs up those whose time is over. How long the next has left, in ms; -1: there is none. */
int connections_expire(struct connections *connections, int64_t now_ms);

#endif
