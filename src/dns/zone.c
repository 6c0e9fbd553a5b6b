/* SPDX-License-Identifier: ISC */
#include "dns/zone.h"

#include <stdio.h>
#include <string.h>

#include "keys/domain.h"

#define SERVERS_OF_ZONE_MAX 13 /* names; what one answer holds without EDNS */

static bool
is_ours(enum status status)
{
	return status == STATUS_NO_MEMORY || status == STATUS_SYSTEM;
}

static bool
is_record(const struct record *record, enum record_type type, const char *owner)
{
	return record->type == type && strcmp(record->owner, owner) == 0;
}

static bool
has_record(const struct answer *answer, enum record_type type, const char *owner)
{
	for (size_t i = 0; i < answer->record_count; i++) {
		if (is_record(&answer->records[i], type, owner))
			return true;
	}
	return false;
}

/* Where a zone's signatures do not verify its servers can still be found, and asked. */
static enum status
resolve(const struct sighting *sighting, const char *name, enum record_type type,
    struct arena *arena, struct answer *ret_answer)
{
	const struct server *server;
	enum status status = resolvers_ask(
	    sighting->resolvers, name, type, sighting->until_ms, arena, ret_answer, &server);

	if (status == STATUS_OK && ret_answer->rcode == RCODE_SERVFAIL) {
		arena_reset(arena);
		status = resolvers_ask_unchecked(
		    sighting->resolvers, name, type, sighting->until_ms, arena, ret_answer);
	}
	return status == STATUS_OK || is_ours(status) ? status : STATUS_NOT_FOUND;
}

/* The nearest name above (or name itself) that has NS records. */
static enum status
find(const struct sighting *sighting, const char *name, char ret_zone[DOMAIN_MAX + 1],
    struct arena *arena, struct answer *ret_answer)
{
	struct slice rest = slice_from_text(name);

	for (; rest.len > 0; rest = domain_parent(rest)) {
		struct answer answer;
		/* a tail of a NUL-terminated text is one */
		enum status status = resolve(sighting, rest.ptr, RECORD_NS, arena, &answer);

		if (status != STATUS_OK)
			return status;
		if (!has_record(&answer, RECORD_NS, rest.ptr)) {
			arena_reset(arena);
			continue;
		}
		(void)snprintf(ret_zone, DOMAIN_MAX + 1, "%s", rest.ptr);
		*ret_answer = answer;
		return STATUS_OK;
	}
	return STATUS_NOT_FOUND;
}

enum status
zone_find(const struct sighting *sighting, const char *name, char ret_zone[DOMAIN_MAX + 1])
{
	struct answer answer;
	struct arena arena;
	enum status status;

	ret_zone[0] = '\0';
	arena_init(&arena, RESOLVERS_ANSWER_MAX_BYTES);
	status = find(sighting, name, ret_zone, &arena, &answer);
	arena_done(&arena);
	return is_ours(status) ? status : STATUS_OK;
}

/* ---- its servers ---- */

static enum status
ask_address(const struct sighting *sighting, const char *server_name, const struct record *address,
    const char *name, struct observation_zone *zone)
{
	struct server server;
	enum status status;

	if (zone->server_count == OBSERVATION_SERVERS_MAX || address->address_len == 0)
		return STATUS_OK;
	server_set(&server, address->address, address->address_len, SERVER_PORT);
	status = sighting_ask(
	    sighting, &server, server_name, name, &zone->servers[zone->server_count]);
	/* where no way leads from here, nothing can be said: it is left out */
	if (status == STATUS_NOT_FOUND)
		return STATUS_OK;
	if (status == STATUS_OK)
		zone->server_count++;
	return status;
}

static enum status
ask_addresses(const struct sighting *sighting, const char *server_name, enum record_type type,
    const char *name, struct observation_zone *zone)
{
	struct answer answer;
	struct arena arena;
	enum status status;

	arena_init(&arena, RESOLVERS_ANSWER_MAX_BYTES);
	status = resolve(sighting, server_name, type, &arena, &answer);
	for (size_t i = 0; status == STATUS_OK && i < answer.record_count; i++) {
		if (answer.records[i].type == type)
			status = ask_address(sighting, server_name, &answer.records[i], name, zone);
	}
	arena_done(&arena);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static enum status
ask_server(const struct sighting *sighting, const char *server_name, const char *name,
    struct observation_zone *zone)
{
	enum status status = ask_addresses(sighting, server_name, RECORD_A, name, zone);

	if (status == STATUS_OK)
		status = ask_addresses(sighting, server_name, RECORD_AAAA, name, zone);
	return status;
}

/* Each NS record of the zone's own name. */
static enum status
ask_servers(const struct sighting *sighting, const struct answer *answer, const char *name,
    struct observation_zone *zone)
{
	enum status status = STATUS_OK;
	unsigned asked = 0;

	for (size_t i = 0; status == STATUS_OK && i < answer->record_count; i++) {
		if (is_record(&answer->records[i], RECORD_NS, zone->name) &&
		    asked++ < SERVERS_OF_ZONE_MAX)
			status = ask_server(sighting, answer->records[i].target, name, zone);
	}
	return status;
}

enum status
zone_observe(
    const struct sighting *sighting, const char *name, struct observation_zone *ret_zone)
{
	struct answer answer;
	struct arena arena;
	enum status status;

	ret_zone->name[0] = '\0';
	ret_zone->server_count = 0;
	arena_init(&arena, RESOLVERS_ANSWER_MAX_BYTES);
	status = find(sighting, name, ret_zone->name, &arena, &answer);
	if (status == STATUS_OK)
		status = ask_servers(sighting, &answer, name, ret_zone);
	arena_done(&arena);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}
