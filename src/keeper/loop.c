/* SPDX-License-Identifier: ISC */
#include "keeper/loop.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>

#include "keeper/inventory.h"
#include "keeper/methods/methods.h"
#include "keeper/publisher.h"
#include "keeper/resealer.h"
#include "keeper/rotator.h"
#include "keeper/vault_line.h"
#include "process/clock.h"
#include "process/log.h"
#include "process/pulse.h"

#define USEC_PER_MS 1000U
#define ACCURACY_USEC 1000U /* sd-event's own, 250 ms, would be felt */
#define PATIENCE_MS 3000     /* for the vault's first answer, before being ready without it */
#define DRAIN_MS 4000        /* for calls under way */
#define DRAIN_LOOK_MS 50

static enum status
event_error(int r, const char *what, struct error *err)
{
	if (r >= 0)
		return STATUS_OK;
	errno = -r;
	return error_set_errno(err, "%s", what);
}

static void
stop(struct loop *loop, int exit_status)
{
	(void)sd_event_exit(loop->keeper->event, exit_status);
}

static void
be_patient(struct loop *loop, uint64_t delay_ms)
{
	int r = sd_event_source_set_time_relative(loop->patience, delay_ms * USEC_PER_MS);

	if (r >= 0)
		r = sd_event_source_set_enabled(loop->patience, SD_EVENT_ONESHOT);
	if (r < 0)
		stop(loop, EXIT_FAILURE);
}

/* ---- beginning ---- */

static enum status
open_server(struct loop *loop, struct error *err)
{
	struct keeper *keeper = loop->keeper;
	struct server_options options = {
		.event = keeper->event,
		.listening_fd = loop->control_fd,
		.own_uid = keeper->own_uid,
		.handlers = { methods_take_message, methods_forget, keeper },
	};

	return server_new(&options, &keeper->server, err);
}

static void
get_ready(struct loop *loop)
{
	struct error err;
	enum status status;

	if (loop->is_ready || loop->keeper->is_draining)
		return;
	loop->is_ready = true;
	status = open_server(loop, &err);
	if (status == STATUS_OK)
		status = publisher_new(loop->keeper, &loop->keeper->publisher, &err);
	if (status == STATUS_OK)
		status = rotator_new(loop->keeper, &loop->keeper->rotator, &err);
	if (status == STATUS_OK)
		status = resealer_new(loop->keeper, &loop->keeper->resealer, &err);
	if (status == STATUS_OK)
		status = inventory_new(loop->keeper, &loop->keeper->inventory, &err);
	if (status == STATUS_OK)
		status = role_ready(loop->start, &err);
	if (status == STATUS_OK)
		return;
	log_write(LOG_LEVEL_ERROR, "%s", err.text);
	stop(loop, status == STATUS_REFUSED ? EXIT_CONFIG : EXIT_FAILURE);
}

/* A rekey may have begun by it. */
static void
meet_master(struct loop *loop)
{
	loop->keeper->has_met_master = true;
	get_ready(loop);
	if (loop->keeper->resealer != NULL)
		resealer_wake(loop->keeper->resealer);
}

static void on_checked(void *context, enum status status, const union frame *frame);

static enum status
ask_master(struct loop *loop)
{
	struct keeper *keeper = loop->keeper;
	enum status status =
	    vault_line_check(keeper->vault, clock_monotonic_ms(), on_checked, loop);

	keeper_watch_deadlines(keeper);
	return status;
}

/* A vault that is long in coming is asked until it has said it: a rekey waits for that. */
static void
ask_master_again(struct loop *loop)
{
	log_write(LOG_LEVEL_WARNING, "the vault did not say which master key it holds");
	if (!loop->keeper->is_draining && ask_master(loop) != STATUS_OK)
		stop(loop, EXIT_FAILURE);
}

static void
on_checked(void *context, enum status status, const union frame *frame)
{
	struct loop *loop = context;
	struct error err = { "" };

	if (status != STATUS_OK) {
		ask_master_again(loop);
		return;
	}
	status = vault_line_take_checked(frame, loop->keeper->store, clock_wall_s(), &err);
	if (status == STATUS_OK) {
		meet_master(loop);
		return;
	}
	log_write(LOG_LEVEL_ERROR, "%s", err.text);
	if (status == STATUS_REFUSED)
		stop(loop, EXIT_CONFIG);
}

/* ---- ending ---- */

static void
drain(struct loop *loop)
{
	struct keeper *keeper = loop->keeper;

	if (keeper->is_draining)
		return;
	keeper->is_draining = true;
	loop->drain_until_ms = clock_monotonic_ms() + DRAIN_MS;
	if (keeper->server != NULL)
		server_stop(keeper->server);
	be_patient(loop, 0);
}

static int
on_patience_end(sd_event_source *source, uint64_t at, void *context)
{
	struct loop *loop = context;
	const struct server *server = loop->keeper->server;

	(void)source;
	(void)at;
	if (!loop->keeper->is_draining)
		get_ready(loop);
	else if (server != NULL && server_is_busy(server) &&
	    clock_monotonic_ms() < loop->drain_until_ms)
		be_patient(loop, DRAIN_LOOK_MS);
	else
		stop(loop, EXIT_SUCCESS);
	return 0;
}

