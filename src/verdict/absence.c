/* SPDX-License-Identifier: ISC */
#include "verdict/absence.h"

#include "verdict/key_seen.h"
#include "verdict/sentence.h"
#include "verdict/trail.h"

struct question {
	const struct expectation *expected;
	const struct observation *seen;
};

static bool
is_delegated(const struct question *q)
{
	return q->expected->target[0] != '\0';
}

/* ---- a zone of its own ---- */

static bool
is_apex_for_cname(const struct question *q)
{
	return q->seen->is_apex && is_delegated(q);
}

static void
say_apex(const struct question *q, struct verdict *verdict)
{
	SENTENCE_SET(verdict->sentence,
	    "%s is the top of a zone of its own, where DNS allows no CNAME",
	    sentence_name(q->expected->name).text);
	SENTENCE_SET(verdict->advice, "remove that zone, and make %s a CNAME in the zone of %s",
	    sentence_name(q->expected->name).text, sentence_name(q->expected->domain).text);
}

static bool
is_apex_for_text(const struct question *q)
{
	return q->seen->is_apex;
}

static void
say_apex_for_text(const struct question *q, struct verdict *verdict)
{
	SENTENCE_ADD(verdict->sentence, "; it is a zone of its own");
	SENTENCE_SET(verdict->advice,
	    "publish the TXT record that signetctl records prints at the top of the zone %s",
	    sentence_name(q->expected->name).text);
}

/* ---- the domain twice ---- */

static bool
has_key(const struct sight *sight)
{
	for (unsigned i = 0; i < sight_kept(sight); i++) {
		struct key_seen key;

		key_seen_find(slice_of(sight->texts[i].bytes, sight->texts[i].len), &key);
		if (key_seen_is_whole(&key))
			return true;
	}
	return false;
}

/* A wildcard may answer there as well: only what looks like the record counts. */
static bool
is_doubled(const struct question *q)
{
	struct trail trail;

	if (!sight_is_answer(&q->seen->doubled))
		return false;
	trail_of(&q->seen->doubled, &trail);
	return has_key(&q->seen->doubled) ||
	    (is_delegated(q) && trail_has_target(&trail, q->expected->target));
}

/* "s._domainkey" of "s._domainkey.example.com" */
static struct slice
relative_name(const struct expectation *expected)
{
	struct slice name = slice_from_text(expected->name);
	size_t tail = strlen(expected->domain) + 1;

	return name.len > tail ? slice_first(name, name.len - tail) : name;
}

static void
say_doubled(const struct question *q, struct verdict *verdict)
{
	SENTENCE_SET(verdict->sentence, "the record is at %s, and nothing at %s: the domain is there twice",
	    sentence_name(q->seen->doubled.asked).text, sentence_name(q->expected->name).text);
	SENTENCE_SET(verdict->advice,
	    "enter the name as %s, or end it with a dot: the zone appends its own name",
	    sentence_value(relative_name(q->expected)).text);
}

/* ---- an address ---- */

static bool
is_proxied(const struct question *q)
{
	return q->seen->has_address && is_delegated(q);
}

static void
say_proxied(const struct question *q, struct verdict *verdict)
{
	SENTENCE_SET(verdict->sentence, "%s has an address instead of the CNAME",
	    sentence_name(q->expected->name).text);
	SENTENCE_SET(verdict->advice,
	    "switch the proxy off for this record (DNS only); if there is none yet and a wildcard answers, "
	    "make it: a CNAME to %s", sentence_name(q->expected->target).text);
}

static bool
is_addressed(const struct question *q)
{
	return q->seen->has_address;
}

static void
say_addressed(const struct question *q, struct verdict *verdict)
{
	(void)q;
	SENTENCE_ADD(verdict->sentence, "; it has an address, perhaps of a wildcard");
}

/* The first that holds; without one, nobody has published it. */
static const struct {
	bool (*holds)(const struct question *q);
	enum dns_code code;
	void (*say)(const struct question *q, struct verdict *verdict);
} rules[] = {
	{ is_apex_for_cname, DNS_CODE_CNAME_AT_APEX, say_apex },
	{ is_doubled, DNS_CODE_NAME_DOUBLED, say_doubled },
	{ is_proxied, DNS_CODE_PROXIED, say_proxied },
	{ is_apex_for_text, DNS_CODE_NOT_PUBLISHED, say_apex_for_text },
	{ is_addressed, DNS_CODE_NOT_PUBLISHED, say_addressed },
};

void
absence_explain(const struct expectation *expected, const struct observation *seen,
    struct verdict *verdict)
{
	struct question q = { .expected = expected, .seen = seen };

	if (verdict->code != DNS_CODE_NOT_PUBLISHED)
		return;
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		if (!rules[i].holds(&q))
			continue;
		verdict->code = rules[i].code;
		rules[i].say(&q, verdict);
		return;
	}
}
