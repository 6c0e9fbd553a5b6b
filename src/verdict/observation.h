/* SPDX-License-Identifier: ISC */
/*
 * All that was seen of one slot: what the verdict is made of, and nothing
 * else. Big (some hundred KiB): on the heap, one for each look.
 */
#ifndef VERDICT_OBSERVATION_H
#define VERDICT_OBSERVATION_H

#include "verdict/sight.h"

#define OBSERVATION_SERVERS_MAX 16

/*
 * The servers of one zone, each asked for itself and not to go further: its
 * sight ends after its own data.
 */
struct observation_zone {
	char name[DOMAIN_MAX + 1]; /* "" when it was not found */
	unsigned server_count;
	struct sight servers[OBSERVATION_SERVERS_MAX];
};

struct observation {
	struct sight resolver;             /* through a resolver, as verifiers see it */
	struct observation_zone zone;      /* of the owner's name */

	/*
	 * Of the last target of the chain, where that is another zone; each sight
	 * was asked for that target. The chain is the one that the owner's zone
	 * begins, and the resolver's only when no server of that zone answered: a
	 * resolver may remember an older one.
	 */
	struct observation_zone target;

	/* Asked for only when there was neither CNAME nor TXT at the name; by the resolver. */
	bool has_address;                  /* A or AAAA at the name */
	bool is_apex;                      /* SOA at the name */
	struct sight doubled;              /* at NAME.DOMAIN; SIGHT_NONE when not asked */
};

#endif
