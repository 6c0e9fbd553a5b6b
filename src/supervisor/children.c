/* SPDX-License-Identifier: ISC */
#include "supervisor/children.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "process/clock.h"
#include "process/log.h"
#include "process/role_start.h"

#define HOPELESS_STARTS 5
#define DRAIN_MARGIN_MS 2000
#define STOP_REST_MS 5000

static int on_exit_of(sd_event_source *source, const siginfo_t *info, void *context);

/* ---- telling ---- */

static void
send_plain(const struct child *child, enum frame_type type)
{
	struct frame_plain frame = { 0 };

	channel_head(&frame.head, type, sizeof(frame), 0, 0);
	if (channel_send(child->channel[END_OF_SUPERVISOR], &frame.head) != STATUS_OK)
		log_write(LOG_LEVEL_WARNING, "child role=%s instance=%u does not read its channel",
		    word_text(role_words, (int)child->role), child->instance);
}

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

/* ---- starting ---- */

/* What the keeper is to do with the views. */
static void
add_resets(struct spawn *spawn, const struct views *views)
{
	spawn_add_number(spawn, "table", views->resets[FRAME_VIEW_TABLE]);
	spawn_add_number(spawn, "keyring", views->resets[FRAME_VIEW_KEYRING]);
}

static enum status
start_child(struct child *child, struct error *err)
{
	struct children *all = child->all;
	struct spawn spawn;
	enum status status;

	spawn_init(&spawn, all->directory, child_program(child));
	spawn_add_number(&spawn, "instance", child->instance);
	spawn_add_number(&spawn, "epoch", child->epoch + 1);
	spawn_add_number(&spawn, "uid", (uint32_t)child->user.uid);
	spawn_add_number(&spawn, "gid", (uint32_t)child->user.gid);
	if (child->role == ROLE_KEEPER)
		add_resets(&spawn, &all->views);
	spawn_add_fd(&spawn, "supervisor", child->channel[END_OF_CHILD]);
	plumbing_give(all->plumbing, child->role, child->instance, &spawn);
	status = spawn_start(&spawn, &child->pid, err);
	if (status != STATUS_OK)
		return status;
	child->epoch++;
	child->is_ready = false;
	child->started_at_ms = clock_monotonic_ms();
	child->started_at_s = clock_wall_s();
	if (sd_event_add_child(
	        all->event, &child->exit_source, child->pid, WEXITED, on_exit_of, child) < 0)
		return error_set(err, STATUS_SYSTEM, "cannot watch %s", child_program(child));
	return STATUS_OK;
}

/* Starts it unless it runs; what prevents that ends the daemon. */
static void
start_or_stop_all(struct child *child)
{
	struct error err;

	if (child->pid == 0 && start_child(child, &err) != STATUS_OK) {
		log_write(LOG_LEVEL_ERROR, "%s", err.text);
		children_stop(child->all, EXIT_FAILURE);
	}
}

static int
on_restart(sd_event_source *source, uint64_t usec, void *context)
{
	(void)source;
	(void)usec;
	start_or_stop_all(context);
	return 0;
}

void
children_set_timer(struct children *children, sd_event_source **timer, unsigned delay_ms,
    sd_event_time_handler_t handler, void *context)
{
	*timer = sd_event_source_unref(*timer);
	if (sd_event_add_time_relative(children->event, timer, CLOCK_MONOTONIC,
	        (uint64_t)delay_ms * 1000, 1000, handler, context) < 0)
		log_write(LOG_LEVEL_ERROR, "cannot set a timer");
}

/* ---- stopping ---- */

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
			send_plain(child, FRAME_DRAIN);
	}
	children_set_timer(children, &children->stop_timer, timeout_ms, on_stop_timeout, children);
}

/* Milters first: what they have begun still needs the vault. */
static void
continue_stopping(struct children *children)
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
children_stop(struct children *children, int exit_status)
{
	if (children->phase >= CHILDREN_DRAINING_MILTERS)
		return;
	children->exit_status = exit_status;
	enter_stop_phase(children, CHILDREN_DRAINING_MILTERS,
	    children->drain_timeout_ms + DRAIN_MARGIN_MS);
	continue_stopping(children);
}

