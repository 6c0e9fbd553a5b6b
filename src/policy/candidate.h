/* SPDX-License-Identifier: ISC */
/*
 * Why a key signs for a sender, or does not, beside the others that could: in
 * words, for explain. It chooses nothing: which keys sign is what keys/match.h
 * found, and what is said of the others follows from that. Pure.
 */
#ifndef POLICY_CANDIDATE_H
#define POLICY_CANDIDATE_H

#include "keys/match.h"

/* A key, active or not, whose domain is the sender's or one above it. */
struct candidate {
	struct key_id id;
	enum algorithm algorithm;
	enum domain_match domain_match;
	bool is_active;
	char domain[DOMAIN_MAX + 1];
	char selector[SELECTOR_MAX + 1]; /* of the slot that signs */
};

enum candidate_rule {
	/* it is the one that signs, because it */
	CANDIDATE_ALONE = 1,      /* alone matches */
	CANDIDATE_LONGEST_DOMAIN, /* has the longest domain */
	CANDIDATE_MORE_SPECIFIC,  /* has the more specific match at its domain */
	/* it is not, because */
	CANDIDATE_NOT_THE_DOMAIN, /* it takes subdomains only */
	CANDIDATE_NOT_SUBDOMAINS, /* it takes its own domain only */
	CANDIDATE_INACTIVE,
	CANDIDATE_SHORTER_DOMAIN, /* than that of the one that signs */
	CANDIDATE_LESS_SPECIFIC,
};
extern const struct word candidate_rule_words[];     /* "alone", "longest-domain", … */
extern const struct word candidate_rule_sentences[]; /* without a final full stop */

struct candidate_verdict {
	bool does_match; /* its match takes the sender, active or not */
	bool is_chosen;  /* it is the one of its algorithm */
	enum candidate_rule rule;
};

/* Judges candidates[i] for the sender; chosen is what match_find found for it (none: count 0). */
void candidate_judge(const struct candidate *candidates, size_t count, size_t i,
    struct slice sender, const struct match_choices *chosen,
    struct candidate_verdict *ret_verdict);

#endif
