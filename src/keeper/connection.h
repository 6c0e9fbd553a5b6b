/* SPDX-License-Identifier: ISC */
/*
 * One control connection: reads a message, hands it over, writes the answer,
 * then reads the next. Slow and silent peers are dropped after their time.
 * Belongs to the keeper's event loop.
 */
#ifndef KEEPER_CONNECTION_H
#define KEEPER_CONNECTION_H

#include <systemd/sd-event.h>

#include "base/slice.h"
#include "keeper/peer.h"

#define CONNECTION_MESSAGE_MAX (1U << 20) /* octets of a call */
#define CONNECTION_ANSWER_MAX (8U << 20)  /* octets of an answer not yet taken */
#define CONNECTION_CALL_MS 10000          /* for a call to arrive whole, or an answer to be taken */
#define CONNECTION_IDLE_MS 300000         /* between calls */

struct connection;

struct connection_handlers {
	/* A whole message. To be answered by connection_answer, now or later. */
	void (*message)(void *context, struct connection *connection, struct slice message);
	/* It is gone: the pointer is void after this. */
	void (*closed)(void *context, struct connection *connection);
	void *context;
};

/* Takes over fd (non-blocking) on success. */
MUST_CHECK enum status connection_new(sd_event *event, int fd, const struct peer *peer,
    const struct connection_handlers *handlers, struct connection **ret_connection);

/* Closes it at once, without calling closed. */
void connection_free(struct connection **connection);

/* Who is at the other end; lives as long as the connection. */
const struct peer *connection_peer(const struct connection *connection);

/*
 * The descriptor that came with the call under way, the caller's from now on;
 * -1 when there is none. Peers that may change things can pass one with a call;
 * what no call takes is closed, and who passes more than one is dropped.
 */
int connection_take_descriptor(struct connection *connection);

/* Ends the call under way: an answer without its NUL, or an empty one for a oneway call. */
void connection_answer(struct connection *connection, struct slice answer);

/* What the owner of the call under way keeps here; NULL between calls. */
void connection_set_call(struct connection *connection, void *call);
void *connection_call(const struct connection *connection);

#endif
