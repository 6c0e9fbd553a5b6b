/* SPDX-License-Identifier: ISC */
#include "keeper/peer.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/socket.h>

/* The user data base may be out of reach behind the walls, so names are for the two we know. */
static const char *
uid_word(uid_t uid, uid_t own_uid)
{
	if (uid == 0)
		return " (root)";
	return uid == own_uid ? " (keeper)" : "";
}

struct peer
peer_of_uid(uid_t uid, pid_t pid, uid_t own_uid)
{
	bool may_change = uid == 0 || uid == own_uid;
	struct peer peer = {
		.uid = uid,
		.pid = pid,
		.rights = PEER_READ | (may_change ? PEER_CHANGE : 0U),
	};

	(void)snprintf(peer.name, sizeof(peer.name), "uid %ju%s", (uintmax_t)uid,
	    uid_word(uid, own_uid));
	return peer;
}

enum status
peer_of_socket(int fd, uid_t own_uid, struct peer *ret_peer, struct error *err)
{
	struct ucred credentials;
	socklen_t size = sizeof(credentials);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0)
		return error_set_errno(err, "cannot tell who is asking");
	*ret_peer = peer_of_uid(credentials.uid, credentials.pid, own_uid);
	return STATUS_OK;
}
