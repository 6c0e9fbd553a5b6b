/* SPDX-License-Identifier: ISC */
#include "supervisor/children.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "process/clock.h"
#include "process/log.h"
#include "process/role_start.h"
#include "supervisor/flood.h"
#include "supervisor/hearing.h"
#include "supervisor/notify.h"
#include "supervisor/order.h"
#include "supervisor/pages.h"
#include "supervisor/stopping.h"

#define HOPELESS_STARTS 5

static int on_exit_of(sd_event_source *source, const siginfo_t *info, void *context);

/* ---- starting ---- */

/* What the keeper is to do with the views. */
static void
add_resets(struct spawn *spawn, const struct views *views)
{
	spawn_add_number(spawn, "table", views->resets[FRAME_VIEW_TABLE]);
	spawn_add_number(spawn, "keyring", views->resets[FRAME_VIEW_KEYRING]);
}

/* Nobody would ever hear of its end. */
static void
take_back(struct child *child)
{
	(void)kill(child->pid, SIGKILL);
	(void)waitpid(child->pid, NULL, 0);
	child->pid = 0;
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
	spawn_add_number(&spawn, "version", all->agreement.version);
	spawn_add_fd(&spawn, "supervisor", child->channel[END_OF_CHILD]);
	pages_give(child, &spawn);
	plumbing_give(all->plumbing, child->role, child->instance, &spawn);
	status = spawn_start(&spawn, &child->pid, err);
	if (status != STATUS_OK)
		return status;
	child->epoch++;
	child->is_ready = false;
	child->has_babbled = false;
	agreement_on_start(child);
	child->is_stuck = false;
	child->unanswered = 0;
	child->unready = 0;
	flood_forget(child);
	child->started_at_ms = clock_monotonic_ms();
	child->started_at_s = clock_wall_s();
	pages_count(all);
	if (sd_event_add_child(
	        all->event, &child->exit_source, child->pid, WEXITED, on_exit_of, child) >= 0)
		return STATUS_OK;
	take_back(child);
	return error_set(err, STATUS_SYSTEM, "cannot watch %s", child_program(child));
}

/* A start that was due when the stop began does not come any more. */
static void
start_or_stop_all(struct child *child)
{
	struct error err;

	if (child->all->phase >= CHILDREN_DRAINING_MILTERS)
		return;
	if (child->pid == 0 && start_child(child, &err) != STATUS_OK) {
		log_write(LOG_LEVEL_ERROR, "%s", err.text);
		stopping_begin(child->all, EXIT_FAILURE);
	}
}

