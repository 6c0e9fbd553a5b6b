/* SPDX-License-Identifier: ISC */
#include "milter/libmilter_accept.h"

static struct room *room;

void
libmilter_accept_into(struct room *accepting)
{
	room = accepting;
}

int
accept(int fd, __SOCKADDR_ARG address, socklen_t *restrict len)
{
	return room_accept(room, fd, address.__sockaddr__, len);
}
