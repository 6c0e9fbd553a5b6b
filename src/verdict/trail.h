/* SPDX-License-Identifier: ISC */
/*
 * The way from a name to its TXT records: the hops of one sight, and behind
 * its end what others showed of the rest. A name server knows its own zone
 * only; its trail goes on with what the target's server, or else the resolver,
 * says of the name where it ends. Points into the sights; pure.
 */
#ifndef VERDICT_TRAIL_H
#define VERDICT_TRAIL_H

#include "verdict/sight.h"

/* Hops of three sights. */
#define TRAIL_HOPS_MAX (3 * SIGHT_HOPS_MAX)

struct trail {
	unsigned hop_count;
	const struct sight_hop *hops[TRAIL_HOPS_MAX];
	enum sight_chain chain;
	const char *name;         /* where it ends */
	const struct sight *end;  /* what is there; NULL: nobody has said */
};

/* Of one sight alone. */
void trail_of(const struct sight *sight, struct trail *ret_trail);

/*
 * Of a name server's sight that is an answer, or of the resolver's. target:
 * what a server of the target's zone showed, or NULL; nobody knows better what
 * is at the name it was asked for.
 */
void trail_join(const struct sight *first, const struct sight *resolver,
    const struct sight *target, struct trail *ret_trail);

/* Does it lead to name, or through it? Where it begins does not count. */
bool trail_has_target(const struct trail *trail, const char *name);

#endif
