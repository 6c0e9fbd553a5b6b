/* SPDX-License-Identifier: ISC */
/*
 * Whether there is room for more connections. libmilter tries accept() again
 * and again, without a pause and without a word, when a process has no
 * descriptor left: its CPU is gone, and nobody is told. So there are two
 * bounds, both below that one:
 *
 *	served   so many connections are served; who comes then is told to
 *	         come again later (451)
 *	full     shortly before the last descriptor no more are taken: they
 *	         wait in the listening socket, or go to the other milters
 *
 * Nor does libmilter say when it begins to take connections. It is first given a
 * descriptor that is always readable in the place of the listening socket: then
 * its first accept() says it.
 */
#ifndef MILTER_ROOM_H
#define MILTER_ROOM_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/socket.h>

#include "base/error.h"

/* How often room_look wants to be called. */
#define ROOM_LOOK_MS 1000

typedef void room_teller(void *context);

struct room {
	pthread_mutex_t lock; /* of what is put over listen_fd */
	bool is_shut;
	room_teller *begins;  /* NULL: it has begun */
	void *context;
	int listen_fd;  /* what libmilter accepts on */
	int private_fd; /* what is put over it while there is no room */
	int spare_fd;   /* the listening socket, to put it back */
	int last_fd;    /* the connection with this descriptor is the last one for now */
	unsigned descriptors_for; /* so many connections can be served at most */
	atomic_uint served_max;
	atomic_uint served;
	atomic_bool is_full;
};

/*
 * Before any connection. wanted_max: of connections that are served at once;
 * fewer are when there are no descriptors for so many, and that is logged.
 */
MUST_CHECK enum status room_init(struct room *room, int listen_fd, int private_fd,
    unsigned wanted_max, struct error *err);

/* As room_init, while connections are served: those over a smaller number stay. Any thread. */
void room_set_max(struct room *room, unsigned wanted_max);

/*
 * After room_init, before libmilter runs and the walls: has begins(context)
 * called, once, when libmilter takes connections, by the thread that does.
 */
MUST_CHECK enum status room_await(
    struct room *room, room_teller *begins, void *context, struct error *err);

/* No connection is taken any more, ever: siblings have them. false: that could not be. */
bool room_shut(struct room *room);

/* accept(2) for libmilter's listening thread; what comes after the last connection waits. */
int room_accept(struct room *room, int fd, struct sockaddr *address, socklen_t *len);

/* Takes a place among the served; false: there is none, and it is counted and logged. Any thread. */
bool room_enter(struct room *room);
void room_leave(struct room *room);

/* Lets connections in again when there is room for some. One thread. */
void room_look(struct room *room);

#endif
