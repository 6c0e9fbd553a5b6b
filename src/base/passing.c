/* SPDX-License-Identifier: ISC */
#include "base/passing.h"

#include <string.h>
#include <unistd.h>

/* CMSG_SPACE would have room for a second one in its padding. */
#define ROOM_FOR_ONE CMSG_LEN(sizeof(int))

void
passing_attach(struct msghdr *message, union passing_room *room, int descriptor)
{
	*room = (union passing_room){ 0 };
	room->head.cmsg_level = SOL_SOCKET;
	room->head.cmsg_type = SCM_RIGHTS;
	room->head.cmsg_len = ROOM_FOR_ONE;
	memcpy(CMSG_DATA(&room->head), &descriptor, sizeof(descriptor));
	message->msg_control = room;
	message->msg_controllen = ROOM_FOR_ONE;
}

void
passing_make_room(struct msghdr *message, union passing_room *room)
{
	*room = (union passing_room){ 0 };
	message->msg_control = room;
	message->msg_controllen = ROOM_FOR_ONE;
}

enum status
passing_take(struct msghdr *message, int *ret_descriptor)
{
	const struct cmsghdr *head = CMSG_FIRSTHDR(message);
	int descriptor = -1;

	if (head != NULL && head->cmsg_level == SOL_SOCKET && head->cmsg_type == SCM_RIGHTS &&
	    head->cmsg_len == ROOM_FOR_ONE)
		memcpy(&descriptor, CMSG_DATA(head), sizeof(descriptor));
	if ((message->msg_flags & MSG_CTRUNC) != 0) {
		passing_drop(&descriptor);
		return STATUS_INVALID;
	}
	*ret_descriptor = descriptor;
	return STATUS_OK;
}

void
passing_drop(int *descriptor)
{
	if (*descriptor >= 0)
		(void)close(*descriptor);
	*descriptor = -1;
}
