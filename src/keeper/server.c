/* SPDX-License-Identifier: ISC */
#include "keeper/server.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "process/log.h"

/* When descriptors run out, accept() fails at once again: wait instead of spinning. */
#define PAUSE_USEC 500000U

struct server {
	struct server_options options;
	sd_event_source *io;
	sd_event_source *pause;
	uint64_t refused;
	struct connection *connections[SERVER_CONNECTIONS_MAX];
};

static bool
may_change(const struct peer *peer)
{
	return (peer->rights & PEER_CHANGE) != 0;
}

/* Is there a place for one more of this peer? */
static bool
has_place(const struct server *server, const struct peer *peer)
{
	size_t readers = 0, total = 0, same = 0;

	for (size_t i = 0; i < SERVER_CONNECTIONS_MAX; i++) {
		const struct peer *other;

		if (server->connections[i] == NULL)
			continue;
		other = connection_peer(server->connections[i]);
		total++;
		readers += may_change(other) ? 0 : 1;
		same += other->uid == peer->uid ? 1 : 0;
	}
	if (may_change(peer))
		return total < SERVER_CONNECTIONS_MAX;
	return readers < SERVER_CONNECTIONS_MAX - SERVER_RESERVED && same < SERVER_PER_UID_MAX &&
	    total < SERVER_CONNECTIONS_MAX;
}

static void
forget(struct server *server, const struct connection *connection)
{
	for (size_t i = 0; i < SERVER_CONNECTIONS_MAX; i++) {
		if (server->connections[i] == connection)
			server->connections[i] = NULL;
	}
}

static void
on_message(void *context, struct connection *connection, struct slice message)
{
	const struct server *server = context;

	server->options.handlers.message(server->options.handlers.context, connection, message);
}

static void
on_closed(void *context, struct connection *connection)
{
	struct server *server = context;

	forget(server, connection);
	server->options.handlers.closed(server->options.handlers.context, connection);
}

static enum status
add_connection(struct server *server, int fd, const struct peer *peer)
{
	struct connection_handlers handlers = { on_message, on_closed, server };
	size_t i = 0;

	while (server->connections[i] != NULL)
		i++;
	return connection_new(
	    server->options.event, fd, peer, &handlers, &server->connections[i]);
}

static void
take(struct server *server, int fd)
{
	struct peer peer;

	if (peer_of_socket(fd, server->options.own_uid, &peer, NULL) == STATUS_OK &&
	    has_place(server, &peer) && add_connection(server, fd, &peer) == STATUS_OK)
		return;
	server->refused++;
	close(fd);
}

static void
pause_accepting(struct server *server)
{
	static struct log_often pauses = { .kind = "control=waiting" };

	log_write_often(&pauses, LOG_LEVEL_WARNING, "control=waiting: error=\"%s\" (LimitNOFILE, ulimit -n)",
	    strerrordesc_np(errno));
	if (sd_event_source_set_time_relative(server->pause, PAUSE_USEC) < 0 ||
	    sd_event_source_set_enabled(server->pause, SD_EVENT_ONESHOT) < 0)
		return;
	(void)sd_event_source_set_enabled(server->io, SD_EVENT_OFF);
}

static int
on_listening(sd_event_source *source, int fd, uint32_t events, void *context)
{
	int peer_fd = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	(void)source;
	(void)events;
	if (peer_fd >= 0)
		take(context, peer_fd);
	else if (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS)
		pause_accepting(context);
	return 0;
}

static int
on_pause_end(sd_event_source *source, uint64_t at, void *context)
{
	struct server *server = context;

	(void)source;
	(void)at;
	(void)sd_event_source_set_enabled(server->io, SD_EVENT_ON);
	return 0;
}

static enum status
add_sources(struct server *server, struct error *err)
{
	const struct server_options *options = &server->options;
	int r = sd_event_add_io(
	    options->event, &server->io, options->listening_fd, EPOLLIN, on_listening, server);

	if (r >= 0)
		r = sd_event_add_time_relative(options->event, &server->pause, CLOCK_MONOTONIC,
		    PAUSE_USEC, 0, on_pause_end, server);
	if (r >= 0)
		r = sd_event_source_set_enabled(server->pause, SD_EVENT_OFF);
	if (r >= 0)
		return STATUS_OK;
	errno = -r;
	return error_set_errno(err, "cannot watch the control socket");
}

enum status
server_new(const struct server_options *options, struct server **ret_server, struct error *err)
{
	struct server *server = calloc(1, sizeof(*server));
	enum status status;

	if (server == NULL)
		return error_set(err, STATUS_NO_MEMORY, "out of memory");
	server->options = *options;
	status = add_sources(server, err);
	if (status == STATUS_OK)
		*ret_server = server;
	else
		server_free(&server);
	return status;
}

void
server_free(struct server **server)
{
	struct server *s = *server;

	if (s == NULL)
		return;
	for (size_t i = 0; i < SERVER_CONNECTIONS_MAX; i++) {
		if (s->connections[i] == NULL)
			continue;
		s->options.handlers.closed(s->options.handlers.context, s->connections[i]);
		connection_free(&s->connections[i]);
	}
	sd_event_source_disable_unref(s->io);
	sd_event_source_disable_unref(s->pause);
	free(s);
	*server = NULL;
}

void
server_stop(struct server *server)
{
	(void)sd_event_source_set_enabled(server->io, SD_EVENT_OFF);
	(void)sd_event_source_set_enabled(server->pause, SD_EVENT_OFF);
}

bool
server_is_busy(const struct server *server)
{
	for (size_t i = 0; i < SERVER_CONNECTIONS_MAX; i++) {
		if (server->connections[i] != NULL && connection_call(server->connections[i]) != NULL)
			return true;
	}
	return false;
}

uint64_t
server_refused(const struct server *server)
{
	return server->refused;
}
