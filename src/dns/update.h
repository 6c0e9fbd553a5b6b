/* SPDX-License-Identifier: ISC */
/*
 * Dynamic updates (RFC 2136) with TSIG: one name's TXT records replaced by one
 * record, or by none, provided that they are still those that were seen there:
 * an update that arrives late changes nothing that has changed since. Packets
 * only; dns/publishing.c sends them.
 */
#ifndef DNS_UPDATE_H
#define DNS_UPDATE_H

#include "base/arena.h"
#include "dns/question.h"
#include "dns/tsig_key.h"

struct update {
	const char *zone;
	const char *name;
	struct slice text; /* empty: nothing shall be there */
	uint32_t ttl;      /* seconds */
};

/* What was sent, for reading its answer; both in the arena. */
struct update_packet {
	struct slice octets;
	struct slice mac; /* of its TSIG */
	uint16_t id;
};

/* Is this a record that an update would replace? */
bool update_replaces(const struct update *update, const struct record *record);

/* seen: what the name's TXT records were when the server was last asked. */
MUST_CHECK enum status update_write(const struct update *update, const struct answer *seen,
    const struct tsig_key *key, struct arena *arena, struct update_packet *ret_packet,
    struct error *err);

/*
 * What the server says. STATUS_CONFLICT: what was seen is not there any more.
 * STATUS_REFUSED: it said no, err names its answer. STATUS_INVALID: no answer
 * to this packet, or not signed with our key.
 */
MUST_CHECK enum status update_read(struct slice reply, const struct update_packet *packet,
    const struct tsig_key *key, struct error *err);

#endif
