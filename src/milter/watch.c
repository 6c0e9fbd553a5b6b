/* SPDX-License-Identifier: ISC */
#include "milter/watch.h"

#include <poll.h>
#include <pthread.h>
#include <time.h>
#include <unistd.h>

#include "milter/message.h"
#include "process/clock.h"
#include "process/log.h"
#include "process/pulse.h"
#include "process/role_line.h"

#define DRAIN_STEP_NS 10000000 /* 10 ms */

/* libmilter writes the reply to a message when its end is over for us: so long that may take. */
#define REPLY_MS 100

/* Waits until none of its messages was open for a while; false when the deadline comes first. */
static bool
await_messages(int64_t deadline_ms)
{
	static const struct timespec step = { .tv_nsec = DRAIN_STEP_NS };
	int64_t now_ms = clock_monotonic_ms();
	int64_t quiet_from_ms = now_ms;

	while (now_ms - quiet_from_ms < REPLY_MS) {
		(void)nanosleep(&step, NULL);
		now_ms = clock_monotonic_ms();
		if (message_count_awaited() > 0)
			quiet_from_ms = now_ms;
		if (now_ms >= deadline_ms)
			return message_count_awaited() == 0;
	}
	return true;
}

/*
 * libmilter drains nothing: new connections are kept out by putting a socket
 * that gets none over ours (siblings take them), then the messages that are
 * open now are waited for, within bounds. Those that begin later on an open
 * connection are not: where mail never pauses the end would never come. They
 * are signed if they are in time.
 */
static _Noreturn void
drain(const struct watch *watch)
{
	const struct options *options = shelf_hold(watch->successor.shelf);
	int64_t deadline_ms = clock_monotonic_ms() + options->drain_timeout_ms;

	(void)room_shut(watch->room);
	message_last_call();
	if (!await_messages(deadline_ms))
		log_write(LOG_LEVEL_WARNING, "stopping with open messages=%u: drain_timeout is over",
		    message_count_awaited());
	role_line_end();
}

static void
on_peer(void *context, const union frame *frame)
{
	const struct frame_peer *peer = (const struct frame_peer *)frame;
	const struct watch *watch = context;

	if (peer->role == ROLE_VAULT)
		ask_repeat(watch->ask);
}

static void
on_drain(void *context, const union frame *frame)
{
	(void)frame;
	drain(context);
}

static void
on_settings(void *context, const union frame *frame)
{
	struct watch *watch = context;

	successor_prepare(
	    &watch->successor, (const struct frame_settings *)frame, watch->passed_fd);
}

static void
on_swap(void *context, const union frame *frame)
{
	struct watch *watch = context;

	successor_swap(&watch->successor, (const struct frame_settings *)frame);
}

#define CALLBACK_MARGIN_MS 10000 /* beside waiting for the vault, on a loaded machine */

/*
 * The vault may be asked twice (milter/signing.c). No callback takes longer, nor
 * did one that began with options of before.
 */
static int
callback_ms(struct watch *watch)
{
	struct options *options = shelf_hold(watch->successor.shelf);
	int present = 2 * options->vault_timeout_ms + CALLBACK_MARGIN_MS;

	shelf_release(&options);
	if (present > watch->callback_ms)
		watch->callback_ms = present;
	return watch->callback_ms;
}

static void
on_ping(void *context, const union frame *frame)
{
	static struct log_often stuck = { .kind = "a message has not ended in time" };
	struct watch *watch = context;
	int bound_ms = callback_ms(watch);

	if (!work_is_stuck(watch->work, clock_monotonic_ms(), bound_ms))
		pulse_answer(watch->supervisor_fd, frame);
	else
		log_write_often(&stuck, LOG_LEVEL_ERROR,
		    "a thread has been at a step of one message for more than %d s", bound_ms / 1000);
}

static const struct frame_rule rules[] = {
	{ FRAME_PEER, sizeof(struct frame_peer), ROLE_BIT(ROLE_SUPERVISOR), on_peer },
	{ FRAME_PING, sizeof(struct frame_plain), ROLE_BIT(ROLE_SUPERVISOR), on_ping },
	{ FRAME_DRAIN, sizeof(struct frame_plain), ROLE_BIT(ROLE_SUPERVISOR), on_drain },
	{ FRAME_SETTINGS, sizeof(struct frame_settings), ROLE_BIT(ROLE_SUPERVISOR), on_settings },
	{ FRAME_SETTINGS_SWAP, sizeof(struct frame_settings), ROLE_BIT(ROLE_SUPERVISOR), on_swap },
};

static void *
thread_main(void *arg)
{
	struct watch *watch = arg;
	const struct role_line line = {
		.fd = watch->supervisor_fd,
		.epoch = watch->successor.epoch,
		.rules = rules,
		.rule_count = sizeof(rules) / sizeof(rules[0]),
		.context = watch,
		.passed_fd = &watch->passed_fd,
	};
	struct pollfd readable = { .fd = watch->supervisor_fd, .events = POLLIN };

	for (;;) {
		enum status status = role_line_hear(&line);

		if (status == STATUS_NOT_FOUND)
			drain(watch);
		else if (status == STATUS_UNAVAILABLE)
			(void)poll(&readable, 1, ROOM_LOOK_MS);
		room_look(watch->room);
	}
	return NULL;
}

enum status
watch_start(struct watch *watch, struct error *err)
{
	pthread_t thread;

	watch->passed_fd = -1;
	if (pthread_create(&thread, NULL, thread_main, watch) != 0)
		return error_set(err, STATUS_SYSTEM, "cannot start the supervisor's thread");
	(void)pthread_detach(thread);
	return STATUS_OK;
}