/* ---- restarting in order ---- */

/* The keeper starts when nobody is left who has the view open. */
static void
release_keeper(struct children *children)
{
	struct child *keeper = &children->list[0];

	for (unsigned i = 0; i < children->count; i++) {
		const struct child *child = &children->list[i];

		if (child->pid != 0 && (child == keeper || child->follows_keeper))
			return;
	}
	children->holds_keeper = false;
	start_or_stop_all(keeper);
}

void
children_restart_behind_keeper(struct children *children, unsigned roles)
{
	if (children->phase >= CHILDREN_DRAINING_MILTERS)
		return;
	children->holds_keeper = true;
	for (unsigned i = 0; i < children->count; i++) {
		struct child *child = &children->list[i];

		bool follows = (roles & ROLE_BIT(child->role)) != 0;

		if (!follows && child->role != ROLE_KEEPER)
			continue;
		child->follows_keeper = follows || child->follows_keeper;
		child->restart_timer = sd_event_source_disable_unref(child->restart_timer);
		if (child->pid != 0)
			(void)kill(child->pid, SIGKILL);
	}
	release_keeper(children);
}

/* ---- watching ---- */

static void
log_exit(const struct child *child, const siginfo_t *info)
{
	enum log_level level = info->si_code == CLD_EXITED && info->si_status == 0
	    ? LOG_LEVEL_NOTICE
	    : LOG_LEVEL_ERROR;

	log_write(level, "child role=%s instance=%u pid=%d ended %s=%d lived_ms=%lld",
	    word_text(role_words, (int)child->role), child->instance, (int)info->si_pid,
	    info->si_code == CLD_EXITED ? "exit" : "signal", info->si_status,
	    (long long)(clock_monotonic_ms() - child->started_at_ms));
}

/* Before the daemon has ever served, what no restart mends ends it. */
static bool
is_hopeless(const struct child *child, const siginfo_t *info)
{
	if (child->all->phase != CHILDREN_STARTING)
		return false;
	return (info->si_code == CLD_EXITED && info->si_status == EXIT_CONFIG) ||
	    child->failures >= HOPELESS_STARTS;
}

static int
on_exit_of(sd_event_source *source, const siginfo_t *info, void *context)
{
	struct child *child = context;
	struct children *all = child->all;
	unsigned delay_ms = child_restart_delay_ms(child, clock_monotonic_ms());

	(void)source;
	child->exit_source = sd_event_source_unref(child->exit_source);
	child->pid = 0;
	child->is_ready = false;
	log_exit(child, info);
	views_on_exit(all, child, info);
	if (all->phase >= CHILDREN_DRAINING_MILTERS)
		continue_stopping(all);
	else if (is_hopeless(child, info))
		children_stop(all, info->si_code == CLD_EXITED && info->si_status == EXIT_CONFIG
		        ? EXIT_CONFIG
		        : EXIT_FAILURE);
	else if (all->holds_keeper && (child->role == ROLE_KEEPER || child->follows_keeper))
		release_keeper(all);
	else if (child->pid == 0 && !child->follows_keeper)
		children_set_timer(all, &child->restart_timer, delay_ms, on_restart, child);
	return 0;
}

/* ---- what children say ---- */

static bool
have_all_been_ready(const struct children *children)
{
	for (unsigned i = 0; i < children->count; i++) {
		if (!children->list[i].was_ready)
			return false;
	}
	return true;
}

/* Those that wait for the keeper to make the views. */
static void
start_followers(struct children *children)
{
	for (unsigned i = 0; i < children->count; i++) {
		struct child *child = &children->list[i];

		if (!child->follows_keeper)
			continue;
		child->follows_keeper = false;
		start_or_stop_all(child);
	}
}

static void
on_ready(void *context, const union frame *frame)
{
	struct child *child = context;
	struct children *all = child->all;

	if (frame->head.epoch != child->epoch || child->pid == 0)
		return;
	child->is_ready = true;
	child->was_ready = true;
	log_write(LOG_LEVEL_INFO, "child role=%s instance=%u pid=%d ready epoch=%u",
	    word_text(role_words, (int)child->role), child->instance, (int)child->pid, child->epoch);
	tell_peers(child);
	if (child->role == ROLE_KEEPER && all->phase < CHILDREN_DRAINING_MILTERS) {
		views_on_keeper_ready(all);
		start_followers(all);
	}
	if (all->phase == CHILDREN_STARTING && have_all_been_ready(all)) {
		all->phase = CHILDREN_SERVING;
		all->events.all_ready(all->events.context);
	}
}

