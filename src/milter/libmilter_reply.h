/* SPDX-License-Identifier: ISC */
/* Verdicts as replies of libmilter. */
#ifndef MILTER_LIBMILTER_REPLY_H
#define MILTER_LIBMILTER_REPLY_H

#include "milter/libmilter_connection.h"

/* With its code and text, where it has them. */
sfsistat libmilter_reply(SMFICTX *ctx, const struct session_verdict *verdict);

/* Of a step that goes on, whose reply (bit: SMFIP_NR_*) may have been negotiated away. */
sfsistat libmilter_reply_unless(const struct libmilter_connection *connection, unsigned long bit);

/* To a connection there is no room for: 451. */
sfsistat libmilter_reply_no_room(SMFICTX *ctx);

#endif
