/* SPDX-License-Identifier: ISC */
#include "base/timeout.h"

#include <sys/socket.h>
#include <sys/time.h>

enum status
timeout_set(int fd, unsigned timeout_ms, struct error *err)
{
	struct timeval limit = {
		.tv_sec = timeout_ms / 1000,
		.tv_usec = (suseconds_t)(timeout_ms % 1000) * 1000,
	};

	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)) != 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit)) != 0)
		return error_set_errno(err, "cannot set the timeout of a socket");
	return STATUS_OK;
}
