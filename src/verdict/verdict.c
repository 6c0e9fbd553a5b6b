/* SPDX-License-Identifier: ISC */
#include "verdict/verdict.h"

#include "verdict/absence.h"
#include "verdict/sentence.h"
#include "verdict/survey.h"
#include "verdict/trail_verdict.h"

/* All that a rule may look at. */
struct question {
	const struct expectation *expected;
	const struct observation *seen;
	struct survey zone;
	struct survey target;
	const struct survey *origin; /* the one that speaks for the name servers; NULL when none was heard */
	struct verdict resolver;     /* what the resolver's trail comes to */
};

static enum dns_state
resolver_state(const struct question *q)
{
	return dns_code_state(q->resolver.code);
}

/* What the name servers show comes to: UNCHECKED as well when nobody showed the end of their trail. */
static enum dns_state
origin_state(const struct question *q)
{
	return q->origin != NULL ? dns_code_state(q->origin->verdict.code) : DNS_UNCHECKED;
}

static struct sentence_part
resolver_name(const struct question *q)
{
	const char *server = q->seen->resolver.server;

	return sentence_name(server[0] != '\0' ? server : "the resolver");
}

/* How long the resolver may go on showing what it showed; 0: it does not tell. */
static uint32_t
resolver_ttl(const struct sight *sight)
{
	uint32_t end_ttl = sight_texts(sight) > 0 ? sight->texts[0].ttl : sight->negative_ttl;
	bool is_unknown = sight_texts(sight) == 0 && sight->negative_ttl == 0;
	uint32_t ttl = is_unknown ? UINT32_MAX : end_ttl;

	for (unsigned i = 0; i < sight->hop_count; i++) {
		if (sight->hops[i].ttl < ttl)
			ttl = sight->hops[i].ttl;
	}
	return sight_is_answer(sight) && ttl != UINT32_MAX ? ttl : 0;
}

/* ---- the name servers ---- */

static bool
is_zone_split(const struct question *q)
{
	return survey_is_split(&q->zone);
}

static void
say_zone_split(const struct question *q, struct verdict *verdict)
{
	survey_say_split(&q->zone, q->expected->name, verdict);
}

static bool
is_target_split(const struct question *q)
{
	return survey_is_split(&q->target);
}

static void
say_target_split(const struct question *q, struct verdict *verdict)
{
	survey_say_split(&q->target, q->target.witness->asked, verdict);
}

/* What they agree on is newer than what a resolver remembers. */
static bool
has_origin_failed(const struct question *q)
{
	return origin_state(q) == DNS_FAILED;
}

static void
say_origin(const struct question *q, struct verdict *verdict)
{
	*verdict = q->origin->verdict;
	absence_explain(q->expected, q->seen, verdict);
	if (resolver_state(q) == DNS_VERIFIED)
		SENTENCE_ADD(verdict->sentence, "; %s still remembers the right record",
		    resolver_name(q).text);
}

/* ---- the resolver ---- */

/* It may as well be the resolver's clock, or its trust anchor: nobody's failure, until somebody has looked. */
static bool
is_bogus(const struct question *q)
{
	return resolver_state(q) == DNS_UNCHECKED && q->seen->resolver.is_bogus;
}

static void
say_bogus(const struct question *q, struct verdict *verdict)
{
	const struct sight *sight = &q->seen->resolver;
	const char *end = sight->hop_count == 0 ? sight->asked : sight->hops[sight->hop_count - 1].target;

	SENTENCE_SET(verdict->sentence,
	    "%s answers SERVFAIL to %s, but answers when it is not to check DNSSEC: the zone's "
	    "signatures do not verify",
	    resolver_name(q).text, sentence_name(end).text);
	if (origin_state(q) == DNS_VERIFIED)
		SENTENCE_ADD(verdict->sentence, "; the name servers of %s have the right record",
		    sentence_name(q->origin->zone->name).text);
	SENTENCE_SET(verdict->advice,
	    "receivers that check DNSSEC do not see the key: have the zone signed anew, or its DS record "
	    "corrected; if other signed zones fail too, look at the resolver's clock and trust anchor");
}

static bool
is_resolver_unheard(const struct question *q)
{
	return resolver_state(q) == DNS_UNCHECKED;
}

