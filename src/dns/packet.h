/* SPDX-License-Identifier: ISC */
/* Questions to octets, octets to answers: what knows ldns. Any thread. */
#ifndef DNS_PACKET_H
#define DNS_PACKET_H

#include "base/arena.h"
#include "base/buf.h"
#include "dns/question.h"

#define PACKET_MAX 65535
#define PACKET_UDP_MAX 1232 /* what passes everywhere unfragmented */

/* Appends the query. STATUS_INVALID for a name that is none. */
MUST_CHECK enum status packet_put(struct buf *out, const struct question *question);

/*
 * STATUS_INVALID for what is no answer to this question: another id, another
 * name, type or class, no response, not DNS at all; then nothing was taken of
 * the arena. The additional section is passed over.
 */
MUST_CHECK enum status packet_read(struct slice octets, const struct question *question,
    struct arena *arena, struct answer *ret_answer);

#endif
