/* SPDX-License-Identifier: ISC */
#include "supervisor/stopping.h"

#include <signal.h>

#include "process/log.h"
#include "supervisor/reload.h"

#define DRAIN_MARGIN_MS 2000
#define STOP_REST_MS 5000
#define KILL_MARGIN_MS 3000 /* whoever is killed then is gone soon */

uint64_t
stopping_bound_ms(const struct children *children)
{
	return (uint64_t)children->drain_timeout_ms + DRAIN_MARGIN_MS + STOP_REST_MS + KILL_MARGIN_MS;
}

static void
send_drain(const struct child *child)
{
	struct frame_plain frame = { 0 };

	channel_head(&frame.head, FRAME_DRAIN, sizeof(frame), child->epoch, 0);
	if (channel_send(child->channel[END_OF_SUPERVISOR], &frame.head) != STATUS_OK)
		log_write(LOG_LEVEL_WARNING, "child role=%s instance=%u does not read its channel",
		    word_text(role_words, (int)child->role), child->instance);
}

static unsigned
count_running(const struct children *children, bool is_milter)
{
	unsigned count = 0;

	for (unsigned i = 0; i < children->count; i++) {
		const struct child *child = &children->list[i];

		if (child->pid != 0 && (child->role == ROLE_MILTER) == is_milter)
			count++;
	}
	return count;
}

static int
on_stop_timeout(sd_event_source *source, uint64_t usec, void *context)
{
	struct children *children = context;
	bool is_milter = children->phase == CHILDREN_DRAINING_MILTERS;

	(void)source;
	(void)usec;
	for (unsigned i = 0; i < children->count; i++) {
		const struct child *child = &children->list[i];

		if (child->pid == 0 || (child->role == ROLE_MILTER) != is_milter)
			continue;
		log_write(LOG_LEVEL_WARNING, "child role=%s instance=%u pid=%d killed: it did not stop",
		    word_text(role_words, (int)child->role), child->instance, (int)child->pid);
		(void)kill(child->pid, SIGKILL);
	}
	return 0;
}

static void
enter_stop_phase(struct children *children, enum children_phase phase, unsigned timeout_ms)
{
	children->phase = phase;
	for (unsigned i = 0; i < children->count; i++) {
		const struct child *child = &children->list[i];

		if (child->pid != 0 &&
		    (child->role == ROLE_MILTER) == (phase == CHILDREN_DRAINING_MILTERS))
			send_drain(child);
	}
	children_set_timer(children, &children->stop_timer, timeout_ms, on_stop_timeout, children);
}

/* Milters first: what they have begun still needs the vault. */
void
stopping_continue(struct children *children)
{
	if (children->phase == CHILDREN_DRAINING_MILTERS && count_running(children, true) == 0)
		enter_stop_phase(children, CHILDREN_STOPPING_REST, STOP_REST_MS);
	if (children->phase == CHILDREN_STOPPING_REST && count_running(children, false) == 0) {
		children->phase = CHILDREN_STOPPED;
		children->stop_timer = sd_event_source_disable_unref(children->stop_timer);
		children->events.stopped(children->events.context, children->exit_status);
	}
}

void
stopping_begin(struct children *children, int exit_status)
{
	if (children->phase >= CHILDREN_DRAINING_MILTERS)
		return;
	children->exit_status = exit_status;
	enter_stop_phase(children, CHILDREN_DRAINING_MILTERS,
	    children->drain_timeout_ms + DRAIN_MARGIN_MS);
	reload_stop(children->reload);
	stopping_continue(children);
}
