/* SPDX-License-Identifier: ISC */
/*
 * A question and its answer over the wire: UDP from a connected socket, sent
 * again while there is silence, TCP when the answer was cut, without EDNS when
 * the server does not know it. What is no answer to the question is passed
 * over. Blocks its thread, no longer than told; with no time left it sends nothing.
 */
#ifndef DNS_EXCHANGE_H
#define DNS_EXCHANGE_H

#include "base/arena.h"
#include "dns/question.h"
#include "dns/server.h"

/*
 * question->id and has_edns are set here. until_ms: on clock_monotonic_ms.
 * ANSWER_MAX_BYTES of the arena are always enough.
 *
 * STATUS_TIMEOUT: silence. STATUS_UNAVAILABLE: nobody is there, or the TCP
 * connection that a cut answer needs was refused. STATUS_NOT_FOUND: no way
 * leads there (no IPv6 here, for one). STATUS_INVALID: what came was no
 * answer. STATUS_SYSTEM, STATUS_NO_MEMORY: our own trouble.
 */
MUST_CHECK enum status exchange_ask(const struct server *server, struct question *question,
    int64_t until_ms, struct arena *arena, struct answer *ret_answer);

/*
 * Sends any packet over TCP and takes the packet that comes back, unread, into
 * the arena. Statuses as above; STATUS_INVALID: the connection ended instead.
 */
MUST_CHECK enum status exchange_send(const struct server *server, struct slice packet,
    int64_t until_ms, struct arena *arena, struct slice *ret_reply);

#endif
