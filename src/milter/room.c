/* SPDX-License-Identifier: ISC */
#include "milter/room.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "process/counters.h"
#include "process/descriptors.h"
#include "process/log.h"

/* Descriptors that stay free, and how many have to be before connections are let in again. */
#define RESERVE 16
#define RESERVE_AGAIN 32

/* Of the connections there are descriptors for, one in so many is there to be refused. */
#define REFUSED_SHARE 4

/* ---- how many ---- */

void
room_set_max(struct room *room, unsigned wanted_max)
{
	unsigned max = wanted_max < room->descriptors_for ? wanted_max : room->descriptors_for;

	atomic_store(&room->served_max, max);
	if (max < wanted_max)
		log_write(LOG_LEVEL_NOTICE,
		    "connections_max=%u: there are no descriptors for %u (LimitNOFILE, ulimit -n)",
		    max, wanted_max);
}

/* spare_fd was the lowest free one. */
static enum status
count_descriptors(struct room *room, struct error *err)
{
	size_t max = descriptors_max();
	size_t taken = (size_t)room->spare_fd + 1 + RESERVE;
	size_t left = max > taken ? max - taken : 0;
	size_t served = left - left / REFUSED_SHARE;

	if (served == 0)
		return error_set(err, STATUS_REFUSED,
		    "a limit of %zu descriptors leaves none for connections: raise LimitNOFILE= (ulimit -n)",
		    max);
	room->last_fd = max - RESERVE < INT_MAX ? (int)(max - RESERVE) : INT_MAX;
	room->descriptors_for = served < UINT_MAX ? (unsigned)served : UINT_MAX;
	return STATUS_OK;
}

enum status
room_init(struct room *room, int listen_fd, int private_fd, unsigned wanted_max, struct error *err)
{
	int spare_fd = fcntl(listen_fd, F_DUPFD_CLOEXEC, 0);
	enum status status;

	if (spare_fd < 0)
		return error_set_errno(err, "cannot keep the listening socket");
	*room = (struct room){
		.lock = PTHREAD_MUTEX_INITIALIZER,
		.listen_fd = listen_fd,
		.private_fd = private_fd,
		.spare_fd = spare_fd,
	};
	status = count_descriptors(room, err);
	if (status == STATUS_OK)
		room_set_max(room, wanted_max);
	return status;
}

/* ---- the served ---- */

bool
room_enter(struct room *room)
{
	static struct log_often refused = { .kind = "connections=refused" };

	if (atomic_fetch_add(&room->served, 1) < atomic_load(&room->served_max))
		return true;
	room_leave(room);
	counter_add(&counters_own()->connections_refused, 1);
	log_write_often(&refused, LOG_LEVEL_WARNING,
	    "connections=refused: %u are served (connections_max, LimitNOFILE)",
	    atomic_load(&room->served_max));
	return false;
}

void
room_leave(struct room *room)
{
	(void)atomic_fetch_sub(&room->served, 1);
}

/* ---- the descriptors ---- */

/* Once it is shut it stays so, whichever thread was faster. */
static bool
put_over(struct room *room, int fd)
{
	static struct log_often failures = { .kind = "cannot change what connections are taken from" };
	bool is_done;

	(void)pthread_mutex_lock(&room->lock);
	is_done = dup3(room->is_shut ? room->private_fd : fd, room->listen_fd, O_CLOEXEC) >= 0;
	(void)pthread_mutex_unlock(&room->lock);
	if (!is_done)
		log_write_often(
		    &failures, LOG_LEVEL_ERROR, "cannot change what connections are taken from");
	return is_done;
}

bool
room_shut(struct room *room)
{
	(void)pthread_mutex_lock(&room->lock);
	room->is_shut = true;
	(void)pthread_mutex_unlock(&room->lock);
	return put_over(room, room->private_fd);
}

/* Of a state, not of each connection; and not of each change, when it changes all the time. */
static struct log_often changes = { .kind = "connections=waiting" };

static void
close_room(struct room *room)
{
	if (!put_over(room, room->private_fd))
		return;
	atomic_store(&room->is_full, true);
	log_write_often(&changes, LOG_LEVEL_WARNING,
	    "connections=waiting: no descriptors are left for more (LimitNOFILE, ulimit -n)");
}

static bool
is_shortage(int number)
{
	return number == EMFILE || number == ENFILE || number == ENOMEM || number == ENOBUFS;
}

enum status
room_await(struct room *room, room_teller *begins, void *context, struct error *err)
{
	int readable = eventfd(1, EFD_CLOEXEC);
	bool is_over = readable >= 0 && put_over(room, readable);

	if (!is_over)
		return error_set_errno(err, "cannot wait for the first accept()");
	(void)close(readable);
	room->begins = begins;
	room->context = context;
	return STATUS_OK;
}

static void
begin(struct room *room)
{
	room_teller *begins = room->begins;

	room->begins = NULL;
	(void)put_over(room, room->spare_fd);
	begins(room->context);
}

/* The lowest free descriptor is taken: all below it are in use. */
int
room_accept(struct room *room, int fd, struct sockaddr *address, socklen_t *len)
{
	int connection;
	int number;

	if (room->begins != NULL)
		begin(room); /* the others may have taken what came meanwhile: then there is nothing */
	connection = accept4(fd, address, len, SOCK_CLOEXEC);
	number = errno;
	if (connection >= room->last_fd || (connection < 0 && is_shortage(number)))
		close_room(room);
	errno = number;
	return connection;
}

void
room_look(struct room *room)
{
	if (!atomic_load(&room->is_full) || descriptors_free(RESERVE_AGAIN) < RESERVE_AGAIN)
		return;
	atomic_store(&room->is_full, false);
	if (put_over(room, room->spare_fd))
		log_write_often(&changes, LOG_LEVEL_NOTICE, "connections=taken again");
	else
		atomic_store(&room->is_full, true);
}
