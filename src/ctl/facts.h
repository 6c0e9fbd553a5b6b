/* SPDX-License-Identifier: ISC */
/*
 * What is asked of the daemon that explains a message: it reads no mail, so the
 * message is read here, as the milter reads it, and the daemon gets facts
 * (Explain in docs/control.varlink).
 */
#ifndef CTL_FACTS_H
#define CTL_FACTS_H

#include "ctl/arguments.h"
#include "ctl/message.h"
#include "varlink/json.h"

/*
 * Adds to the object facts what the message (NULL: there is none) and the
 * options say: of these --from, --client, --daemon-name, --login, --listener.
 * envelope_from: "" is the null sender, NULL the first of From. org_header: the
 * field that names an organization; NULL: none does. STATUS_NO_MEMORY.
 */
MUST_CHECK enum status facts_gather(const struct arguments *arguments, const struct message *message,
    const char *envelope_from, const char *org_header, json_t *facts);

#endif
