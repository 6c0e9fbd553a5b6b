/* SPDX-License-Identifier: ISC */
#include "supervisor/notify.h"

#include <systemd/sd-daemon.h>

#include "process/log.h"
#include "supervisor/stopping.h"

#define USEC_PER_MS UINT64_C(1000)

static unsigned
count_ready(const struct children *children)
{
	unsigned count = 0;

	for (unsigned i = 0; i < children->count; i++)
		count += children->list[i].is_ready ? 1 : 0;
	return count;
}

static unsigned
count_restarts(const struct children *children)
{
	unsigned count = 0;

	for (unsigned i = 0; i < children->count; i++) {
		if (children->list[i].epoch > 0)
			count += children->list[i].epoch - 1;
	}
	return count;
}

static const char *
word_of_phase(enum children_phase phase)
{
	if (phase == CHILDREN_STARTING)
		return "Starting";
	return phase == CHILDREN_SERVING ? "Signing" : "Finishing open messages";
}

/* news: more lines for systemd, each with its \n. */
static void
tell(const struct children *children, const char *news)
{
	(void)sd_notifyf(0, "%sSTATUS=%s; processes ready: %u of %u, restarts: %u", news,
	    word_of_phase(children->phase), count_ready(children), children->count,
	    count_restarts(children));
}

/* It neither runs, nor is anything under way that will start it. */
static bool
is_given_up(const struct child *child)
{
	const struct children *all = child->all;

	return child->pid == 0 && child->restart_timer == NULL && !child->follows_keeper &&
	    !(child->role == ROLE_KEEPER && all->holds_keeper) &&
	    all->phase < CHILDREN_DRAINING_MILTERS;
}

void
notify_start(const struct children *children)
{
	if (sd_event_set_watchdog(children->event, true) < 0)
		log_write(LOG_LEVEL_WARNING, "cannot answer the watchdog");
}

void
notify_ready(const struct children *children)
{
	tell(children, "READY=1\n");
}

void
notify_stopping(const struct children *children)
{
	(void)sd_notifyf(0, "EXTEND_TIMEOUT_USEC=%llu",
	    (unsigned long long)(stopping_bound_ms(children) * USEC_PER_MS));
	tell(children, "STOPPING=1\n");
}

void
notify_children(const struct children *children)
{
	tell(children, "");
	for (unsigned i = 0; i < children->count; i++) {
		const struct child *child = &children->list[i];

		if (!is_given_up(child))
			continue;
		log_write(LOG_LEVEL_ERROR, "child role=%s instance=%u given up",
		    word_text(role_words, (int)child->role), child->instance);
		(void)sd_event_set_watchdog(children->event, false);
	}
}
