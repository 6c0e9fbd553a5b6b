/* SPDX-License-Identifier: ISC */
#include "supervisor/views.h"

#include "process/log.h"
#include "process/role_start.h"
#include "supervisor/children.h"
#include "supervisor/order.h"

static const struct word view_words[] = {
	{ FRAME_VIEW_TABLE, "table" },
	{ FRAME_VIEW_KEYRING, "keyring" },
	{ 0, NULL },
};

static const struct word reset_words[] = {
	{ VIEWS_FRESH_LOCK, "fresh-lock" },
	{ VIEWS_REBUILD, "rebuild" },
	{ 0, NULL },
};

static enum role
reader_of(unsigned view)
{
	return view == FRAME_VIEW_TABLE ? ROLE_MILTER : ROLE_VAULT;
}

/* What the keeper is to do when it starts next; said once. */
static void
mark(struct views *views, unsigned view, enum views_reset how)
{
	views->crashes[view] = 0;
	if (views->resets[view] >= how)
		return;
	views->resets[view] = how;
	log_write(LOG_LEVEL_ERROR, "view=%s reset=%s", word_text(view_words, (int)view),
	    word_text(reset_words, (int)how));
}

static int
on_impatience(struct children *children, unsigned view)
{
	children->views.timers[view] = sd_event_source_unref(children->views.timers[view]);
	mark(&children->views, view, VIEWS_FRESH_LOCK);
	order_restart(children, ROLE_BIT(reader_of(view)));
	return 0;
}

static int
on_table_timer(sd_event_source *source, uint64_t usec, void *context)
{
	(void)source;
	(void)usec;
	return on_impatience(context, FRAME_VIEW_TABLE);
}

static int
on_keyring_timer(sd_event_source *source, uint64_t usec, void *context)
{
	(void)source;
	(void)usec;
	return on_impatience(context, FRAME_VIEW_KEYRING);
}

void
views_on_wait(struct children *children, const struct frame_view_wait *frame)
{
	sd_event_time_handler_t handler =
	    frame->view == FRAME_VIEW_TABLE ? on_table_timer : on_keyring_timer;
	sd_event_source **timer;

	if (frame->view != FRAME_VIEW_TABLE && frame->view != FRAME_VIEW_KEYRING)
		return;
	timer = &children->views.timers[frame->view];
	*timer = sd_event_source_disable_unref(*timer);
	if (frame->is_waiting != 0)
		children_set_timer(children, timer, VIEWS_PATIENCE_MS, handler, children);
}

/* One that we ended for want of a heartbeat has not crashed on anything. */
static bool
is_crash(const struct child *child, const siginfo_t *info)
{
	return !child->is_stuck && info->si_code != CLD_EXITED &&
	    (info->si_status == SIGSEGV || info->si_status == SIGBUS || info->si_status == SIGABRT);
}

static bool
has_found_damage(const siginfo_t *info)
{
	return info->si_code == CLD_EXITED && info->si_status == EXIT_VIEW_DAMAGED;
}

static void
stop_waiting(struct views *views)
{
	for (unsigned view = 0; view < VIEWS_COUNT; view++)
		views->timers[view] = sd_event_source_disable_unref(views->timers[view]);
}

void
views_on_exit(struct children *children, const struct child *child, const siginfo_t *info)
{
	/* what it does later it does again at its next start, if that is what it crashed on */
	bool is_opening = child->role == ROLE_KEEPER && !child->is_ready;
	unsigned readers = 0;

	if (child->role == ROLE_KEEPER)
		stop_waiting(&children->views);
	for (unsigned view = FRAME_VIEW_TABLE; view <= FRAME_VIEW_KEYRING; view++) {
		bool is_reader = child->role == reader_of(view);

		if ((is_reader || is_opening) && is_crash(child, info))
			children->views.crashes[view]++;
		/* the keeper opens both, and does not say which one it was */
		if (((is_reader || child->role == ROLE_KEEPER) && has_found_damage(info)) ||
		    children->views.crashes[view] >= VIEWS_CRASHES_MAX) {
			mark(&children->views, view, VIEWS_REBUILD);
			readers |= ROLE_BIT(reader_of(view));
		}
	}
	/* no process may have a view open while its files are replaced */
	if (readers != 0)
		order_restart(children, readers);
}

void
views_on_keeper_ready(struct children *children)
{
	for (unsigned view = 0; view < VIEWS_COUNT; view++)
		children->views.resets[view] = VIEWS_KEEP;
}
