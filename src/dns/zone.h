/* SPDX-License-Identifier: ISC */
/* Which zone is a name in, and what do its name servers themselves say? */
#ifndef DNS_ZONE_H
#define DNS_ZONE_H

#include "dns/sighting.h"
#include "verdict/observation.h"

/*
 * Finds the zone of name (ret_zone->name stays "" when no resolver knows),
 * then asks each of its servers for the TXT record of name. Fails only for
 * trouble of our own.
 */
MUST_CHECK enum status zone_observe(
    const struct sighting *sighting, const char *name, struct observation_zone *ret_zone);

/* The name of the zone alone; "" when no resolver knows. */
MUST_CHECK enum status zone_find(const struct sighting *sighting, const char *name,
    char ret_zone[DOMAIN_MAX + 1]);

#endif
