/* SPDX-License-Identifier: ISC */
#include "http/connections.h"

#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum status
connections_init(struct connections *connections, struct error *err)
{
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) != 0)
		return error_set_errno(err, "cannot make a socket");
	(void)close(ends[1]);
	*connections = (struct connections){ .dead_fd = ends[0] };
	return STATUS_OK;
}

static void
drop(struct connections *connections, unsigned index)
{
	connections->count--;
	memmove(&connections->list[index], &connections->list[index + 1],
	    (connections->count - index) * sizeof(connections->list[0]));
}

/*
 * libmicrohttpd can be told of no end but that of the socket, and shutdown is
 * behind the walls: it would end the channel to the supervisor as well. So a
 * socket at its end takes the place of this one, which is closed by that.
 */
static void
hang_up_oldest(struct connections *connections)
{
	(void)dup3(connections->dead_fd, connections->list[0].fd, O_CLOEXEC);
	drop(connections, 0);
}

void
connections_add(struct connections *connections, int fd, int64_t now_ms)
{
	if (connections->count == CONNECTIONS_MAX)
		hang_up_oldest(connections);
	connections->list[connections->count++] =
	    (struct connections_entry){ .fd = fd, .began_ms = now_ms };
}

void
connections_remove(struct connections *connections, int fd)
{
	for (unsigned i = 0; i < connections->count; i++) {
		if (connections->list[i].fd == fd) {
			drop(connections, i);
			return;
		}
	}
}

int
connections_expire(struct connections *connections, int64_t now_ms)
{
	while (connections->count > 0) {
		int64_t left_ms = connections->list[0].began_ms + CONNECTIONS_LIFE_MS - now_ms;

		if (left_ms > 0)
			return (int)left_ms;
		hang_up_oldest(connections);
	}
	return -1;
}
