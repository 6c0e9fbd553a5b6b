/* SPDX-License-Identifier: ISC */
#include "dns/sighting.h"

#include <stdio.h>
#include <string.h>

#include "dns/exchange.h"
#include "process/clock.h"

/* ---- reading an answer ---- */

static const struct record *
find_cname(const struct answer *answer, const char *owner)
{
	for (size_t i = 0; i < answer->record_count; i++) {
		const struct record *record = &answer->records[i];

		if (record->type == RECORD_CNAME && strcmp(record->owner, owner) == 0)
			return record;
	}
	return NULL;
}

/* DNSSEC's own records are all that may stand beside a CNAME (RFC 4035 §2.5). */
static bool
has_others(const struct answer *answer, const char *owner)
{
	for (size_t i = 0; i < answer->record_count; i++) {
		const struct record *record = &answer->records[i];

		if (record->type != RECORD_CNAME && record->type != RECORD_RRSIG &&
		    record->type != RECORD_NSEC && strcmp(record->owner, owner) == 0)
			return true;
	}
	return false;
}

static bool
was_passed(const struct sight *sight, const char *name)
{
	for (unsigned i = 0; i < sight->hop_count; i++) {
		if (strcmp(sight->hops[i].owner, name) == 0)
			return true;
	}
	return false;
}

/* Where the chain has come to. */
static const char *
end_of(const struct sight *sight)
{
	return sight->hop_count == 0 ? sight->asked : sight->hops[sight->hop_count - 1].target;
}

static void
take_hop(struct sight *sight, const struct answer *answer, const struct record *cname)
{
	struct sight_hop *hop = &sight->hops[sight->hop_count];

	memcpy(hop->owner, cname->owner, sizeof(hop->owner));
	memcpy(hop->target, cname->target, sizeof(hop->target));
	hop->ttl = cname->ttl;
	hop->has_others = has_others(answer, cname->owner);
	sight->hop_count++;
	if (was_passed(sight, hop->target))
		sight->chain = SIGHT_CHAIN_LOOPS;
}

static void
take_hops(struct sight *sight, const struct answer *answer)
{
	const struct record *cname = find_cname(answer, end_of(sight));

	for (; cname != NULL && sight->chain == SIGHT_CHAIN_ENDS;
	     cname = find_cname(answer, end_of(sight))) {
		if (sight->hop_count == SIGHT_HOPS_MAX)
			sight->chain = SIGHT_CHAIN_TOO_LONG;
		else
			take_hop(sight, answer, cname);
	}
}

/* What says what it is comes first: beside many others it must not be the one that is not kept. */
static bool
is_marked(const struct record *record)
{
	return slice_starts_with(record->text, SLICE_LITERAL("v="));
}

static void
take_text(struct sight *sight, const struct record *record)
{
	struct sight_text *text;

	if (sight->text_count++ >= SIGHT_TEXTS_MAX)
		return;
	text = &sight->texts[sight->text_count - 1];
	text->ttl = record->ttl;
	text->string_count = record->string_count;
	text->len = record->text.len < SIGHT_TEXT_MAX ? record->text.len : SIGHT_TEXT_MAX;
	text->is_cut = record->text.len > SIGHT_TEXT_MAX;
	memcpy(text->bytes, record->text.ptr, text->len);
}

static void
take_texts(struct sight *sight, const struct answer *answer, bool marked)
{
	const char *owner = end_of(sight);

	for (size_t i = 0; i < answer->record_count; i++) {
		const struct record *record = &answer->records[i];

		if (record->type == RECORD_TXT && is_marked(record) == marked &&
		    strcmp(record->owner, owner) == 0)
			take_text(sight, record);
	}
}

static enum sight_outcome
outcome_of(const struct answer *answer)
{
	switch (answer->rcode) {
	case RCODE_NOERROR:
		return SIGHT_ANSWERED;
	case RCODE_NXDOMAIN:
		return SIGHT_NO_NAME;
	default:
		return SIGHT_REFUSED;
	}
}

/* Records, and none of them of the name that was asked for. */
static bool
is_beside_the_point(const struct answer *answer, const char *name)
{
	for (size_t i = 0; i < answer->record_count; i++) {
		if (strcmp(answer->records[i].owner, name) == 0)
			return false;
	}
	return answer->record_count > 0;
}

/* True when the chain went on: then where it came to may have more to say. */
static bool
take_answer(struct sight *sight, const struct answer *answer)
{
	unsigned hops = sight->hop_count;

	sight->outcome =
	    is_beside_the_point(answer, end_of(sight)) ? SIGHT_UNUSABLE : outcome_of(answer);
	sight->rcode = answer->rcode;
	sight->is_authoritative = answer->is_authoritative;
	sight->is_secure = answer->is_secure && (hops == 0 || sight->is_secure);
	sight->negative_ttl = answer->negative_ttl;
	take_hops(sight, answer);
	if (sight->chain == SIGHT_CHAIN_ENDS) {
		take_texts(sight, answer, true);
		take_texts(sight, answer, false);
	}
	return sight->hop_count > hops;
}

