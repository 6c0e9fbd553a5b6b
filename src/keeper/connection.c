/* SPDX-License-Identifier: ISC */
#include "keeper/connection.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/passing.h"
#include "varlink/framer.h"

#define READ_SIZE 16384
#define USEC_PER_MS 1000U
#define TIMER_ACCURACY_USEC 250000U

struct connection {
	int fd;
	struct peer peer;
	struct connection_handlers handlers;
	struct framer framer;
	struct buf out;
	size_t sent;
	int passed;     /* a descriptor that came with what was read last; or -1 */
	bool is_timed;  /* the time for a call to arrive whole is running */
	bool is_closed; /* the peer is lost; freed at the next round of the loop */
	void *call;
	sd_event_source *io;
	sd_event_source *timer;
	sd_event_source *next;   /* the turn of a message that has been read already */
	sd_event_source *closer;
};

static int on_io(sd_event_source *source, int fd, uint32_t events, void *context);
static int on_timer(sd_event_source *source, uint64_t at, void *context);
static int on_next(sd_event_source *source, uint64_t at, void *context);
static int on_closer(sd_event_source *source, void *context);

/* Whoever is on the stack above us may still use the connection: closing waits for the loop. */
static void
close_soon(struct connection *connection)
{
	if (connection->is_closed)
		return;
	connection->is_closed = true;
	(void)sd_event_source_set_enabled(connection->io, SD_EVENT_OFF);
	(void)sd_event_source_set_enabled(connection->timer, SD_EVENT_OFF);
	(void)sd_event_source_set_enabled(connection->next, SD_EVENT_OFF);
	(void)sd_event_source_set_enabled(connection->closer, SD_EVENT_ONESHOT);
}

static void
set_timer(struct connection *connection, uint64_t timeout_ms)
{
	if (sd_event_source_set_time_relative(connection->timer, timeout_ms * USEC_PER_MS) < 0 ||
	    sd_event_source_set_enabled(connection->timer, SD_EVENT_ONESHOT) < 0)
		close_soon(connection);
}

static void
set_events(struct connection *connection, uint32_t events)
{
	if (sd_event_source_set_io_events(connection->io, events) < 0)
		close_soon(connection);
}

static enum status
add_sources(sd_event *event, struct connection *connection)
{
	if (sd_event_add_io(event, &connection->io, connection->fd, EPOLLIN, on_io, connection) < 0 ||
	    sd_event_add_time_relative(event, &connection->timer, CLOCK_MONOTONIC,
	        (uint64_t)CONNECTION_CALL_MS * USEC_PER_MS, TIMER_ACCURACY_USEC, on_timer,
	        connection) < 0 ||
	    sd_event_add_time(
	        event, &connection->next, CLOCK_MONOTONIC, 0, 1, on_next, connection) < 0 ||
	    sd_event_source_set_enabled(connection->next, SD_EVENT_OFF) < 0 ||
	    sd_event_add_defer(event, &connection->closer, on_closer, connection) < 0 ||
	    sd_event_source_set_enabled(connection->closer, SD_EVENT_OFF) < 0)
		return STATUS_SYSTEM;
	return STATUS_OK;
}

enum status
connection_new(sd_event *event, int fd, const struct peer *peer,
    const struct connection_handlers *handlers, struct connection **ret_connection)
{
	struct connection *connection = calloc(1, sizeof(*connection));

	if (connection == NULL)
		return STATUS_NO_MEMORY;
	connection->fd = -1;
	connection->passed = -1;
	connection->peer = *peer;
	connection->handlers = *handlers;
	framer_init(&connection->framer, CONNECTION_MESSAGE_MAX);
	buf_init(&connection->out, CONNECTION_ANSWER_MAX);
	connection->fd = fd;
	if (add_sources(event, connection) != STATUS_OK) {
		connection->fd = -1; /* stays the caller's */
		connection_free(&connection);
		return STATUS_SYSTEM;
	}
	*ret_connection = connection;
	return STATUS_OK;
}

void
connection_free(struct connection **connection)
{
	struct connection *c = *connection;

	if (c == NULL)
		return;
	sd_event_source_disable_unref(c->io);
	sd_event_source_disable_unref(c->timer);
	sd_event_source_disable_unref(c->next);
	sd_event_source_disable_unref(c->closer);
	if (c->fd >= 0)
		close(c->fd);
	passing_drop(&c->passed);
	framer_done(&c->framer);
	buf_done(&c->out);
	free(c);
	*connection = NULL;
}

static int
on_closer(sd_event_source *source, void *context)
{
	struct connection *connection = context;

	(void)source;
	connection->handlers.closed(connection->handlers.context, connection);
	connection_free(&connection);
	return 0;
}

static int
on_timer(sd_event_source *source, uint64_t at, void *context)
{
	(void)source;
	(void)at;
	close_soon(context);
	return 0;
}

