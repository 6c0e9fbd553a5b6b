/* SPDX-License-Identifier: ISC */
/*
 * The milter's thread for the supervisor: hears of a new vault, and drains on
 * request, or when the supervisor is gone.
 */
#ifndef MILTER_WATCH_H
#define MILTER_WATCH_H

#include "milter/ask.h"

struct watch {
	int supervisor_fd;
	int listen_fd;  /* what libmilter accepts on */
	int private_fd; /* what is put over it to take no new connection */
	int drain_timeout_ms;
	struct ask *ask;
};

/* watch must stay. */
MUST_CHECK enum status watch_start(const struct watch *watch, struct error *err);

#endif
