/* SPDX-License-Identifier: ISC */
/* Why a message is signed or not, for other commands than explain itself. */
#ifndef CTL_EXPLAIN_H
#define CTL_EXPLAIN_H

#include <stdio.h>

#include "ctl/message.h"
#include "ctl/session.h"

/*
 * The daemon's answer for a message that this sender ("": the null sender) sends, else by the session's options; NULL
 * without one, and nothing is printed.
 */
json_t *explain_quietly(
    struct session *session, const struct message *message, const char *envelope_from);

/* The rules that were asked, a line each, with the line of the configuration that answered. */
void explain_tell_steps(FILE *stream, const json_t *answer);

#endif
