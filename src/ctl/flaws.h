/* SPDX-License-Identifier: ISC */
/* What a message has that may make it unfit to sign, measured as the milter does (policy/measure.h). */
#ifndef CTL_FLAWS_H
#define CTL_FLAWS_H

#include "ctl/message.h"
#include "policy/measure.h"

/* Lines over line_max octets are too long. Names in it point into the message. */
void flaws_measure(const struct message *message, size_t line_max, struct measure *ret_measure);

#endif
