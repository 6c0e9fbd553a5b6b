/* SPDX-License-Identifier: ISC */
/*
 * The heartbeat of the children: each that is ready is asked now and then
 * whether it still does its work, and one that has not answered
 * HEARTBEAT_MISSED_MAX times in a row is ended, to be started again like any
 * other that died; so is one that was told to end for as long and has not.
 * One that starts is not asked, since it may have a view to make anew; when it
 * has not been ready, nor said that it gets on with it, for
 * HEARTBEAT_UNREADY_MAX of these times, it is ended, too. Questions are
 * counted, not time: a supervisor that was stopped itself blames nobody for it.
 */
#ifndef SUPERVISOR_HEARTBEAT_H
#define SUPERVISOR_HEARTBEAT_H

#include "supervisor/children.h"

#define HEARTBEAT_MISSED_MAX 4
#define HEARTBEAT_UNREADY_MAX (5 * HEARTBEAT_MISSED_MAX)

struct heartbeat {
	struct children *children;
	sd_event_source *timer;
	unsigned interval_ms;
};

/*
 * Begins, with the timeout of the configuration; 0 asks nobody. heartbeat and
 * children stay.
 */
void heartbeat_start(struct heartbeat *heartbeat, const struct settings *settings,
    struct children *children);

/* As heartbeat_start, while it runs: another timeout. */
void heartbeat_set_timeout(struct heartbeat *heartbeat, uint64_t timeout_ms);

/* A child answers, or says unasked that it gets on. */
void heartbeat_on_pong(struct child *child, const struct frame_head *pong);

#endif
