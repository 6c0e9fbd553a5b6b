/* SPDX-License-Identifier: ISC */
#include "milter/libmilter_connection.h"

#include <stdatomic.h>
#include <stdlib.h>

static const struct session_house *house;
static struct room *room;

/*
 * What was agreed on last. QUIT_NC ends a connection of which the socket goes
 * on with a new CONNECT and without a negotiation: what was agreed on holds.
 * libmilter itself knows one set of steps for all connections.
 */
static atomic_ulong agreed_steps;
static atomic_ulong agreed_actions;

void
libmilter_connection_set_house(const struct session_house *shared)
{
	house = shared;
}

void
libmilter_connection_set_room(struct room *accepting)
{
	room = accepting;
}

/* STATUS_OK, too, when there is no room. */
static enum status
give_session(struct libmilter_connection *connection)
{
	enum status status;

	if (!room_enter(room))
		return STATUS_OK;
	status = session_new(house, &connection->session);
	if (status != STATUS_OK)
		room_leave(room);
	return status;
}

static void
allow(struct libmilter_connection *connection, unsigned long actions)
{
	const struct session_rights rights = {
		.may_change_header = (actions & SMFIF_CHGHDRS) != 0,
		.may_change_sender = (actions & SMFIF_CHGFROM) != 0,
	};

	if (connection->session != NULL)
		session_allow(connection->session, &rights);
}

struct libmilter_connection *
libmilter_connection_get(SMFICTX *ctx)
{
	struct libmilter_connection *connection = smfi_getpriv(ctx);

	if (connection != NULL)
		return connection;
	connection = calloc(1, sizeof(*connection));
	if (connection == NULL)
		return NULL;
	if (give_session(connection) != STATUS_OK) {
		free(connection);
		return NULL;
	}
	connection->house = house;
	connection->steps = atomic_load(&agreed_steps);
	allow(connection, atomic_load(&agreed_actions));
	connection->verdict.action = SESSION_CONTINUE;
	(void)smfi_setpriv(ctx, connection);
	return connection;
}

struct libmilter_connection *
libmilter_connection_get_served(SMFICTX *ctx)
{
	struct libmilter_connection *connection = smfi_getpriv(ctx);

	return connection != NULL && connection->session != NULL ? connection : NULL;
}

void
libmilter_connection_agree(
    struct libmilter_connection *connection, unsigned long actions, unsigned long steps)
{
	connection->steps = steps;
	allow(connection, actions);
	if (connection->session == NULL) {
		connection->steps &= ~(unsigned long)LIBMILTER_REPLIES_UNUSED; /* it is told at the first one */
		return;
	}
	atomic_store(&agreed_steps, steps);
	atomic_store(&agreed_actions, actions);
}

void
libmilter_connection_end(SMFICTX *ctx)
{
	struct libmilter_connection *connection = smfi_getpriv(ctx);

	if (connection == NULL)
		return;
	(void)smfi_setpriv(ctx, NULL);
	if (connection->session != NULL)
		room_leave(room);
	session_free(&connection->session);
	free(connection);
}
