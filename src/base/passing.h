/* SPDX-License-Identifier: ISC */
/*
 * One descriptor beside the octets of a message on a local socket (SCM_RIGHTS).
 *
 * Who receives by recvmsg without making room lets no descriptor in: the
 * kernel drops what there is no room for. With room there is room for one and
 * never for two, so that nobody can fill the receiver's table.
 */
#ifndef BASE_PASSING_H
#define BASE_PASSING_H

#include <sys/socket.h>

#include "base/status.h"

/* Lives as long as the message it belongs to. */
union passing_room {
	struct cmsghdr head;
	unsigned char bytes[CMSG_SPACE(sizeof(int))];
};

/* Before sendmsg: sends descriptor along; it stays the caller's. */
void passing_attach(struct msghdr *message, union passing_room *room, int descriptor);

/* Before recvmsg, which is to be called with MSG_CMSG_CLOEXEC. */
void passing_make_room(struct msghdr *message, union passing_room *room);

/*
 * After recvmsg: *ret_descriptor is the caller's to close, or -1 when none was
 * sent. STATUS_INVALID: more was sent than there was room for; none is kept.
 */
MUST_CHECK enum status passing_take(struct msghdr *message, int *ret_descriptor);

/* Closes *descriptor, if it is one, and makes it none. */
void passing_drop(int *descriptor);

#endif
