/* SPDX-License-Identifier: ISC */
/*
 * What a connection is for libmilter: its private pointer of a SMFICTX. Each
 * is used by one thread at a time; what all share is set before the threads.
 */
#ifndef MILTER_LIBMILTER_CONNECTION_H
#define MILTER_LIBMILTER_CONNECTION_H

#include <libmilter/mfapi.h>
#include <libmilter/mfdef.h>

#include "milter/room.h"
#include "milter/session.h"

/* Steps we have no use for, and replies nobody needs to wait for. */
#define LIBMILTER_STEPS_UNUSED (SMFIP_NOHELO | SMFIP_NORCPT | SMFIP_NODATA | SMFIP_NOUNKNOWN)
#define LIBMILTER_REPLIES_UNUSED (SMFIP_NR_CONN | SMFIP_NR_MAIL | SMFIP_NR_HDR | SMFIP_NR_EOH)

struct libmilter_connection {
	const struct session_house *house;
	struct session *session; /* NULL: there is no room for one */
	unsigned long steps; /* the SMFIP_* bits agreed on */
	struct session_verdict verdict; /* on the message, given when next a reply is due */
};

/* Before libmilter runs; both stay. */
void libmilter_connection_set_house(const struct session_house *house);
void libmilter_connection_set_room(struct room *room);

/* The connection, at its beginning: made by its negotiation, or its CONNECT where none was. NULL without memory. */
struct libmilter_connection *libmilter_connection_get(SMFICTX *ctx);

/*
 * The same, at the steps of a message. NULL when it is one there is no room for,
 * or was no memory: who it is was said at its beginning alone.
 */
struct libmilter_connection *libmilter_connection_get_served(SMFICTX *ctx);

/*
 * The actions (SMFIF_*) that we may ask for and the steps (SMFIP_*) that the
 * MTA takes; also for the connections that come without asking.
 */
void libmilter_connection_agree(
    struct libmilter_connection *connection, unsigned long actions, unsigned long steps);

/* May come twice, and without a connection. */
void libmilter_connection_end(SMFICTX *ctx);

#endif
