/* SPDX-License-Identifier: ISC */
#include "milter/room.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "process/log.h"

/* Descriptors that stay free, and how many have to be before connections are let in again. */
#define RESERVE 16
#define RESERVE_AGAIN 32

void
room_raise_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &limit);
}

enum status
room_init(struct room *room, int listen_fd, int private_fd, struct error *err)
{
	int spare_fd = fcntl(listen_fd, F_DUPFD_CLOEXEC, 0);

	if (spare_fd < 0)
		return error_set_errno(err, "cannot keep the listening socket");
	*room = (struct room){
		.listen_fd = listen_fd,
		.private_fd = private_fd,
		.spare_fd = spare_fd,
	};
	return STATUS_OK;
}

/* Takes so many, and gives them back: nothing else says how many there are. */
static bool
has_free(const struct room *room, size_t wanted)
{
	int taken[RESERVE_AGAIN];
	size_t count = 0;

	while (count < wanted) {
		taken[count] = fcntl(room->private_fd, F_DUPFD_CLOEXEC, 0);
		if (taken[count] < 0)
			break;
		count++;
	}
	for (size_t i = 0; i < count; i++)
		(void)close(taken[i]);
	return count == wanted;
}

static void
put_over(const struct room *room, int fd)
{
	if (dup3(fd, room->listen_fd, O_CLOEXEC) < 0)
		log_write(LOG_LEVEL_ERROR, "cannot change what connections are taken from");
}

void
room_look(struct room *room)
{
	bool is_full = !has_free(room, room->is_full ? RESERVE_AGAIN : RESERVE);

	if (is_full == room->is_full)
		return;
	room->is_full = is_full;
	put_over(room, is_full ? room->private_fd : room->spare_fd);
	if (is_full)
		log_write(LOG_LEVEL_WARNING,
		    "connections=waiting: no descriptors are left for more (LimitNOFILE, ulimit -n)");
	else
		log_write(LOG_LEVEL_NOTICE, "connections=taken again");
}
