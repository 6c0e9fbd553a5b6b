/* SPDX-License-Identifier: ISC */
#include "keys/conflict.h"

#include <string.h>

const struct word conflict_kind_words[] = {
	{ CONFLICT_STAYS, "stays" },
	{ CONFLICT_NARROWED, "narrowed" },
	{ CONFLICT_DEACTIVATED, "deactivated" },
	{ 0, NULL },
};

const struct word conflict_senders_words[] = {
	{ SENDERS_NONE, "none" },
	{ SENDERS_AT_DOMAIN, "domain" },
	{ SENDERS_AT_SUBDOMAINS, "subdomains" },
	{ SENDERS_AT_BOTH, "both" },
	{ 0, NULL },
};

/* The values of enum domain_match are the bits of the senders they take. */
_Static_assert(MATCH_DOMAIN_ONLY == (int)SENDERS_AT_DOMAIN, "bits");
_Static_assert(MATCH_SUBDOMAINS_ONLY == (int)SENDERS_AT_SUBDOMAINS, "bits");
_Static_assert(MATCH_DOMAIN_AND_SUBDOMAINS == (int)SENDERS_AT_BOTH, "bits");

#define DEACTIVATED 0 /* in the table: no match is left */

/* The match an existing key is left with: [new][existing]. */
static const int rule[DOMAIN_MATCH_COUNT + 1][DOMAIN_MATCH_COUNT + 1] = {
	[MATCH_DOMAIN_ONLY] = {
		[MATCH_DOMAIN_ONLY] = DEACTIVATED,
		[MATCH_SUBDOMAINS_ONLY] = MATCH_SUBDOMAINS_ONLY,
		[MATCH_DOMAIN_AND_SUBDOMAINS] = MATCH_SUBDOMAINS_ONLY,
	},
	[MATCH_SUBDOMAINS_ONLY] = {
		[MATCH_DOMAIN_ONLY] = MATCH_DOMAIN_ONLY,
		[MATCH_SUBDOMAINS_ONLY] = DEACTIVATED,
		[MATCH_DOMAIN_AND_SUBDOMAINS] = MATCH_DOMAIN_ONLY,
	},
	[MATCH_DOMAIN_AND_SUBDOMAINS] = {
		[MATCH_DOMAIN_ONLY] = MATCH_DOMAIN_ONLY,
		[MATCH_SUBDOMAINS_ONLY] = MATCH_SUBDOMAINS_ONLY,
		[MATCH_DOMAIN_AND_SUBDOMAINS] = DEACTIVATED,
	},
};

/* The senders of a match, when the more specific matches at the same domain take some of them. */
static unsigned
senders_of(enum domain_match match, unsigned specific)
{
	return match == MATCH_DOMAIN_AND_SUBDOMAINS ? SENDERS_AT_BOTH & ~specific : (unsigned)match;
}

/* A set of matches. That of active keys has none twice, so it stands for the keys. */
#define MATCH_BIT(match) (1U << (match))

static bool
has_match(unsigned matches, int match)
{
	return (matches & MATCH_BIT(match)) != 0;
}

/* The senders that the more specific ones of a set take. */
static unsigned
specific_of(unsigned matches)
{
	unsigned senders = 0;

	if (has_match(matches, MATCH_DOMAIN_ONLY))
		senders |= SENDERS_AT_DOMAIN;
	if (has_match(matches, MATCH_SUBDOMAINS_ONLY))
		senders |= SENDERS_AT_SUBDOMAINS;
	return senders;
}

static bool
is_match(enum domain_match match)
{
	return match >= MATCH_DOMAIN_ONLY && match <= MATCH_DOMAIN_AND_SUBDOMAINS;
}

static bool
is_same(const struct conflict_key *a, const struct conflict_key *b)
{
	return memcmp(a->id.bytes, b->id.bytes, ID_SIZE) == 0;
}

/* The matches that are taken before: by the new key itself, and by the others. */
struct taken {
	unsigned own;
	unsigned others;
};

static enum status
collect(const struct conflict_key *active, size_t count, const struct conflict_key *key,
    struct taken *ret_taken)
{
	struct taken taken = { 0 };

	for (size_t i = 0; i < count; i++) {
		enum domain_match match = active[i].domain_match;

		if (!is_match(match) || has_match(taken.own | taken.others, (int)match))
			return STATUS_INVALID;
		if (is_same(&active[i], key))
			taken.own |= MATCH_BIT(match);
		else
			taken.others |= MATCH_BIT(match);
	}
	*ret_taken = taken;
	return STATUS_OK;
}

/* The match a key keeps beside the new one. */
static int
match_left(enum domain_match old, enum domain_match new, unsigned others)
{
	int left = rule[new][old];

	return left != (int)old && has_match(others, left) ? DEACTIVATED : left;
}

static void
add_effect(struct conflict_plan *plan, const struct conflict_key *old, int left, unsigned specific)
{
	struct conflict_effect *effect = &plan->effects[plan->count++];
	unsigned before = senders_of(old->domain_match, specific);

	effect->id = old->id;
	effect->before = old->domain_match;
	effect->after = left == DEACTIVATED ? old->domain_match : (enum domain_match)left;
	/* no old DomainAndSubdomains is left, and the others' bits are their senders */
	effect->loses = (enum conflict_senders)(before & ~(unsigned)left);
	effect->gains = (enum conflict_senders)((unsigned)left & ~before);
	if (left == DEACTIVATED)
		effect->kind = CONFLICT_DEACTIVATED;
	else
		effect->kind = effect->after == effect->before ? CONFLICT_STAYS : CONFLICT_NARROWED;
}

/* What the key will sign, beside what it signs already under another match. */
static void
judge_new(struct conflict_plan *plan, enum domain_match match, const struct taken *taken)
{
	unsigned specific = specific_of(taken->others);
	unsigned after = senders_of(match, specific);
	unsigned before = 0;

	for (int own = MATCH_DOMAIN_ONLY; own <= MATCH_DOMAIN_AND_SUBDOMAINS; own++) {
		if (has_match(taken->own, own))
			before |= senders_of((enum domain_match)own, specific);
	}
	plan->is_shadowed = after == 0;
	plan->gains = (enum conflict_senders)(after & ~before);
	plan->loses = (enum conflict_senders)(before & ~after);
}

enum status
conflict_find(const struct conflict_key *active, size_t count, const struct conflict_key *key,
    struct conflict_plan *ret_plan)
{
	struct conflict_plan plan = { 0 };
	struct taken taken = { 0 };
	enum status status = is_match(key->domain_match) ? STATUS_OK : STATUS_INVALID;

	if (status == STATUS_OK)
		status = collect(active, count, key, &taken);
	if (status != STATUS_OK)
		return status;
	for (size_t i = 0; i < count; i++) {
		if (!is_same(&active[i], key))
			add_effect(&plan, &active[i],
			    match_left(active[i].domain_match, key->domain_match, taken.others),
			    specific_of(taken.own | taken.others));
	}
	judge_new(&plan, key->domain_match, &taken);
	*ret_plan = plan;
	return STATUS_OK;
}