/* The time for a whole call runs from its first octet, not from its last. */
static void
await_more(struct connection *connection)
{
	bool is_midway = framer_is_midway(&connection->framer);

	if (!is_midway)
		passing_drop(&connection->passed); /* the calls it can have come with are over */
	set_events(connection, EPOLLIN);
	if (!is_midway || !connection->is_timed)
		set_timer(connection, is_midway ? CONNECTION_CALL_MS : CONNECTION_IDLE_MS);
	connection->is_timed = is_midway;
}

/* Hands over the next message, if it is there. */
static void
deliver(struct connection *connection)
{
	struct slice message;
	enum status status = framer_next(&connection->framer, &message);

	if (status == STATUS_NOT_FOUND) {
		await_more(connection);
		return;
	}
	if (status != STATUS_OK) {
		close_soon(connection);
		return;
	}
	connection->is_timed = false;
	set_events(connection, 0); /* only a hang-up is of interest now */
	(void)sd_event_source_set_enabled(connection->timer, SD_EVENT_OFF);
	connection->handlers.message(connection->handlers.context, connection, message);
}

/*
 * By the event loop, so that a peer who sends many calls at once has no turn
 * more than others. A time that has come, because a defer source would be
 * dispatched before all that happens meanwhile.
 */
static int
on_next(sd_event_source *source, uint64_t at, void *context)
{
	(void)source;
	(void)at;
	deliver(context);
	return 0;
}

/* At most one is kept: not more than there are connections. */
static enum status
take_passed(struct connection *connection, struct msghdr *message)
{
	int passed = -1;
	enum status status = passing_take(message, &passed);

	if (status == STATUS_OK && passed >= 0 && connection->passed >= 0)
		status = STATUS_REFUSED;
	if (status == STATUS_OK && passed >= 0)
		connection->passed = passed;
	else
		passing_drop(&passed);
	return status;
}

/* Without room for it no descriptor is let in: those who may only read have none to pass. */
static ssize_t
receive_piece(struct connection *connection, struct iovec *piece)
{
	struct msghdr message = { .msg_iov = piece, .msg_iovlen = 1 };
	bool may_pass = (connection->peer.rights & PEER_CHANGE) != 0;
	union passing_room room;
	ssize_t got;

	if (may_pass)
		passing_make_room(&message, &room);
	got = recvmsg(connection->fd, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	if (got >= 0 && may_pass && take_passed(connection, &message) != STATUS_OK)
		return 0;
	return got;
}

static void
receive(struct connection *connection)
{
	char piece[READ_SIZE];
	struct iovec room = { .iov_base = piece, .iov_len = sizeof(piece) };
	ssize_t got = receive_piece(connection, &room);

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got <= 0 ||
	    framer_push(&connection->framer, slice_of(piece, (size_t)got)) != STATUS_OK) {
		close_soon(connection);
		return;
	}
	deliver(connection);
}

/* Writes what the socket takes; once all is gone the next message's turn comes, if it is here already. */
static void
flush(struct connection *connection)
{
	struct slice rest = slice_after(buf_slice(&connection->out), connection->sent);
	ssize_t sent = rest.len > 0
	    ? send(connection->fd, rest.ptr, rest.len, MSG_DONTWAIT | MSG_NOSIGNAL) : 0;

	if (sent < 0 && errno != EAGAIN && errno != EINTR) {
		close_soon(connection);
		return;
	}
	connection->sent += sent > 0 ? (size_t)sent : 0;
	if (connection->sent < connection->out.len) {
		set_events(connection, EPOLLOUT);
		return;
	}
	buf_reset(&connection->out);
	connection->sent = 0;
	if (!framer_is_midway(&connection->framer))
		await_more(connection);
	else if (sd_event_source_set_enabled(connection->next, SD_EVENT_ONESHOT) < 0)
		close_soon(connection);
}

static int
on_io(sd_event_source *source, int fd, uint32_t events, void *context)
{
	struct connection *connection = context;

	(void)source;
	(void)fd;
	if ((events & EPOLLIN) != 0)
		receive(connection);
	else if ((events & EPOLLOUT) != 0)
		flush(connection);
	else
		close_soon(connection);
	return 0;
}

const struct peer *
connection_peer(const struct connection *connection)
{
	return &connection->peer;
}

int
connection_take_descriptor(struct connection *connection)
{
	int passed = connection->passed;

	connection->passed = -1;
	return passed;
}

void
connection_answer(struct connection *connection, struct slice answer)
{
	connection->call = NULL;
	if (answer.len > 0) {
		buf_put(&connection->out, answer);
		buf_put_char(&connection->out, '\0');
	}
	if (buf_status(&connection->out) != STATUS_OK)
		close_soon(connection);
	if (connection->is_closed)
		return;
	set_timer(connection, CONNECTION_CALL_MS);
	flush(connection);
}

void
connection_set_call(struct connection *connection, void *call)
{
	connection->call = call;
}

void *
connection_call(const struct connection *connection)
{
	return connection->call;
}
