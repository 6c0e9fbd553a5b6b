/* SPDX-License-Identifier: ISC */
/*
 * Dynamic updates (RFC 2136) with TSIG: one name's TXT records replaced by one
 * record, or by none. Packets only; dns/publishing.c sends them.
 */
#ifndef DNS_UPDATE_H
#define DNS_UPDATE_H

#include "base/arena.h"
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

MUST_CHECK enum status update_write(const struct update *update, const struct tsig_key *key,
    struct arena *arena, struct update_packet *ret_packet, struct error *err);

/*
 * What the server says. STATUS_REFUSED: it said no, err names its answer.
 * STATUS_INVALID: no answer to this packet, or not signed with our key.
 */
MUST_CHECK enum status update_read(struct slice reply, const struct update_packet *packet,
    const struct tsig_key *key, struct error *err);

#endif
