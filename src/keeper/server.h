/* SPDX-License-Identifier: ISC */
/*
 * The listening end of the control socket: takes connections, keeps them
 * within bounds, hands their messages on. Peers who may change things have
 * places of their own, so that nobody who may only read can shut them out.
 */
#ifndef KEEPER_SERVER_H
#define KEEPER_SERVER_H

#include "keeper/connection.h"

#define SERVER_CONNECTIONS_MAX 64
#define SERVER_RESERVED 16  /* of them for peers who may change */
#define SERVER_PER_UID_MAX 16 /* of peers who may only read */

struct server;

struct server_options {
	sd_event *event;
	int listening_fd; /* non-blocking; stays the caller's */
	uid_t own_uid;
	struct connection_handlers handlers;
};

/* Takes connections when the event loop runs. server_free calls closed for those there are, and closes them. */
MUST_CHECK enum status server_new(
    const struct server_options *options, struct server **ret_server, struct error *err);
void server_free(struct server **server);

/* Takes no new connections. */
void server_stop(struct server *server);

/* Is any call under way? */
bool server_is_busy(const struct server *server);

/* Connections refused for want of a place, so far. */
uint64_t server_refused(const struct server *server);

#endif
