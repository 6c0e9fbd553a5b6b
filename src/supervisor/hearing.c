/* SPDX-License-Identifier: ISC */
#include "supervisor/hearing.h"

#include "process/log.h"
#include "supervisor/children.h"
#include "supervisor/heartbeat.h"
#include "supervisor/notify.h"
#include "supervisor/order.h"
#include "supervisor/pages.h"
#include "supervisor/reload.h"

/* A child that does not read now is told nothing it will not notice: its requests time out. */
static void
tell_peers(const struct child *reborn)
{
	struct frame_peer frame = {
		.role = (uint32_t)reborn->role,
		.instance = reborn->instance,
		.epoch = reborn->epoch,
	};

	channel_head(&frame.head, FRAME_PEER, sizeof(frame), 0, 0);
	for (unsigned i = 0; i < reborn->all->count; i++) {
		const struct child *other = &reborn->all->list[i];

		if (other != reborn && other->pid != 0)
			channel_offer(other->channel[END_OF_SUPERVISOR], &frame.head);
	}
}

static bool
have_all_been_ready(const struct children *children)
{
	for (unsigned i = 0; i < children->count; i++) {
		if (!children->list[i].was_ready)
			return false;
	}
	return true;
}

/* Once in a life, and not when that is over already: what it waited for was overtaken. */
static bool
may_be_ready(const struct child *child, uint32_t epoch)
{
	return child->pid != 0 && epoch == child->epoch && !child->is_ready && !child->is_ended;
}

static void
on_ready(void *context, const union frame *frame)
{
	struct child *child = context;
	struct children *all = child->all;

	if (!may_be_ready(child, frame->head.epoch))
		return;
	child->is_ready = true;
	child->was_ready = true;
	pages_count(all);
	log_write(LOG_LEVEL_INFO, "child role=%s instance=%u pid=%d ready epoch=%u",
	    word_text(role_words, (int)child->role), child->instance, (int)child->pid, child->epoch);
	tell_peers(child);
	agreement_on_ready(child);
	if (child->role == ROLE_KEEPER && all->phase < CHILDREN_DRAINING_MILTERS) {
		views_on_keeper_ready(all);
		order_release_followers(all);
	}
	if (all->phase == CHILDREN_STARTING && have_all_been_ready(all)) {
		all->phase = CHILDREN_SERVING;
		all->events.all_ready(all->events.context);
	}
	notify_children(all);
}

static void
on_ask_children(void *context, const union frame *frame)
{
	const struct child *asker = context;
	struct frame_children answer = {
		.count = asker->all->count,
		.settings_version = asker->all->agreement.version,
		.settings_loaded_at = asker->all->settings_loaded_at,
	};

	channel_head(
	    &answer.head, FRAME_CHILDREN, sizeof(answer), frame->head.epoch, frame->head.id);
	for (unsigned i = 0; i < asker->all->count; i++)
		child_describe(&asker->all->list[i], &answer.children[i]);
	channel_offer(asker->channel[END_OF_SUPERVISOR], &answer.head);
}

static void
on_view_wait(void *context, const union frame *frame)
{
	struct child *child = context;

	if (child->pid != 0 && frame->head.epoch == child->epoch)
		views_on_wait(child, (const struct frame_view_wait *)frame);
}

static void
on_settings_answer(void *context, const union frame *frame)
{
	agreement_on_answer(context, (const struct frame_settings_answer *)frame);
}

static void
on_reload(void *context, const union frame *frame)
{
	const struct child *keeper = context;

	if (frame->head.epoch == keeper->epoch)
		reload_request(keeper->all->reload, &frame->head);
}

static void
on_pong(void *context, const union frame *frame)
{
	heartbeat_on_pong(context, &frame->head);
}

#define EVERY_CHILD \
	(ROLE_BIT(ROLE_MILTER) | ROLE_BIT(ROLE_VAULT) | ROLE_BIT(ROLE_KEEPER) | ROLE_BIT(ROLE_DNS) | \
	    ROLE_BIT(ROLE_HTTP))

#define WHO_WAITS (ROLE_BIT(ROLE_KEEPER) | ROLE_BIT(ROLE_MILTER) | ROLE_BIT(ROLE_VAULT))

static const struct frame_rule rules[] = {
	{ FRAME_VIEW_WAIT, sizeof(struct frame_view_wait), WHO_WAITS, on_view_wait },
	{ FRAME_READY, sizeof(struct frame_plain), EVERY_CHILD, on_ready },
	{ FRAME_PONG, sizeof(struct frame_plain), EVERY_CHILD, on_pong },
	{ FRAME_ASK_CHILDREN, sizeof(struct frame_plain), ROLE_BIT(ROLE_KEEPER), on_ask_children },
	{ FRAME_SETTINGS_ANSWER, sizeof(struct frame_settings_answer), EVERY_CHILD, on_settings_answer },
	{ FRAME_RELOAD, sizeof(struct frame_plain), ROLE_BIT(ROLE_KEEPER), on_reload },
};

/* Once in a life: the log is not the child's to fill. */
static void
complain(struct child *child)
{
	if (!child->has_babbled)
		log_write(LOG_LEVEL_WARNING, "frame=dropped peer=%s instance=%u",
		    word_text(role_words, (int)child->role), child->instance);
	child->has_babbled = true;
}

/* False: it has said nothing more. */
static bool
hear(struct child *child)
{
	union frame frame;
	enum status status = channel_receive(child->channel[END_OF_SUPERVISOR], &frame);

	if (status == STATUS_OK)
		status = channel_dispatch(
		    rules, sizeof(rules) / sizeof(rules[0]), child->role, &frame, child);
	if (status == STATUS_INVALID)
		complain(child);
	return status == STATUS_OK || status == STATUS_INVALID;
}

int
hearing_on_frame(sd_event_source *source, int fd, uint32_t events, void *context)
{
	(void)source;
	(void)fd;
	(void)events;
	(void)hear(context);
	return 0;
}

unsigned
hearing_catch_up(struct child *child)
{
	unsigned count = 0;

	while (count < HEARING_MAX && hear(child))
		count++;
	return count;
}
