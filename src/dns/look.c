/* SPDX-License-Identifier: ISC */
#include "dns/look.h"

#include <stdio.h>
#include <string.h>

#include "dns/zone.h"

static bool
has_nothing(const struct sight *sight)
{
	return (sight->outcome == SIGHT_ANSWERED || sight->outcome == SIGHT_NO_NAME) &&
	    sight->hop_count == 0 && sight->text_count == 0;
}

/* Is there a record of this type at the name itself? */
static enum status
probe(const struct sighting *sighting, const char *name, enum record_type type, bool *ret_has)
{
	const struct server *server;
	struct answer answer;
	struct arena arena;
	enum status status;

	arena_init(&arena, RESOLVERS_ANSWER_MAX_BYTES);
	status = resolvers_ask(
	    sighting->resolvers, name, type, sighting->until_ms, &arena, &answer, &server);
	for (size_t i = 0; status == STATUS_OK && i < answer.record_count; i++) {
		const struct record *record = &answer.records[i];

		*ret_has = *ret_has || (record->type == type && strcmp(record->owner, name) == 0);
	}
	arena_done(&arena);
	return status == STATUS_NO_MEMORY || status == STATUS_SYSTEM ? status : STATUS_OK;
}

/* A control panel that adds the domain by itself makes NAME.DOMAIN of a name given whole. */
static enum status
probe_doubled(const struct sighting *sighting, const struct expectation *expected,
    struct observation *observation)
{
	char name[2 * (DOMAIN_MAX + 1)];
	int len = snprintf(name, sizeof(name), "%s.%s", expected->name, expected->domain);

	if (len < 0 || len > DOMAIN_MAX)
		return STATUS_OK;
	return sighting_resolve(sighting, name, &observation->doubled);
}

static enum status
probe_absence(const struct sighting *sighting, const struct expectation *expected,
    struct observation *observation)
{
	enum status status = STATUS_OK;

	if (observation->resolver.outcome == SIGHT_ANSWERED) {
		status = probe(sighting, expected->name, RECORD_A, &observation->has_address);
		if (status == STATUS_OK)
			status =
			    probe(sighting, expected->name, RECORD_AAAA, &observation->has_address);
		if (status == STATUS_OK)
			status = probe(sighting, expected->name, RECORD_SOA, &observation->is_apex);
	}
	if (status == STATUS_OK)
		status = probe_doubled(sighting, expected, observation);
	return status;
}

/* A chain as the owner's zone has it now; a resolver may remember an older one. */
static const struct sight *
find_chain(const struct observation *observation)
{
	for (unsigned i = 0; i < observation->zone.server_count; i++) {
		const struct sight *server = &observation->zone.servers[i];

		if (server->outcome == SIGHT_ANSWERED || server->outcome == SIGHT_NO_NAME)
			return server;
	}
	return &observation->resolver;
}

/* Behind a CNAME into another zone it is that zone's servers that have the record. */
static enum status
observe_target(const struct sighting *sighting, struct observation *observation)
{
	const struct sight *chain = find_chain(observation);
	const char *target;
	char zone[DOMAIN_MAX + 1];
	enum status status;

	if (chain->hop_count == 0 || chain->chain != SIGHT_CHAIN_ENDS)
		return STATUS_OK;
	target = chain->hops[chain->hop_count - 1].target;
	status = zone_find(sighting, target, zone);
	if (status != STATUS_OK || zone[0] == '\0' || strcmp(zone, observation->zone.name) == 0)
		return status;
	return zone_observe(sighting, target, &observation->target);
}

enum status
look_at(const struct sighting *sighting, const struct expectation *expected,
    struct observation *ret_observation)
{
	enum status status =
	    sighting_resolve(sighting, expected->name, &ret_observation->resolver);

	/* who the servers are, only a resolver can say */
	if (status == STATUS_OK && ret_observation->resolver.outcome == SIGHT_SILENT)
		return STATUS_OK;
	if (status == STATUS_OK)
		status = zone_observe(sighting, expected->name, &ret_observation->zone);
	if (status == STATUS_OK)
		status = observe_target(sighting, ret_observation);
	if (status == STATUS_OK && has_nothing(&ret_observation->resolver))
		status = probe_absence(sighting, expected, ret_observation);
	return status;
}
