/* SPDX-License-Identifier: ISC */
/*
 * signetd-dns: asks resolvers and name servers, and judges what they answer.
 *
 * Security: its one secret is the key that updates of the provider zone are
 * signed with. It holds no store, reads no mail, opens no file after its start.
 * It makes connections over IPv4 and IPv6 only; by TCP only to port 53 and the
 * ports of the configured servers. What anybody puts into DNS is
 * parsed here, behind walls, and leaves as frames of fixed size.
 * Protocol: docs/frames.md.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <unistd.h>

#include "dns/serve.h"
#include "dns/successor.h"
#include "process/clock.h"
#include "process/log.h"
#include "process/pulse.h"
#include "process/role_line.h"
#include "process/role_start.h"
#include "process/threads.h"

#define STACK_BYTES ((size_t)512 * 1024)

static uint16_t
port_of(const struct server *server)
{
	/* sin_port and sin6_port lie at the same place */
	return ntohs(((const struct sockaddr_in *)&server->address)->sin_port);
}

static enum status
confine(const struct role_start *start, const struct serve *serve, struct error *err)
{
	uint16_t ports[RESOLVERS_MAX + 2] = { SERVER_PORT };
	size_t count = 1;
	struct wall wall = { .syscall_groups = SYSCALLS_COMMON | SYSCALLS_CONNECT };

	for (unsigned i = 0; i < serve->resolvers.count; i++)
		ports[count++] = port_of(&serve->resolvers.servers[i]);
	if (serve->provider.has_server)
		ports[count++] = port_of(&serve->provider.server);
	wall.allowed.tcp_ports = ports;
	wall.allowed.tcp_port_count = count;
	return role_confine(start, &wall, err);
}

static enum status
read_settings(const struct role_start *start, struct serve *serve, struct error *err)
{
	int key_fd = inherit_optional_fd(&start->inherit, "tsig");
	struct settings *settings = NULL;
	enum status status = settings_from_memfd(start->settings_fd, &settings, err);

	if (status == STATUS_OK) {
		resolvers_read(settings, &serve->resolvers);
		status = provider_read(settings, key_fd, &serve->provider, err);
	}
	if (key_fd >= 0)
		(void)close(key_fd);
	settings_free(&settings);
	return status;
}

/* ---- what the supervisor says ---- */

struct hearing {
	struct successor successor;
	struct serve *serve;
	int passed_fd; /* beside the frame that is being handled, or -1 */
};

static void
on_settings_key(void *context, const union frame *frame)
{
	struct hearing *hearing = context;

	successor_take_key(
	    &hearing->successor, (const struct frame_settings *)frame, &hearing->passed_fd);
}

static void
on_settings(void *context, const union frame *frame)
{
	struct hearing *hearing = context;

	successor_prepare(
	    &hearing->successor, (const struct frame_settings *)frame, hearing->passed_fd);
}

static void
on_swap(void *context, const union frame *frame)
{
	const struct hearing *hearing = context;

	successor_swap(&hearing->successor, (const struct frame_settings *)frame);
}

/* The answer is theirs who ask name servers, given by the thread that does nothing else. */
static void
on_ping(void *context, const union frame *frame)
{
	const struct hearing *hearing = context;

	/* each frame has a bound of its own: one thread that hangs is enough */
	if (!work_is_stuck(&hearing->serve->work, clock_monotonic_ms(), SERVE_FRAME_MS))
		pulse_answer(hearing->successor.supervisor_fd, frame);
}

static const struct frame_rule rules[] = {
	{ FRAME_DRAIN, sizeof(struct frame_plain), ROLE_BIT(ROLE_SUPERVISOR), role_line_on_drain },
	{ FRAME_PING, sizeof(struct frame_plain), ROLE_BIT(ROLE_SUPERVISOR), on_ping },
	/* the keeper asks again what it misses an answer to */
	{ FRAME_PEER, sizeof(struct frame_peer), ROLE_BIT(ROLE_SUPERVISOR), role_line_on_peer },
	{ FRAME_SETTINGS_KEY, sizeof(struct frame_settings), ROLE_BIT(ROLE_SUPERVISOR), on_settings_key },
	{ FRAME_SETTINGS, sizeof(struct frame_settings), ROLE_BIT(ROLE_SUPERVISOR), on_settings },
	{ FRAME_SETTINGS_SWAP, sizeof(struct frame_settings), ROLE_BIT(ROLE_SUPERVISOR), on_swap },
};

static _Noreturn void
listen_to_supervisor(const struct role_start *start, struct serve *serve)
{
	int fd = start->supervisor_fd;
	struct hearing hearing = {
		.successor = { .supervisor_fd = fd, .epoch = start->epoch, .key_fd = -1 },
		.serve = serve,
		.passed_fd = -1,
	};
	const struct role_line line = {
		.fd = fd,
		.epoch = start->epoch,
		.rules = rules,
		.rule_count = sizeof(rules) / sizeof(rules[0]),
		.context = &hearing,
		.passed_fd = &hearing.passed_fd,
	};
	struct pollfd readable = { .fd = fd, .events = POLLIN };
	enum status status = STATUS_OK;

	while (status != STATUS_NOT_FOUND) {
		status = role_line_hear(&line);
		if (status == STATUS_UNAVAILABLE)
			(void)poll(&readable, 1, -1);
	}
	role_line_end();
}

int
main(int argc, char **argv)
{
	static struct serve serve = { .updates = TURNS_INITIALIZER };
	struct role_start start;
	struct error err = { "" };
	enum status status;

	status = role_begin(ROLE_DNS, "signetd-dns", argc, argv, &start, &err);
	if (status == STATUS_OK)
		status = inherit_fd(&start.inherit, "keeper", &serve.keeper_fd, &err);
	if (status == STATUS_OK)
		status = role_drop_user(&start, &err);
	if (status == STATUS_OK)
		status = read_settings(&start, &serve, &err);
	if (status == STATUS_OK)
		status = confine(&start, &serve, &err);
	if (status != STATUS_OK)
		role_fail(status, &err);

	threads_set_stack(STACK_BYTES);
	status = log_start_writer(LOG_LINES_MANY, &err);
	if (status == STATUS_OK)
		status = serve_start(&serve, &err);
	if (status == STATUS_OK)
		status = role_ready(&start, &err);
	if (status != STATUS_OK)
		role_fail(status, &err);
	listen_to_supervisor(&start, &serve);
}
