/* SPDX-License-Identifier: ISC */
/*
 * signetd-http: tells whoever asks how many of everything there were.
 *
 * Security: what it parses are the requests of those who may connect, by
 * default a group; what it knows are numbers, in pages it cannot write. It
 * holds no secret, makes no connection, opens no file after its start, and
 * says nothing to any other program of the house but that it is ready.
 * Protocols: HTTP/1.1, docs/metrics.md; docs/frames.md.
 */
#include <stdlib.h>
#include <unistd.h>

#include "http/server.h"
#include "ipc/channel.h"
#include "process/log.h"
#include "process/pulse.h"
#include "process/role_start.h"
#include "process/settings_answer.h"

static const struct wall wall = {
	.syscall_groups = SYSCALLS_COMMON | SYSCALLS_ACCEPT | SYSCALLS_RELIST,
};

/* ---- what the supervisor says ---- */

static _Noreturn void
end(void)
{
	log_close();
	_exit(EXIT_SUCCESS);
}

/* What is being told is told again to who asks again. */
static void
on_drain(void *context, const union frame *frame)
{
	const struct role_start *start = context;

	if (frame->head.epoch == start->epoch)
		end();
}

/* Pages are the same in every life. */
static void
on_peer(void *context, const union frame *frame)
{
	(void)context;
	(void)frame;
}

/* The one thread that does everything. */
static void
on_ping(void *context, const union frame *frame)
{
	const struct role_start *start = context;

	pulse_answer(start->supervisor_fd, frame);
}

/* What is ours of the settings takes a restart. */
static void
on_settings(void *context, const union frame *frame)
{
	const struct role_start *start = context;

	settings_answer(start->supervisor_fd, start->epoch, (const struct frame_settings *)frame,
	    STATUS_OK, NULL);
}

static const struct frame_rule rules[] = {
	{ FRAME_DRAIN, sizeof(struct frame_plain), ROLE_BIT(ROLE_SUPERVISOR), on_drain },
	{ FRAME_PEER, sizeof(struct frame_peer), ROLE_BIT(ROLE_SUPERVISOR), on_peer },
	{ FRAME_PING, sizeof(struct frame_plain), ROLE_BIT(ROLE_SUPERVISOR), on_ping },
	{ FRAME_SETTINGS, sizeof(struct frame_settings), ROLE_BIT(ROLE_SUPERVISOR), on_settings },
	{ FRAME_SETTINGS_SWAP, sizeof(struct frame_settings), ROLE_BIT(ROLE_SUPERVISOR), on_settings },
};

static void
hear_supervisor(struct role_start *start)
{
	union frame frame;
	enum status status = channel_receive(start->supervisor_fd, &frame);

	if (status == STATUS_OK)
		status = channel_dispatch(
		    rules, sizeof(rules) / sizeof(rules[0]), ROLE_SUPERVISOR, &frame, start);
	if (status == STATUS_INVALID)
		log_write(LOG_LEVEL_WARNING, "frame=dropped type=%u peer=supervisor", frame.head.type);
	else if (status == STATUS_NOT_FOUND || status == STATUS_SYSTEM)
		end();
}

int
main(int argc, char **argv)
{
	static struct pages pages;
	struct server *server = NULL;
	struct role_start start;
	struct error err = { "" };
	enum status status;
	int listen_fd;

	status = role_begin(ROLE_HTTP, "signetd-http", argc, argv, &start, &err);
	if (status == STATUS_OK)
		status = inherit_fd(&start.inherit, "listen", &listen_fd, &err);
	if (status == STATUS_OK)
		status = pages_take(&start.inherit, &pages, &err);
	if (status == STATUS_OK)
		status = role_drop_user(&start, &err);
	if (status == STATUS_OK)
		status = server_new(listen_fd, &pages, &server, &err);
	if (status == STATUS_OK)
		status = role_confine(&start, &wall, &err);
	if (status == STATUS_OK)
		status = log_start_writer(&err);
	if (status == STATUS_OK)
		status = role_ready(&start, &err);
	while (status == STATUS_OK) {
		status = server_run(server, start.supervisor_fd, &err);
		if (status == STATUS_OK)
			hear_supervisor(&start);
	}
	role_fail(status, &err);
}
