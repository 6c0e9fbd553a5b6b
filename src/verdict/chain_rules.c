/* SPDX-License-Identifier: ISC */
#include "base/slice.h"
#include "verdict/sentence.h"
#include "verdict/trail_question.h"

static const struct sight_hop *
first_hop(const struct trail_question *q)
{
	return q->trail->hops[0];
}

/* The first hop that is not alone at its name, or NULL. */
static const struct sight_hop *
crowded_hop(const struct trail_question *q)
{
	for (unsigned i = 0; i < q->trail->hop_count; i++) {
		if (q->trail->hops[i]->has_others)
			return q->trail->hops[i];
	}
	return NULL;
}

static bool
has_others(const struct trail_question *q)
{
	return crowded_hop(q) != NULL;
}

static void
say_others(const struct trail_question *q, struct verdict *verdict)
{
	const char *owner = crowded_hop(q)->owner;

	SENTENCE_SET(verdict->sentence, "%s has other records beside its CNAME, which DNS forbids",
	    sentence_name(owner).text);
	SENTENCE_SET(verdict->advice, "remove all records at %s but the CNAME",
	    sentence_name(owner).text);
}

static bool
has_loop(const struct trail_question *q)
{
	return q->trail->chain == SIGHT_CHAIN_LOOPS;
}

static void
say_loop(const struct trail_question *q, struct verdict *verdict)
{
	SENTENCE_SET(verdict->sentence, "the CNAMEs from %s lead in a circle, back to %s",
	    sentence_name(q->expected->name).text, sentence_name(q->trail->name).text);
	trail_question_advise(q, verdict);
}

static bool
is_too_long(const struct trail_question *q)
{
	return q->trail->chain == SIGHT_CHAIN_TOO_LONG;
}

static void
say_too_long(const struct trail_question *q, struct verdict *verdict)
{
	SENTENCE_SET(verdict->sentence, "after %u CNAMEs from %s there is still another, at %s",
	    q->trail->hop_count, sentence_name(q->expected->name).text,
	    sentence_name(q->trail->name).text);
	trail_question_advise(q, verdict);
}

static bool
misses_target(const struct trail_question *q)
{
	return trail_question_is_delegated(q) && q->trail->hop_count > 0 &&
	    !trail_has_target(q->trail, q->expected->target);
}

/* "target.example.net.example.com": the zone file's missing final dot. */
static bool
lacks_final_dot(const struct trail_question *q)
{
	struct slice seen = slice_from_text(first_hop(q)->target);
	struct slice target = slice_from_text(q->expected->target);

	return slice_starts_with(seen, target) && seen.len > target.len && seen.ptr[target.len] == '.';
}

static bool
has_our_key(const struct trail_question *q)
{
	const struct sight *end = q->trail->end;

	return sight_texts(end) == 1 && trail_question_is_ours(q, &end->texts[0]);
}

static void
say_wrong_target(const struct trail_question *q, struct verdict *verdict)
{
	SENTENCE_SET(verdict->sentence, "%s is a CNAME to %s, not to %s",
	    sentence_name(q->expected->name).text, sentence_name(first_hop(q)->target).text,
	    sentence_name(q->expected->target).text);
	if (lacks_final_dot(q))
		SENTENCE_ADD(verdict->sentence, ": the final dot was forgotten");
	else if (has_our_key(q))
		SENTENCE_ADD(verdict->sentence, "; the key there is the right one until the next rotation");
	SENTENCE_SET(verdict->advice, "make it a CNAME to %s%s",
	    sentence_name(q->expected->target).text,
	    lacks_final_dot(q) ? ", with a final dot in a zone file" : "");
}

static bool
is_dangling(const struct trail_question *q)
{
	return sight_texts(q->trail->end) == 0 && q->trail->hop_count > 0;
}

/* When the CNAME is right it is not the owner who has to mend its target. */
static void
say_dangling(const struct trail_question *q, struct verdict *verdict)
{
	SENTENCE_SET(verdict->sentence, "%s leads to %s, and %s", sentence_name(q->expected->name).text,
	    sentence_name(q->trail->name).text,
	    q->trail->end->outcome == SIGHT_NO_NAME ? "there is no such name" : "there is no TXT record");
	SENTENCE_SET(verdict->advice, "%s", trail_question_is_delegated(q) ?
	    "the CNAME is right: publish the record in the provider zone" :
	    "publish the TXT record there, or put it in the place of the CNAME");
}

const struct trail_rule chain_rules[] = {
	{ has_others, DNS_CODE_CNAME_AND_OTHERS, say_others },
	{ has_loop, DNS_CODE_CNAME_LOOP, say_loop },
	{ is_too_long, DNS_CODE_CHAIN_TOO_LONG, say_too_long },
	{ NULL, DNS_CODE_NONE, NULL },
};

const struct trail_rule target_rules[] = {
	{ misses_target, DNS_CODE_WRONG_TARGET, say_wrong_target },
	{ is_dangling, DNS_CODE_DANGLING_TARGET, say_dangling },
	{ NULL, DNS_CODE_NONE, NULL },
};