static int
on_restart(sd_event_source *source, uint64_t usec, void *context)
{
	struct child *child = context;

	(void)source;
	(void)usec;
	child->restart_timer = sd_event_source_unref(child->restart_timer);
	start_or_stop_all(child);
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

void
children_start_one(struct child *child)
{
	int64_t wait_ms = child->may_start_at_ms - clock_monotonic_ms();

	if (wait_ms <= 0)
		start_or_stop_all(child);
	else
		children_set_timer(
		    child->all, &child->restart_timer, (unsigned)wait_ms, on_restart, child);
}

/* What it leaves unanswered is asked of its next life. */
void
children_end(struct child *child)
{
	struct frame_plain frame = { 0 };

	if (child->pid == 0 || child->is_ended)
		return;
	channel_head(&frame.head, FRAME_DRAIN, sizeof(frame), child->epoch, 0);
	child->is_ended = true;
	child->unanswered = 0;
	channel_offer(child->channel[END_OF_SUPERVISOR], &frame.head);
}

void
children_end_role(struct children *children, enum role role)
{
	for (unsigned i = 0; i < children->count; i++) {
		if (children->list[i].role == role)
			children_end(&children->list[i]);
	}
}

/* ---- watching ---- */

/* What a child that did not come to run cannot say itself. */
static const char *
explain_exit(const siginfo_t *info)
{
	if (info->si_code != CLD_EXITED)
		return "";
	switch (info->si_status) {
	case SPAWN_NO_DESCRIPTORS:
		return ": too few descriptors (LimitNOFILE, ulimit -n)";
	case SPAWN_NO_PROGRAM:
		return ": its program cannot be run: is signetd wholly installed?";
	default:
		return "";
	}
}

static void
log_exit(const struct child *child, const siginfo_t *info)
{
	enum log_level level = info->si_code == CLD_EXITED && info->si_status == 0
	    ? LOG_LEVEL_NOTICE
	    : LOG_LEVEL_ERROR;

	log_write(level, "child role=%s instance=%u pid=%d ended %s=%d lived_ms=%lld%s",
	    word_text(role_words, (int)child->role), child->instance, (int)info->si_pid,
	    info->si_code == CLD_EXITED ? "exit" : "signal", info->si_status,
	    (long long)(clock_monotonic_ms() - child->started_at_ms), explain_exit(info));
}

static bool
has_refused(const siginfo_t *info)
{
	return info->si_code == CLD_EXITED && info->si_status == EXIT_CONFIG;
}

/*
 * Before the daemon has ever served, what no restart mends ends it. A first
 * life counts as before: the keeper may hear of a wrong master key when the
 * others are ready already.
 */
static bool
is_hopeless(const struct child *child, const siginfo_t *info)
{
	if (has_refused(info) && child->epoch == 1)
		return true;
	return child->all->phase == CHILDREN_STARTING &&
	    (has_refused(info) || child->failures >= HOPELESS_STARTS);
}

static int
on_exit_of(sd_event_source *source, const siginfo_t *info, void *context)
{
	struct child *child = context;
	struct children *all = child->all;
	int64_t now_ms = clock_monotonic_ms();
	bool is_ended = child->is_ended;

	(void)source;
	child->may_start_at_ms = now_ms + child_restart_delay_ms(child, now_ms);
	child->exit_source = sd_event_source_unref(child->exit_source);
	child->pid = 0;
	log_exit(child, info);
	views_on_exit(all, child, info);
	child->is_ready = false;
	agreement_on_exit(child, is_ended);
	pages_count(all);
	if (all->phase >= CHILDREN_DRAINING_MILTERS)
		stopping_continue(all);
	else if (is_hopeless(child, info))
		stopping_begin(all, has_refused(info) ? EXIT_CONFIG : EXIT_FAILURE);
	else if (all->holds_keeper && (child->role == ROLE_KEEPER || child->follows_keeper))
		order_release_keeper(all);
	else if (child->pid == 0 && !child->follows_keeper)
		children_start_one(child);
	notify_children(all);
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
	if (status == STATUS_OK)
		status = pages_add(child, err);
	if (status != STATUS_OK)
		return status;
	if (sd_event_add_io(children->event, &child->channel_source,
	        child->channel[END_OF_SUPERVISOR], EPOLLIN, hearing_on_frame, child) < 0)
		return error_set(err, STATUS_SYSTEM, "cannot watch the channel of %s",
		    child_program(child));
	return STATUS_OK;
}

enum status
children_init(struct children *children, const struct users *users, struct error *err)
{
	enum status status;

	children->agreement.children = children;
	agreement_init(&children->agreement);
	status = pages_begin(children, clock_wall_s(), err);
	if (status == STATUS_OK)
		status = add_child(children, users, ROLE_KEEPER, 0, err);
	if (status == STATUS_OK)
		status = add_child(children, users, ROLE_VAULT, 0, err);
	if (status == STATUS_OK)
		status = add_child(children, users, ROLE_DNS, 0, err);
	for (unsigned i = 0; i < children->plumbing->milter_count && status == STATUS_OK; i++)
		status = add_child(children, users, ROLE_MILTER, i, err);
	if (status == STATUS_OK && children->plumbing->metrics.fd >= 0)
		status = add_child(children, users, ROLE_HTTP, 0, err);
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
