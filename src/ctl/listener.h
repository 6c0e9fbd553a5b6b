/* SPDX-License-Identifier: ISC */
/* Connecting to a milter, as a mail server does. */
#ifndef CTL_LISTENER_H
#define CTL_LISTENER_H

#include "base/error.h"

/*
 * Connects to "unix:PATH" (or "local:PATH"), "inet:ADDRESS@PORT" or
 * "inet6:ADDRESS@PORT"; ADDRESS is an IP address. timeout_ms bounds the connect
 * and every later send and receive. The caller closes *ret_fd.
 */
MUST_CHECK enum status listener_connect(
    const char *address, unsigned timeout_ms, int *ret_fd, struct error *err);

#endif
