/* SPDX-License-Identifier: ISC */
#include "dns/publishing.h"

#include <stdio.h>

#include "dns/exchange.h"
#include "dns/update.h"
#include "process/clock.h"

#define TRIES 2
#define EXCHANGES_MAX (2 * TRIES + 1)
_Static_assert(EXCHANGES_MAX * ANSWER_MAX_BYTES <= RESOLVERS_ANSWER_MAX_BYTES, "one arena for either way");

/* What all its steps share. */
struct errand {
	const struct provider *provider;
	const struct update *update;
	int64_t until_ms; /* all of it */
	struct arena *arena;
};

static enum status
explain(enum status status, const struct provider *provider, struct error *err)
{
	char server[SERVER_TEXT_SIZE];

	server_print(&provider->server, server);
	if (status == STATUS_TIMEOUT)
		return error_set(err, status, "%s does not answer", server);
	if (status == STATUS_UNAVAILABLE || status == STATUS_NOT_FOUND)
		return error_set(err, STATUS_UNAVAILABLE, "%s cannot be reached", server);
	return error_set(err, status, "%s: what it answers is of no use", server);
}

/* Of one step. */
static int64_t
until_of(const struct errand *errand)
{
	int64_t own_ms = clock_monotonic_ms() + errand->provider->timeout_ms;

	return own_ms < errand->until_ms ? own_ms : errand->until_ms;
}

/* What is at the name, which may be nothing, but is no refusal. */
static enum status
see(const struct errand *errand, struct answer *ret_answer, struct error *err)
{
	const struct update *update = errand->update;
	struct question question = { .type = RECORD_TXT };
	struct answer answer;
	enum status status;

	(void)snprintf(question.name, sizeof(question.name), "%s", update->name);
	status = exchange_ask(
	    &errand->provider->server, &question, until_of(errand), errand->arena, &answer);
	if (status != STATUS_OK)
		return explain(status, errand->provider, err);
	if (answer.rcode != RCODE_NOERROR && answer.rcode != RCODE_NXDOMAIN)
		return error_set(err, STATUS_REFUSED,
		    "the server refuses to say what is at %s (rcode %u): is it the primary server of %s, and "
		    "may we ask it?",
		    update->name, answer.rcode, update->zone);
	*ret_answer = answer;
	return STATUS_OK;
}

static enum status
tell(const struct errand *errand, const struct answer *seen, struct error *err)
{
	const struct provider *provider = errand->provider;
	struct update_packet packet;
	struct slice reply;
	enum status status =
	    update_write(errand->update, seen, &provider->key, errand->arena, &packet, err);

	if (status != STATUS_OK)
		return status;
	status = exchange_send(
	    &provider->server, packet.octets, until_of(errand), errand->arena, &reply);
	if (status != STATUS_OK)
		return explain(status, provider, err);
	return update_read(reply, &packet, &provider->key, err);
}

/* What came in between, an update of ours that was late for one, is seen at the second try. */
static enum status
replace(const struct errand *errand, struct error *err)
{
	enum status status = STATUS_CONFLICT;

	for (unsigned i = 0; i < TRIES && status == STATUS_CONFLICT; i++) {
		struct answer seen;

		status = see(errand, &seen, err);
		if (status == STATUS_OK)
			status = tell(errand, &seen, err);
	}
	if (status == STATUS_CONFLICT)
		return error_set(err, STATUS_UNAVAILABLE, "somebody else changes %s at the same time",
		    errand->update->name);
	return status;
}

/* Of all TXT records there. */
static bool
is_there(const struct answer *answer, const struct update *update)
{
	size_t texts = 0;
	bool is_same = true;

	for (size_t i = 0; i < answer->record_count; i++) {
		const struct record *record = &answer->records[i];

		if (!update_replaces(update, record))
			continue;
		texts++;
		is_same = is_same && slice_equal(record->text, update->text);
	}
	return is_same && texts == (update->text.len > 0 ? 1 : 0);
}

static enum status
see_back(const struct errand *errand, struct error *err)
{
	struct answer answer;
	enum status status = see(errand, &answer, err);

	if (status != STATUS_OK || is_there(&answer, errand->update))
		return status;
	return error_set(err, STATUS_REFUSED,
	    "the server took the update of %s, and does not show it: are there other records at the "
	    "name, or may the key not change it?",
	    errand->update->name);
}

/* Somebody makes the zone from what we say belongs there. */
static enum status
await(const struct resolvers *resolvers, const struct errand *errand, struct error *err)
{
	const struct update *update = errand->update;
	const struct server *server = NULL;
	struct answer answer;
	enum status status = resolvers_ask(resolvers, update->name, RECORD_TXT, until_of(errand),
	    errand->arena, &answer, &server);

	if (status != STATUS_OK)
		return error_set(err, STATUS_UNAVAILABLE, "the resolvers do not answer");
	if (is_there(&answer, update))
		return STATUS_OK;
	return error_set(err, STATUS_UNAVAILABLE,
	    "%s is not in the provider zone yet: signetctl zone prints what belongs there",
	    update->name);
}

enum status
publishing_put(const struct provider *provider, const struct resolvers *resolvers,
    const char *name, struct slice text, uint32_t ttl, int64_t until_ms, struct error *err)
{
	const struct update update = { provider->zone, name, text, ttl };
	struct arena arena;
	const struct errand errand = { provider, &update, until_ms, &arena };
	enum status status;

	arena_init(&arena, RESOLVERS_ANSWER_MAX_BYTES);
	if (provider->has_server)
		status = replace(&errand, err);
	else
		status = await(resolvers, &errand, err);
	if (status == STATUS_OK && provider->has_server)
		status = see_back(&errand, err);
	arena_done(&arena);
	return status;
}
