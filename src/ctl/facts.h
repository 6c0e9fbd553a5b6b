/* SPDX-License-Identifier: ISC */
/*
 * What signetctl tells the daemon of a message, so that it says what would
 * become of it: read, counted and measured as the milter does it. The daemon
 * reads no mail.
 */
#ifndef CTL_FACTS_H
#define CTL_FACTS_H

#include "ctl/arguments.h"
#include "ctl/message.h"
#include "varlink/json.h"

/*
 * Puts the parameters of Explain into facts. message: NULL for mail of which the
 * options say all. envelope_from: "" for the null sender, NULL for the first of
 * From. wanted: what the daemon answers when it is told nothing; it says which
 * fields it wants to know of, and which lines are long. STATUS_NO_MEMORY.
 */
MUST_CHECK enum status facts_gather(const struct arguments *arguments, const struct message *message,
    const char *envelope_from, const json_t *wanted, json_t *facts);

#endif
