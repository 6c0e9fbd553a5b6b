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
#include "http/server.h"
#include "process/log.h"
#include "process/pulse.h"
#include "process/role_line.h"
#include "process/role_start.h"
#include "process/settings_answer.h"

static const struct wall wall = {
	.syscall_groups = SYSCALLS_COMMON | SYSCALLS_ACCEPT | SYSCALLS_RELIST,
};

/* ---- what the supervisor says ---- */

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
	/* what is being told is told again to who asks again */
	{ FRAME_DRAIN, sizeof(struct frame_plain), ROLE_BIT(ROLE_SUPERVISOR), role_line_on_drain },
	/* pages are the same in every life */
	{ FRAME_PEER, sizeof(struct frame_peer), ROLE_BIT(ROLE_SUPERVISOR), role_line_on_peer },
	{ FRAME_PING, sizeof(struct frame_plain), ROLE_BIT(ROLE_SUPERVISOR), on_ping },
	{ FRAME_SETTINGS, sizeof(struct frame_settings), ROLE_BIT(ROLE_SUPERVISOR), on_settings },
	{ FRAME_SETTINGS_SWAP, sizeof(struct frame_settings), ROLE_BIT(ROLE_SUPERVISOR), on_settings },
};

/* Returns when the server fails. */
static enum status
serve(struct server *server, struct role_start *start, struct error *err)
{
	const struct role_line line = {
		.fd = start->supervisor_fd,
		.epoch = start->epoch,
		.rules = rules,
		.rule_count = sizeof(rules) / sizeof(rules[0]),
		.context = start,
	};
	enum status status = STATUS_OK;

	while (status == STATUS_OK) {
		status = server_run(server, start->supervisor_fd, err);
		if (status == STATUS_OK && role_line_hear(&line) == STATUS_NOT_FOUND)
			role_line_end();
	}
	return status;
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
		status = log_start_writer(LOG_LINES_MANY, &err);
	if (status == STATUS_OK)
		status = role_ready(&start, &err);
	if (status == STATUS_OK)
		status = serve(server, &start, &err);
	role_fail(status, &err);
}