/* ---- what the supervisor says ---- */

/* The slots of a reader that died are in the way of the space it had looked at. */
static void
reap_readers(struct keeper *keeper, enum publish_view which)
{
	struct error err;
	unsigned count;
	enum status status;

	keeper_tell_view_wait(keeper, which, true);
	status = view_reap_readers(
	    which == PUBLISH_TABLE ? keeper->table : keeper->keyring, &count, &err);
	keeper_tell_view_wait(keeper, which, false);
	if (status != STATUS_OK)
		log_write(LOG_LEVEL_WARNING, "event=reap-readers error=\"%s\"", err.text);
}

static void
on_peer(void *context, const union frame *frame)
{
	struct loop *loop = context;
	struct frame_peer peer;

	memcpy(&peer, frame, sizeof(peer));
	if (peer.role == ROLE_MILTER)
		reap_readers(loop->keeper, PUBLISH_TABLE);
	if (peer.role == ROLE_DNS)
		line_peer_restarted(loop->keeper->dns);
	if (peer.role != ROLE_VAULT)
		return;
	reap_readers(loop->keeper, PUBLISH_KEYRING);
	line_peer_restarted(loop->keeper->vault);
}

static void
on_drain(void *context, const union frame *frame)
{
	struct loop *loop = context;

	if (frame->head.epoch == loop->keeper->epoch)
		drain(loop);
}

static void
on_settings(void *context, const union frame *frame)
{
	struct loop *loop = context;

	successor_prepare(&loop->successor, loop->keeper, (const struct frame_settings *)frame,
	    loop->passed_fd);
}

static void
on_swap(void *context, const union frame *frame)
{
	struct loop *loop = context;

	successor_swap(&loop->successor, loop->keeper, (const struct frame_settings *)frame);
}

/* The one thread that does everything. */
static void
on_ping(void *context, const union frame *frame)
{
	const struct loop *loop = context;

	pulse_answer(loop->keeper->supervisor_fd, frame);
}

const struct frame_rule loop_rules[] = {
	{ FRAME_PEER, sizeof(struct frame_peer), ROLE_BIT(ROLE_SUPERVISOR), on_peer },
	{ FRAME_DRAIN, sizeof(struct frame_plain), ROLE_BIT(ROLE_SUPERVISOR), on_drain },
	{ FRAME_SETTINGS, sizeof(struct frame_settings), ROLE_BIT(ROLE_SUPERVISOR), on_settings },
	{ FRAME_SETTINGS_SWAP, sizeof(struct frame_settings), ROLE_BIT(ROLE_SUPERVISOR), on_swap },
	{ FRAME_PING, sizeof(struct frame_plain), ROLE_BIT(ROLE_SUPERVISOR), on_ping },
};
const size_t loop_rule_count = sizeof(loop_rules) / sizeof(loop_rules[0]);

static struct line *
line_of(const struct loop *loop, int fd)
{
	if (fd == loop->vault_fd)
		return loop->keeper->vault;
	return fd == loop->dns_fd ? loop->keeper->dns : loop->keeper->supervisor;
}

/* End-of-file: the supervisor is gone, and everybody goes. */
static int
on_line(sd_event_source *source, int fd, uint32_t events, void *context)
{
	struct loop *loop = context;

	(void)events;
	if (line_receive(line_of(loop, fd)) != STATUS_OK) {
		(void)sd_event_source_set_enabled(source, SD_EVENT_OFF);
		drain(loop);
	}
	return 0;
}

/* ---- */

static enum status
add_sources(struct loop *loop, struct error *err)
{
	sd_event *event = loop->keeper->event;
	int r = sd_event_add_io(event, &loop->supervisor_io, loop->start->supervisor_fd, EPOLLIN,
	    on_line, loop);

	if (r >= 0)
		r = sd_event_add_io(event, &loop->vault_io, loop->vault_fd, EPOLLIN, on_line, loop);
	if (r >= 0)
		r = sd_event_add_io(event, &loop->dns_io, loop->dns_fd, EPOLLIN, on_line, loop);
	if (r >= 0)
		r = sd_event_add_time_relative(event, &loop->patience, CLOCK_MONOTONIC,
		    loop->awaits_vault ? PATIENCE_MS * USEC_PER_MS : 0, ACCURACY_USEC, on_patience_end, loop);
	return event_error(r, "cannot set up the event loop", err);
}

static void
remove_sources(struct loop *loop)
{
	sd_event_source_disable_unref(loop->supervisor_io);
	sd_event_source_disable_unref(loop->vault_io);
	sd_event_source_disable_unref(loop->dns_io);
	sd_event_source_disable_unref(loop->patience);
}

enum status
loop_run(struct loop *loop, int *ret_exit_status, struct error *err)
{
	struct keeper *keeper = loop->keeper;
	enum status status = add_sources(loop, err);

	if (status == STATUS_OK)
		status = ask_master(loop);
	if (status == STATUS_OK) {
		int r = sd_event_loop(keeper->event);

		status = event_error(r, "the event loop ended", err);
		if (r >= 0)
			*ret_exit_status = r;
	}
	remove_sources(loop);
	return status;
}
