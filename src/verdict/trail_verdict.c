/* SPDX-License-Identifier: ISC */
#include "verdict/trail_verdict.h"

#include "base/words.h"
#include "verdict/sentence.h"
#include "verdict/text_verdict.h"
#include "verdict/trail_question.h"

/* RFC 1035 §4.1.1 */
static const struct word rcode_words[] = {
	{ 1, "FORMERR" },
	{ 2, "SERVFAIL" },
	{ 4, "NOTIMP" },
	{ 5, "REFUSED" },
	{ 0, NULL },
};

/* ---- nothing was heard ---- */

static struct sentence_part
server_of(const struct sight *sight)
{
	return sentence_name(sight->server[0] != '\0' ? sight->server : "the resolver");
}

static bool
is_unheard(const struct trail_question *q)
{
	const struct sight *end = q->trail->end;

	return end != NULL && !sight_is_answer(end) && end->outcome != SIGHT_REFUSED;
}

static void
say_unheard(const struct trail_question *q, struct verdict *verdict)
{
	const struct sight *end = q->trail->end;

	SENTENCE_SET(verdict->sentence, "%s %s when asked for %s", server_of(end).text,
	    end->outcome == SIGHT_UNUSABLE ? "gave no usable answer" : "did not answer",
	    sentence_name(q->expected->name).text);
}

static bool
is_refused(const struct trail_question *q)
{
	return q->trail->end != NULL && q->trail->end->outcome == SIGHT_REFUSED;
}

static void
say_refused(const struct trail_question *q, struct verdict *verdict)
{
	const struct sight *end = q->trail->end;

	SENTENCE_SET(verdict->sentence, "%s answered %s (rcode %u) when asked for %s",
	    server_of(end).text, word_text(rcode_words, (int)end->rcode), end->rcode,
	    sentence_name(q->expected->name).text);
}

static bool
is_unfinished(const struct trail_question *q)
{
	return q->trail->end == NULL;
}

static void
say_unfinished(const struct trail_question *q, struct verdict *verdict)
{
	SENTENCE_SET(verdict->sentence, "%s leads to %s, and what is there could not be seen",
	    sentence_name(q->expected->name).text, sentence_name(q->trail->name).text);
}

/* ---- what is at the end ---- */

static bool
has_nothing(const struct trail_question *q)
{
	return sight_texts(q->trail->end) == 0;
}

static void
say_nothing(const struct trail_question *q, struct verdict *verdict)
{
	SENTENCE_SET(verdict->sentence, "%s %s", sentence_name(q->expected->name).text,
	    q->trail->end->outcome == SIGHT_NO_NAME ? "does not exist" :
						      "has neither a TXT record nor a CNAME");
	trail_question_advise(q, verdict);
}

static bool
has_several(const struct trail_question *q)
{
	return sight_texts(q->trail->end) > 1;
}

/* Of those that were kept. */
static bool
has_ours_among(const struct trail_question *q)
{
	const struct sight *end = q->trail->end;

	for (unsigned i = 0; i < sight_kept(end); i++) {
		if (trail_question_is_ours(q, &end->texts[i]))
			return true;
	}
	return false;
}

/* RFC 6376 §3.6.2.2: with several, what verifiers do is undefined. */
static void
say_several(const struct trail_question *q, struct verdict *verdict)
{
	bool has_ours = has_ours_among(q);

	SENTENCE_SET(verdict->sentence, "%s has %u TXT records, %s", sentence_name(q->trail->name).text,
	    sight_texts(q->trail->end),
	    has_ours ? "the right one among them" : "none of them with the right key");
	trail_question_advise(q, verdict);
	SENTENCE_ADD(verdict->advice, ", and remove all others there");
}

static bool
has_one(const struct trail_question *q)
{
	return sight_texts(q->trail->end) == 1;
}

/* ---- the one text ---- */

/* A TXT record in the place of the CNAME; some name servers make one of a CNAME themselves. */
static void
judge_direct(const struct trail_question *q, struct verdict *verdict)
{
	bool is_in_test = verdict->code == DNS_CODE_TEST_MODE;

	if (dns_code_state(verdict->code) == DNS_UNCHECKED)
		return;
	trail_question_advise(q, verdict);
	if (dns_code_state(verdict->code) == DNS_FAILED)
		return;
	verdict->code = DNS_CODE_TXT_FOR_CNAME;
	SENTENCE_SET(verdict->sentence,
	    "%s has the right key in a TXT record%s: that works until the next rotation",
	    sentence_name(q->trail->name).text, is_in_test ? " with t=y" : "");
}

/* Behind the right CNAME the owner has nothing to mend. */
static void
judge_delegated(const struct trail_question *q, struct verdict *verdict)
{
	if (dns_code_state(verdict->code) == DNS_VERIFIED)
		SENTENCE_ADD(verdict->sentence, ", through the CNAME of %s",
		    sentence_name(q->expected->name).text);
	else if (dns_code_state(verdict->code) == DNS_FAILED && verdict->code != DNS_CODE_REVOKED)
		SENTENCE_SET(verdict->advice,
		    "the CNAME is right: the record in the provider zone is to be published again");
}

static void
judge_text(const struct trail_question *q, struct verdict *verdict)
{
	text_verdict_reach(q->expected, q->trail->name, &q->trail->end->texts[0], verdict);
	if (!trail_question_is_delegated(q))
		return;
	if (q->trail->hop_count == 0)
		judge_direct(q, verdict);
	else
		judge_delegated(q, verdict);
}

/* ---- the first that holds ---- */

static const struct trail_rule first_rules[] = {
	{ is_unheard, DNS_CODE_UNREACHABLE, say_unheard },
	{ NULL, DNS_CODE_NONE, NULL },
};

static const struct trail_rule unseen_rules[] = {
	{ is_refused, DNS_CODE_UNREACHABLE, say_refused },
	{ is_unfinished, DNS_CODE_UNREACHABLE, say_unfinished },
	{ NULL, DNS_CODE_NONE, NULL },
};

static const struct trail_rule end_rules[] = {
	{ has_nothing, DNS_CODE_NOT_PUBLISHED, say_nothing },
	{ has_several, DNS_CODE_SEVERAL_TXT, say_several },
	{ has_one, DNS_CODE_NONE, judge_text },
	{ NULL, DNS_CODE_NONE, NULL },
};

/* A circle of CNAMEs is the owner's mistake also when the server answers SERVFAIL to it. */
static const struct trail_rule *const tables[] = {
	first_rules,
	chain_rules,
	unseen_rules,
	target_rules,
	end_rules,
};

static bool
ask(const struct trail_rule *rules, const struct trail_question *q, struct verdict *verdict)
{
	for (const struct trail_rule *rule = rules; rule->holds != NULL; rule++) {
		if (!rule->holds(q))
			continue;
		verdict->code = rule->code;
		rule->say(q, verdict);
		return true;
	}
	return false;
}

void
trail_verdict_reach(const struct expectation *expected, const struct trail *trail,
    struct verdict *ret_verdict)
{
	struct trail_question q = { .expected = expected, .trail = trail };
	struct verdict verdict = { .code = DNS_CODE_NONE };

	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		if (ask(tables[i], &q, &verdict))
			break;
	}
	*ret_verdict = verdict;
}
