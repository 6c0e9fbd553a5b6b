/* SPDX-License-Identifier: ISC */
#include "supervisor/views.h"

#include "process/log.h"
#include "process/role_start.h"
#include "supervisor/children.h"
#include "supervisor/hearing.h"
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
on_impatience(sd_event_source *source, uint64_t usec, void *context)
{
	struct child *child = context;
	struct children *all = child->all;

	(void)usec;
	/* it may be we who were stopped, and the wait over long ago */
	(void)hearing_catch_up(child);
	if (child->view_timer != source)
		return 0;
	mark(&all->views, child->view_waited_for, VIEWS_FRESH_LOCK);
	order_restart(all, ROLE_BIT(reader_of(child->view_waited_for)));
	return 0;
}

static bool
may_wait(const struct child *child, unsigned view)
{
	if (view != FRAME_VIEW_TABLE && view != FRAME_VIEW_KEYRING)
		return false;
	return child->role == ROLE_KEEPER || (child->role == reader_of(view) && !child->is_ready);
}

void
views_on_wait(struct child *child, const struct frame_view_wait *frame)
{
	if (!may_wait(child, frame->view))
		return;
	child->view_waited_for = frame->view;
	child->view_timer = sd_event_source_disable_unref(child->view_timer);
	if (frame->is_waiting != 0)
		children_set_timer(
		    child->all, &child->view_timer, VIEWS_PATIENCE_MS, on_impatience, child);
}

/*
 * One that we ended for want of a heartbeat has not crashed on anything, and
 * one that had settings on offer is suspected of having crashed on these.
 */
static bool
is_crash(const struct child *child, const siginfo_t *info)
{
	return !child->is_stuck && child->settings_step == CHILD_SETTINGS_NONE && info->si_code != CLD_EXITED &&
	    (info->si_status == SIGSEGV || info->si_status == SIGBUS || info->si_status == SIGABRT);
}

static bool
has_found_damage(const siginfo_t *info)
{
	return info->si_code == CLD_EXITED && info->si_status == EXIT_VIEW_DAMAGED;
}

/*
 * The keeper, which does more than to read views, is suspected of having
 * crashed on one while it opens them; and when it crashes soon after, and did
 * not live for long the last time either: one crash may be of anything.
 */
static bool
is_suspect(const struct child *keeper)
{
	return keeper->role == ROLE_KEEPER && (!keeper->is_ready || keeper->failures > 1);
}

void
views_on_exit(struct children *children, struct child *child, const siginfo_t *info)
{
	unsigned readers = 0;

	child->view_timer = sd_event_source_disable_unref(child->view_timer);
	for (unsigned view = FRAME_VIEW_TABLE; view <= FRAME_VIEW_KEYRING; view++) {
		bool is_reader = child->role == reader_of(view);

		if ((is_reader || is_suspect(child)) && is_crash(child, info))
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
