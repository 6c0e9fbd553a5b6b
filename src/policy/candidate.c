/* SPDX-License-Identifier: ISC */
#include "policy/candidate.h"

#include <string.h>

const struct word candidate_rule_words[] = {
	{ CANDIDATE_ALONE, "alone" },
	{ CANDIDATE_LONGEST_DOMAIN, "longest-domain" },
	{ CANDIDATE_MORE_SPECIFIC, "more-specific" },
	{ CANDIDATE_NOT_THE_DOMAIN, "not-the-domain" },
	{ CANDIDATE_NOT_SUBDOMAINS, "not-subdomains" },
	{ CANDIDATE_INACTIVE, "inactive" },
	{ CANDIDATE_SHORTER_DOMAIN, "shorter-domain" },
	{ CANDIDATE_LESS_SPECIFIC, "less-specific" },
	{ 0, NULL },
};

const struct word candidate_rule_sentences[] = {
	{ CANDIDATE_ALONE, "it is the only active key of its algorithm that matches" },
	{ CANDIDATE_LONGEST_DOMAIN, "of the active keys that match it has the longest domain" },
	{ CANDIDATE_MORE_SPECIFIC, "at the longest domain it has the more specific match" },
	{ CANDIDATE_NOT_THE_DOMAIN,
	    "it matches subdomains only, and the sender is at the domain itself" },
	{ CANDIDATE_NOT_SUBDOMAINS, "it matches its own domain only, and the sender is below it" },
	{ CANDIDATE_INACTIVE, "it matches, and is not active" },
	{ CANDIDATE_SHORTER_DOMAIN, "it matches, and another key has a longer domain" },
	{ CANDIDATE_LESS_SPECIFIC,
	    "it matches, and another key of the domain has the more specific match" },
	{ 0, NULL },
};

static bool
does_match(const struct candidate *candidate, struct slice sender)
{
	return match_takes(candidate->domain_match, strlen(candidate->domain) < sender.len);
}

static const struct match_choice *
find_choice(const struct match_choices *chosen, enum algorithm algorithm)
{
	for (size_t i = 0; i < chosen->count; i++) {
		if (chosen->choices[i].entry.algorithm == algorithm)
			return &chosen->choices[i];
	}
	return NULL;
}

/* Against whom it was chosen: the nearest rival tells the rule. */
static enum candidate_rule
why_chosen(const struct candidate *candidates, size_t count, size_t chosen, struct slice sender)
{
	const struct candidate *winner = &candidates[chosen];
	enum candidate_rule rule = CANDIDATE_ALONE;

	for (size_t i = 0; i < count; i++) {
		const struct candidate *rival = &candidates[i];

		if (i == chosen || !rival->is_active || rival->algorithm != winner->algorithm ||
		    !does_match(rival, sender))
			continue;
		if (strcmp(rival->domain, winner->domain) == 0)
			return CANDIDATE_MORE_SPECIFIC;
		rule = CANDIDATE_LONGEST_DOMAIN;
	}
	return rule;
}

static enum candidate_rule
why_not(const struct candidate *candidate, struct slice sender, const struct match_choice *choice)
{
	if (!does_match(candidate, sender))
		return candidate->domain_match == MATCH_DOMAIN_ONLY ? CANDIDATE_NOT_SUBDOMAINS
		                                                    : CANDIDATE_NOT_THE_DOMAIN;
	if (!candidate->is_active || choice == NULL)
		return CANDIDATE_INACTIVE;
	return strcmp(candidate->domain, choice->domain) == 0 ? CANDIDATE_LESS_SPECIFIC
	                                                      : CANDIDATE_SHORTER_DOMAIN;
}

void
candidate_judge(const struct candidate *candidates, size_t count, size_t i, struct slice sender,
    const struct match_choices *chosen, struct candidate_verdict *ret_verdict)
{
	const struct candidate *candidate = &candidates[i];
	const struct match_choice *choice = find_choice(chosen, candidate->algorithm);
	bool is_chosen = choice != NULL &&
	    memcmp(choice->entry.id.bytes, candidate->id.bytes, ID_SIZE) == 0;

	*ret_verdict = (struct candidate_verdict){
		.does_match = does_match(candidate, sender),
		.is_chosen = is_chosen,
		.rule = is_chosen ? why_chosen(candidates, count, i, sender)
		                  : why_not(candidate, sender, choice),
	};
}
