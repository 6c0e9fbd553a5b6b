/* SPDX-License-Identifier: ISC */
/*
 * The heartbeat of the children: each that is ready is asked now and then
 * whether it still does its work, and one that has not answered
 * HEARTBEAT_MISSED_MAX times in a row is ended, to be started again like any
 * other that died; so is one that was told to end for as long and has not. Questions are counted, not time: a supervisor that was
 * stopped itself blames nobody for it.
 */
#ifndef SUPERVISOR_HEARTBEAT_H
#define SUPERVISOR_HEARTBEAT_H

#include "supervisor/children.h"

#define HEARTBEAT_MISSED_MAX 4

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

/* A child answers. */
void heartbeat_on_pong(struct child *child, const struct frame_head *pong);

#endif
