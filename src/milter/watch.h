/* SPDX-License-Identifier: ISC */
/*
 * The milter's thread for the supervisor: hears of a new vault, and drains on
 * request, or when the supervisor is gone. It answers the supervisor's pings
 * unless the threads of libmilter are stuck. Between that it looks whether
 * there is room for more connections.
 */
#ifndef MILTER_WATCH_H
#define MILTER_WATCH_H

#include "milter/ask.h"
#include "milter/room.h"
#include "process/work.h"

struct watch {
	int supervisor_fd;
	struct room room; /* what connections are taken from */
	int drain_timeout_ms;
	struct ask *ask;
	struct work *work; /* of the callbacks that may have to wait */
	int callback_ms;           /* no callback takes longer */
};

/* watch must stay. */
MUST_CHECK enum status watch_start(struct watch *watch, struct error *err);

#endif