static void
on_ask_children(void *context, const union frame *frame)
{
	const struct child *asker = context;
	struct frame_children answer = { .count = asker->all->count };

	channel_head(
	    &answer.head, FRAME_CHILDREN, sizeof(answer), frame->head.epoch, frame->head.id);
	for (unsigned i = 0; i < asker->all->count; i++)
		child_describe(&asker->all->list[i], &answer.children[i]);
	channel_offer(asker->channel[END_OF_SUPERVISOR], &answer.head);
}

static void
on_view_wait(void *context, const union frame *frame)
{
	const struct child *keeper = context;

	if (frame->head.epoch == keeper->epoch)
		views_on_wait(keeper->all, (const struct frame_view_wait *)frame);
}

static const struct frame_rule rules[] = {
	{ FRAME_VIEW_WAIT, sizeof(struct frame_view_wait), ROLE_BIT(ROLE_KEEPER), on_view_wait },
	{ FRAME_READY, sizeof(struct frame_plain),
	    ROLE_BIT(ROLE_MILTER) | ROLE_BIT(ROLE_VAULT) | ROLE_BIT(ROLE_KEEPER) | ROLE_BIT(ROLE_DNS),
	    on_ready },
	{ FRAME_ASK_CHILDREN, sizeof(struct frame_plain), ROLE_BIT(ROLE_KEEPER), on_ask_children },
};

static int
on_frame(sd_event_source *source, int fd, uint32_t events, void *context)
{
	struct child *child = context;
	union frame frame;
	enum status status = channel_receive(fd, &frame);

	(void)source;
	(void)events;
	if (status == STATUS_OK)
		status = channel_dispatch(
		    rules, sizeof(rules) / sizeof(rules[0]), child->role, &frame, child);
	if (status == STATUS_INVALID)
		log_write(LOG_LEVEL_WARNING, "frame=dropped peer=%s instance=%u",
		    word_text(role_words, (int)child->role), child->instance);
	return 0;
}

/* ---- making ---- */

static enum status
add_child(struct children *children, const struct users *users, enum role role,
    unsigned instance, struct error *err)
{
	struct child *child = &children->list[children->count++];
	struct spawn spawn;
	enum status status;

	child->all = children;
	child->role = role;
	child->instance = instance;
	child->user = users->of_role[role];
	spawn_init(&spawn, children->directory, child_program(child));
	status = spawn_check(&spawn, err);
	if (status == STATUS_OK)
		status = channel_pair(child->channel, err);
	if (status != STATUS_OK)
		return status;
	if (sd_event_add_io(children->event, &child->channel_source,
	        child->channel[END_OF_SUPERVISOR], EPOLLIN, on_frame, child) < 0)
		return error_set(err, STATUS_SYSTEM, "cannot watch the channel of %s",
		    child_program(child));
	return STATUS_OK;
}

enum status
children_init(struct children *children, const struct users *users, struct error *err)
{
	enum status status;

	status = add_child(children, users, ROLE_KEEPER, 0, err);
	if (status == STATUS_OK)
		status = add_child(children, users, ROLE_VAULT, 0, err);
	if (status == STATUS_OK)
		status = add_child(children, users, ROLE_DNS, 0, err);
	for (unsigned i = 0; i < children->plumbing->milter_count && status == STATUS_OK; i++)
		status = add_child(children, users, ROLE_MILTER, i, err);
	return status;
}

enum status
children_start(struct children *children, bool has_views, struct error *err)
{
	enum status status = STATUS_OK;

	for (unsigned i = 0; i < children->count && status == STATUS_OK; i++) {
		struct child *child = &children->list[i];

		child->follows_keeper = !has_views && child->role != ROLE_KEEPER;
		if (!child->follows_keeper)
			status = start_child(child, err);
	}
	return status;
}