/* What no answer came of. STATUS_OK when that is a sight too, and no trouble of ours. */
static enum status
take_failure(struct sight *sight, enum status status)
{
	if (status == STATUS_NO_MEMORY || status == STATUS_SYSTEM)
		return status;
	sight->outcome = status == STATUS_INVALID ? SIGHT_UNUSABLE : SIGHT_SILENT;
	return STATUS_OK;
}

/* ---- through a resolver ---- */

/* One question about the end of the chain; *ret_goes_on when the chain grew. */
static enum status
resolve_once(const struct sighting *sighting, enum record_type type, struct sight *sight,
    bool *ret_goes_on)
{
	const struct server *server = NULL;
	struct answer answer;
	struct arena arena;
	enum status status;

	arena_init(&arena, RESOLVERS_ANSWER_MAX_BYTES);
	status = resolvers_ask(sighting->resolvers, end_of(sight), type, sighting->until_ms, &arena,
	    &answer, &server);
	if (server != NULL)
		server_print(server, sight->server);
	if (status != STATUS_OK)
		status = take_failure(sight, status);
	else
		*ret_goes_on = take_answer(sight, &answer) && sight->chain == SIGHT_CHAIN_ENDS &&
		    sight->text_count == 0 && !answer.has_soa && answer.rcode == RCODE_NOERROR;
	arena_done(&arena);
	return status;
}

/* A resolver that cannot follow a chain says SERVFAIL to all of it: its pieces may still be asked for. */
static enum status
resolve_piece(const struct sighting *sighting, struct sight *sight, bool *ret_goes_on)
{
	enum sight_outcome outcome = sight->outcome;
	unsigned rcode = sight->rcode;
	enum status status = resolve_once(sighting, RECORD_CNAME, sight, ret_goes_on);

	if (status == STATUS_OK && !*ret_goes_on && sight->chain == SIGHT_CHAIN_ENDS) {
		sight->outcome = outcome;
		sight->rcode = rcode;
	}
	return status;
}

/* A resolver that checks DNSSEC says SERVFAIL to what does not verify (RFC 4035 §5.5), and to much else. */
static enum status
see_whether_bogus(const struct sighting *sighting, struct sight *sight)
{
	struct answer answer;
	struct arena arena;
	enum status status;

	arena_init(&arena, RESOLVERS_ANSWER_MAX_BYTES);
	status = resolvers_ask_unchecked(sighting->resolvers, end_of(sight), RECORD_TXT,
	    sighting->until_ms, &arena, &answer);
	sight->is_bogus = status == STATUS_OK && outcome_of(&answer) != SIGHT_REFUSED;
	arena_done(&arena);
	return status == STATUS_NO_MEMORY || status == STATUS_SYSTEM ? status : STATUS_OK;
}

enum status
sighting_resolve(const struct sighting *sighting, const char *name, struct sight *ret_sight)
{
	enum status status = STATUS_OK;
	bool goes_on = true;

	*ret_sight = (struct sight){ .outcome = SIGHT_NONE };
	(void)snprintf(ret_sight->asked, sizeof(ret_sight->asked), "%s", name);
	while (goes_on && status == STATUS_OK) {
		goes_on = false;
		status = resolve_once(sighting, RECORD_TXT, ret_sight, &goes_on);
		if (status == STATUS_OK && ret_sight->outcome == SIGHT_REFUSED)
			status = resolve_piece(sighting, ret_sight, &goes_on);
	}
	if (status == STATUS_OK && ret_sight->outcome == SIGHT_REFUSED &&
	    ret_sight->rcode == RCODE_SERVFAIL)
		status = see_whether_bogus(sighting, ret_sight);
	return status;
}

/* ---- at one server ---- */

static void
name_server(struct sight *sight, const struct server *server, const char *server_name)
{
	char address[SERVER_TEXT_SIZE];

	server_print(server, address);
	(void)snprintf(sight->server, sizeof(sight->server), "%s (%s)", server_name, address);
}

enum status
sighting_ask(const struct sighting *sighting, const struct server *server, const char *server_name,
    const char *name, struct sight *ret_sight)
{
	struct question question = { .type = RECORD_TXT };
	int64_t until_ms = clock_monotonic_ms() + sighting->resolvers->timeout_ms;
	struct answer answer;
	struct arena arena;
	enum status status;

	*ret_sight = (struct sight){ .outcome = SIGHT_NONE };
	(void)snprintf(ret_sight->asked, sizeof(ret_sight->asked), "%s", name);
	(void)snprintf(question.name, sizeof(question.name), "%s", name);
	name_server(ret_sight, server, server_name);
	arena_init(&arena, ANSWER_MAX_BYTES);
	status = exchange_ask(server, &question,
	    until_ms < sighting->until_ms ? until_ms : sighting->until_ms, &arena, &answer);
	if (status == STATUS_OK)
		(void)take_answer(ret_sight, &answer);
	else if (status != STATUS_NOT_FOUND)
		status = take_failure(ret_sight, status);
	arena_done(&arena);
	return status;
}