static void
say_resolver_unheard(const struct question *q, struct verdict *verdict)
{
	*verdict = q->resolver;
	if (origin_state(q) == DNS_VERIFIED)
		SENTENCE_ADD(verdict->sentence, "; the name servers of %s have the right record",
		    sentence_name(q->origin->zone->name).text);
	SENTENCE_SET(verdict->advice, "%s", q->seen->resolver.outcome == SIGHT_REFUSED ?
	    "look again later; if this stays, see whether the zone's name servers answer the resolver" :
	    "look again later; if this stays, see whether the resolvers of dns.resolvers, or of "
	    "/etc/resolv.conf, answer");
}

/* The name servers have the record, or a CNAME that the resolver has not seen yet. */
static bool
is_resolver_late(const struct question *q)
{
	if (q->origin == NULL)
		return false;
	return resolver_state(q) == DNS_FAILED || origin_state(q) == DNS_UNCHECKED;
}

static void
say_late(const struct question *q, struct verdict *verdict)
{
	uint32_t seconds = resolver_ttl(&q->seen->resolver);

	SENTENCE_SET(verdict->sentence, "the name servers of %s have %s, but %s does not show it yet",
	    sentence_name(q->origin->zone->name).text,
	    origin_state(q) == DNS_VERIFIED ? "the right record" : "a newer record",
	    resolver_name(q).text);
	if (seconds > 0)
		SENTENCE_ADD(verdict->sentence, ", for at most %lu seconds", (unsigned long)seconds);
	if (resolver_state(q) == DNS_FAILED)
		SENTENCE_ADD(verdict->sentence, ": %s", q->resolver.sentence);
	SENTENCE_SET(verdict->advice, "wait that long, then look again");
}

static bool
is_resolver_alone(const struct question *q)
{
	return resolver_state(q) == DNS_FAILED;
}

static void
say_resolver(const struct question *q, struct verdict *verdict)
{
	*verdict = q->resolver;
	absence_explain(q->expected, q->seen, verdict);
}

static bool
is_proved(const struct question *q)
{
	return resolver_state(q) == DNS_VERIFIED;
}

/* ---- the first that holds ---- */

/* DNS_CODE_NONE: what says sets the code. */
static const struct {
	bool (*holds)(const struct question *q);
	enum dns_code code;
	void (*say)(const struct question *q, struct verdict *verdict);
} rules[] = {
	{ is_zone_split, DNS_CODE_SERVERS_DISAGREE, say_zone_split },
	{ is_target_split, DNS_CODE_SERVERS_DISAGREE, say_target_split },
	{ has_origin_failed, DNS_CODE_NONE, say_origin },
	{ is_bogus, DNS_CODE_DNSSEC_BOGUS, say_bogus },
	{ is_resolver_unheard, DNS_CODE_NONE, say_resolver_unheard },
	{ is_resolver_late, DNS_CODE_NOT_SEEN_YET, say_late },
	{ is_resolver_alone, DNS_CODE_NONE, say_resolver },
	{ is_proved, DNS_CODE_NONE, say_resolver },
};

static void
apply(const struct question *q, struct verdict *verdict)
{
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		if (!rules[i].holds(q))
			continue;
		verdict->code = rules[i].code;
		rules[i].say(q, verdict);
		return;
	}
}

static void
ask(struct question *q)
{
	struct trail trail;

	survey_of_target(q->expected, q->seen, &q->target);
	survey_of_zone(q->expected, q->seen, q->target.witness, &q->zone);
	if (survey_is_heard(&q->zone))
		q->origin = &q->zone;
	else if (survey_is_heard(&q->target))
		q->origin = &q->target;
	trail_of(&q->seen->resolver, &trail);
	trail_verdict_reach(q->expected, &trail, &q->resolver);
}

/* Whose silence makes the verdict worth less; a split says it itself. */
static void
add_silence(const struct question *q, struct verdict *verdict)
{
	if (verdict->code == DNS_CODE_SERVERS_DISAGREE)
		return;
	if (q->seen->zone.name[0] == '\0' || q->seen->zone.server_count == 0)
		SENTENCE_ADD(verdict->sentence, "; the name servers of %s could not be found",
		    sentence_name(q->expected->domain).text);
	survey_add_silence(&q->zone, verdict);
	survey_add_silence(&q->target, verdict);
}

void
verdict_reach(const struct expectation *expected, const struct observation *seen,
    struct verdict *ret_verdict)
{
	struct question q = { .expected = expected, .seen = seen };
	struct verdict verdict = { .code = DNS_CODE_NONE };

	ask(&q);
	apply(&q, &verdict);
	add_silence(&q, &verdict);
	verdict.ttl_s = resolver_ttl(&seen->resolver);
	verdict.is_secure = seen->resolver.is_secure;
	*ret_verdict = verdict;
}
