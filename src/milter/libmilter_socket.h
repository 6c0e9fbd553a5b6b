/* SPDX-License-Identifier: ISC */
/* Having libmilter accept on a socket that somebody else has opened. */
#ifndef MILTER_LIBMILTER_SOCKET_H
#define MILTER_LIBMILTER_SOCKET_H

#include "base/error.h"

/*
 * Before the walls, single-threaded. On a libmilter that takes no descriptor a
 * throw-away socket is opened, and listen_fd put in its place. ret_fd: the
 * descriptor libmilter accepts on.
 */
MUST_CHECK enum status libmilter_socket_give(int listen_fd, int *ret_fd, struct error *err);

#endif
