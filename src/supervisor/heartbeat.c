/* SPDX-License-Identifier: ISC */
#include "supervisor/heartbeat.h"

#include <signal.h>

#include "process/log.h"
#include "supervisor/flood.h"
#include "supervisor/hearing.h"

#define INTERVAL_MS_MIN 50 /* a shorter timeout is no order to do nothing else */

static int on_timer(sd_event_source *source, uint64_t usec, void *context);

static bool
is_starting(const struct child *child)
{
	return child->pid != 0 && !child->is_ready && !child->is_ended &&
	    child->all->phase < CHILDREN_DRAINING_MILTERS;
}

/* Who starts, or was told to end, has other things to do. */
static bool
is_expected_to_answer(const struct child *child)
{
	return child->pid != 0 && child->is_ready && !child->is_ended &&
	    child->all->phase < CHILDREN_DRAINING_MILTERS;
}

static void
forgive(struct child *child)
{
	child->unanswered = 0;
	child->unready = 0;
}

static void
ask(struct child *child)
{
	struct frame_plain ping = { 0 };

	channel_head(&ping.head, FRAME_PING, sizeof(ping), child->epoch, 0);
	channel_offer(child->channel[END_OF_SUPERVISOR], &ping.head);
	child->unanswered++;
}

/* SIGCONT: a stopped process dies of nothing but SIGKILL before it goes on. */
static void
end(struct child *child, const char *why)
{
	if (child->is_stuck) {
		(void)kill(child->pid, SIGKILL);
		return;
	}
	log_write(LOG_LEVEL_ERROR, "child role=%s instance=%u pid=%d killed: %s",
	    word_text(role_words, (int)child->role), child->instance, (int)child->pid, why);
	child->is_stuck = true;
	(void)kill(child->pid, SIGABRT);
	(void)kill(child->pid, SIGCONT);
}

/* It was told to end, and nothing else will see to it. */
static bool
should_have_ended(const struct child *child)
{
	return child->pid != 0 && child->is_ended && child->all->phase < CHILDREN_DRAINING_MILTERS;
}

static void
await_end(struct child *child)
{
	if (++child->unanswered > HEARTBEAT_MISSED_MAX)
		(void)kill(child->pid, SIGKILL);
}

static void
await_ready(struct child *child)
{
	if (child->unready >= HEARTBEAT_UNREADY_MAX)
		end(child, "not ready, and no sign of life");
	else
		child->unready++;
}

static void
beat(struct child *child)
{
	if (should_have_ended(child))
		await_end(child);
	else if (is_starting(child))
		await_ready(child);
	else if (!is_expected_to_answer(child))
		forgive(child);
	else if (child->unanswered >= HEARTBEAT_MISSED_MAX)
		end(child, "no heartbeat");
	else
		ask(child);
}

/*
 * Answers that are there are read first. That is done here, since a timer of a
 * lower priority would never have its turn beside a child that says more and more.
 */
static void
catch_up(struct child *child)
{
	flood_measure(child, hearing_catch_up(child));
}

static void
wait_for_next(struct heartbeat *heartbeat)
{
	if (heartbeat->interval_ms == 0)
		return;
	children_set_timer(heartbeat->children, &heartbeat->timer, heartbeat->interval_ms, on_timer,
	    heartbeat);
}

static int
on_timer(sd_event_source *source, uint64_t usec, void *context)
{
	struct heartbeat *heartbeat = context;

	(void)source;
	(void)usec;
	for (unsigned i = 0; i < heartbeat->children->count; i++)
		catch_up(&heartbeat->children->list[i]);
	for (unsigned i = 0; i < heartbeat->children->count; i++)
		beat(&heartbeat->children->list[i]);
	wait_for_next(heartbeat);
	return 0;
}

void
heartbeat_set_timeout(struct heartbeat *heartbeat, uint64_t timeout_ms)
{
	unsigned interval_ms = (unsigned)(timeout_ms / HEARTBEAT_MISSED_MAX);

	heartbeat->timer = sd_event_source_disable_unref(heartbeat->timer);
	heartbeat->interval_ms = interval_ms;
	if (timeout_ms != 0 && interval_ms < INTERVAL_MS_MIN)
		heartbeat->interval_ms = INTERVAL_MS_MIN;
	for (unsigned i = 0; i < heartbeat->children->count; i++)
		forgive(&heartbeat->children->list[i]);
	wait_for_next(heartbeat);
}

void
heartbeat_start(
    struct heartbeat *heartbeat, const struct settings *settings, struct children *children)
{
	*heartbeat = (struct heartbeat){ .children = children };
	heartbeat_set_timeout(heartbeat, settings_number(settings, SETTING_HEARTBEAT_TIMEOUT, 0));
}

void
heartbeat_on_pong(struct child *child, const struct frame_head *pong)
{
	/* who was told to end has not done so by being alive */
	if (pong->epoch == child->epoch && !child->is_ended)
		forgive(child);
}
