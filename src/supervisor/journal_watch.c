/* SPDX-License-Identifier: ISC */
#include "supervisor/journal_watch.h"

#include "process/log.h"
#include "process/log_journal.h"
#include "supervisor/file_state.h"
#include "supervisor/plumbing.h"

#define LOOK_EVERY_MS 1000

static int on_timer(sd_event_source *source, uint64_t usec, void *context);

static void
wait_for_change(struct journal_watch *watch)
{
	children_set_timer(watch->children, &watch->timer, LOOK_EVERY_MS, on_timer, watch);
}

/* Who cannot be connected to yet is tried again. */
static int
on_timer(sd_event_source *source, uint64_t usec, void *context)
{
	struct journal_watch *watch = context;
	struct stat seen = file_state_look(log_journal_path());

	(void)source;
	(void)usec;
	/* what is bound anew may get the number of the one before it: its times tell them apart */
	if (!file_state_is_same(&seen, &watch->seen) &&
	    log_journal_connect(watch->children->plumbing->journal_fd)) {
		watch->seen = seen;
		log_write(LOG_LEVEL_NOTICE, "journal=connected again: its socket was made anew");
	}
	wait_for_change(watch);
	return 0;
}

void
journal_watch_start(struct journal_watch *watch, struct children *children)
{
	if (children->plumbing->journal_fd < 0)
		return;
	*watch = (struct journal_watch){
		.children = children,
		.seen = file_state_look(log_journal_path()),
	};
	/* it may have changed since the socket was opened */
	(void)log_journal_connect(children->plumbing->journal_fd);
	wait_for_change(watch);
}
