/* SPDX-License-Identifier: ISC */
/* The changes that libmilter makes to a message at its end. */
#ifndef MILTER_LIBMILTER_EDITOR_H
#define MILTER_LIBMILTER_EDITOR_H

#include "milter/libmilter_connection.h"

/* Of the connection's message, while its end-of-message callback runs. */
struct session_editor libmilter_editor_of(SMFICTX *ctx);

#endif
