/* SPDX-License-Identifier: ISC */
#include "milter/watch.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "ipc/channel.h"
#include "milter/message.h"
#include "process/clock.h"
#include "process/log.h"
#include "process/pulse.h"

#define DRAIN_STEP_NS 10000000 /* 10 ms */

/*
 * libmilter drains nothing: new connections are kept out by putting a socket
 * that gets none over ours (siblings take them), then open messages are
 * waited for, within bounds.
 */
static _Noreturn void
drain(const struct watch *watch)
{
	static const struct timespec step = { .tv_nsec = DRAIN_STEP_NS };
	int64_t deadline_ms = clock_monotonic_ms() + watch->drain_timeout_ms;

	if (dup3(watch->room.private_fd, watch->room.listen_fd, O_CLOEXEC) < 0)
		log_write(LOG_LEVEL_ERROR, "cannot stop taking connections");
	while (message_count_open() > 0 && clock_monotonic_ms() < deadline_ms)
		(void)nanosleep(&step, NULL);
	if (message_count_open() > 0)
		log_write(LOG_LEVEL_WARNING, "stopping with open messages=%u: drain_timeout is over",
		    message_count_open());
	log_close();
	_exit(EXIT_SUCCESS);
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
on_ping(void *context, const union frame *frame)
{
	const struct watch *watch = context;

	if (!work_is_stuck(watch->work, clock_monotonic_ms(), watch->callback_ms))
		pulse_answer(watch->supervisor_fd, frame);
}

static const struct frame_rule rules[] = {
	{ FRAME_PEER, sizeof(struct frame_peer), ROLE_BIT(ROLE_SUPERVISOR), on_peer },
	{ FRAME_PING, sizeof(struct frame_plain), ROLE_BIT(ROLE_SUPERVISOR), on_ping },
	{ FRAME_DRAIN, sizeof(struct frame_plain), ROLE_BIT(ROLE_SUPERVISOR), on_drain },
};

static void *
thread_main(void *arg)
{
	struct watch *watch = arg;
	struct pollfd readable = { .fd = watch->supervisor_fd, .events = POLLIN };
	union frame frame;

	for (;;) {
		enum status status = channel_receive(watch->supervisor_fd, &frame);

		if (status == STATUS_OK)
			status = channel_dispatch(
			    rules, sizeof(rules) / sizeof(rules[0]), ROLE_SUPERVISOR, &frame, watch);
		if (status == STATUS_INVALID)
			log_write(LOG_LEVEL_WARNING, "frame=dropped type=%u peer=supervisor",
			    frame.head.type);
		else if (status == STATUS_NOT_FOUND || status == STATUS_SYSTEM)
			drain(watch);
		else if (status == STATUS_UNAVAILABLE && poll(&readable, 1, ROOM_LOOK_MS) == 0)
			room_look(&watch->room);
	}
	return NULL;
}

enum status
watch_start(struct watch *watch, struct error *err)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, thread_main, watch) != 0)
		return error_set(err, STATUS_SYSTEM, "cannot start the supervisor's thread");
	(void)pthread_detach(thread);
	return STATUS_OK;
}
