/* SPDX-License-Identifier: ISC */
/*
 * The milter's thread for the supervisor: hears of a new vault and of other
 * settings, and drains on request, or when the supervisor is gone. It answers
 * the supervisor's pings unless a thread of libmilter is stuck. Between that
 * it looks whether there is room for more connections.
 */
#ifndef MILTER_WATCH_H
#define MILTER_WATCH_H

#include "milter/ask.h"
#include "milter/room.h"
#include "milter/successor.h"
#include "process/work.h"

struct watch {
	int supervisor_fd;
	struct room *room; /* what connections are taken from */
	struct successor successor;
	struct ask *ask;
	int passed_fd; /* beside the frame that is being handled, or -1 */
	struct work *work; /* of the callbacks that may have to wait */
	int callback_ms;   /* none has been allowed to take longer so far */
};

/* watch must stay. */
MUST_CHECK enum status watch_start(struct watch *watch, struct error *err);

#endif
