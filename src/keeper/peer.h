/* SPDX-License-Identifier: ISC */
/*
 * Who is at the other end of a control connection, and what they may do. The
 * socket's mode and group say who may connect, and thereby read; root and the
 * keeper's own user may change as well.
 */
#ifndef KEEPER_PEER_H
#define KEEPER_PEER_H

#include <sys/types.h>

#include "base/error.h"

enum peer_right { PEER_READ = 1, PEER_CHANGE = 2 };

#define PEER_NAME_SIZE 48

struct peer {
	uid_t uid;
	pid_t pid;
	unsigned rights;           /* or-ed enum peer_right */
	char name[PEER_NAME_SIZE]; /* "uid 0 (root)", for the audit */
};

/* Asks the kernel (SO_PEERCRED). */
MUST_CHECK enum status peer_of_socket(
    int fd, uid_t own_uid, struct peer *ret_peer, struct error *err);

/* The rule alone. */
struct peer peer_of_uid(uid_t uid, pid_t pid, uid_t own_uid);

#endif
