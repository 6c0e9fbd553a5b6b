/* SPDX-License-Identifier: ISC */
/*
 * Making a sight: asking for the TXT record of a name and following the
 * CNAMEs, through a resolver or at one server.
 */
#ifndef DNS_SIGHTING_H
#define DNS_SIGHTING_H

#include "dns/resolvers.h"
#include "verdict/sight.h"

/* What all questions of one look share. */
struct sighting {
	const struct resolvers *resolvers;
	int64_t until_ms; /* of the whole look, on clock_monotonic_ms */
};

/*
 * As a verifier sees it. What resolvers do not follow themselves is followed
 * here, so that a loop shows as one. Fails only for trouble of our own.
 */
MUST_CHECK enum status sighting_resolve(
    const struct sighting *sighting, const char *name, struct sight *ret_sight);

/*
 * What the server itself has: its own data, followed no further than its
 * answer goes. STATUS_NOT_FOUND when no way leads from here to this server.
 */
MUST_CHECK enum status sighting_ask(const struct sighting *sighting, const struct server *server,
    const char *server_name, const char *name, struct sight *ret_sight);

#endif
