/* SPDX-License-Identifier: ISC */
/*
 * All children: started, watched, started again. What they say is in
 * hearing.h, in which order they start in order.h, how they stop in
 * stopping.h. Driven by an sd-event loop; one thread.
 */
#ifndef SUPERVISOR_CHILDREN_H
#define SUPERVISOR_CHILDREN_H

#include "supervisor/agreement.h"
#include "supervisor/child.h"
#include "supervisor/plumbing.h"
#include "supervisor/views.h"

/* What the supervisor's main wants to know. */
struct children_events {
	void (*all_ready)(void *context); /* once, when every child has been ready */
	void (*stopped)(void *context, int exit_status); /* none is left after stopping_begin or a hopeless start */
	void *context;
};

enum children_phase {
	CHILDREN_STARTING,          /* not all have been ready yet */
	CHILDREN_SERVING,
	CHILDREN_DRAINING_MILTERS,
	CHILDREN_STOPPING_REST,
	CHILDREN_STOPPED,
};

struct children {
	sd_event *event;
	const struct plumbing *plumbing;
	const char *directory; /* of the programs */
	struct children_events events;
	unsigned drain_timeout_ms;
	enum children_phase phase;
	int exit_status;
	sd_event_source *stop_timer;
	struct views views;
	struct agreement agreement; /* on settings */
	struct reload *reload;      /* the caller's: who asks for one is told it */
	int64_t settings_loaded_at; /* seconds since 1970 */
	struct page page; /* our own */
	bool holds_keeper; /* until those that follow it have ended */
	unsigned count;
	struct child list[FRAME_CHILDREN_MAX];
};

/* Makes the supervisor's channels to all children. event, plumbing, directory, events are set by the caller. */
MUST_CHECK enum status children_init(
    struct children *children, const struct users *users, struct error *err);

/* Starts the keeper, and the others too when the views exist; else they follow once the keeper is ready. */
MUST_CHECK enum status children_start(
    struct children *children, bool has_views, struct error *err);

/* Starts it, unless it runs, once its delay after a bad life is over. What prevents that ends the daemon. */
void children_start_one(struct child *child);

/* Has it end in peace, and start again at once. Nothing, if it does not run. */
void children_end(struct child *child);

/* Each child of the role. */
void children_end_role(struct children *children, enum role role);

/* Replaces *timer by one that goes off once. */
void children_set_timer(struct children *children, sd_event_source **timer, unsigned delay_ms,
    sd_event_time_handler_t handler, void *context);

#endif
