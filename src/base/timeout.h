/* SPDX-License-Identifier: ISC */
/* How long a blocking socket waits. */
#ifndef BASE_TIMEOUT_H
#define BASE_TIMEOUT_H

#include "base/error.h"

/* Bounds each receive, each send and the connect of a socket (SO_RCVTIMEO, SO_SNDTIMEO). STATUS_SYSTEM. */
MUST_CHECK enum status timeout_set(int fd, unsigned timeout_ms, struct error *err);

#endif
