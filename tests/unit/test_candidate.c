/* SPDX-License-Identifier: ISC */
/* What is said of each key beside the one that keys/match.h has chosen. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "policy/candidate.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define RSA ALGORITHM_RSA_SHA256
#define ED ALGORITHM_ED25519_SHA256
#define ONLY MATCH_DOMAIN_ONLY
#define SUBS MATCH_SUBDOMAINS_ONLY
#define BOTH MATCH_DOMAIN_AND_SUBDOMAINS

#define KEYS_MAX 6

struct told {
	const char *domain;
	enum algorithm algorithm;
	enum domain_match match;
	bool is_active;
	enum candidate_rule rule; /* of the sender of the case */
};

static const struct {
	const char *sender;
	struct told keys[KEYS_MAX]; /* ends with a NULL domain */
} cases[] = {
	{ "example.com", { { "example.com", RSA, ONLY, true, CANDIDATE_ALONE } } },
	{ "example.com", { { "example.com", RSA, ONLY, false, CANDIDATE_INACTIVE } } },
	{ "example.com",
	    { { "example.com", RSA, ONLY, true, CANDIDATE_MORE_SPECIFIC },
	        { "example.com", RSA, BOTH, true, CANDIDATE_LESS_SPECIFIC },
	        { "example.com", RSA, SUBS, true, CANDIDATE_NOT_THE_DOMAIN } } },
	{ "a.example.com",
	    { { "example.com", RSA, SUBS, true, CANDIDATE_MORE_SPECIFIC },
	        { "example.com", RSA, BOTH, true, CANDIDATE_LESS_SPECIFIC },
	        { "example.com", RSA, ONLY, true, CANDIDATE_NOT_SUBDOMAINS } } },
	{ "a.example.com",
	    { { "a.example.com", RSA, BOTH, true, CANDIDATE_LONGEST_DOMAIN },
	        { "example.com", RSA, BOTH, true, CANDIDATE_SHORTER_DOMAIN },
	        { "example.com", RSA, ONLY, true, CANDIDATE_NOT_SUBDOMAINS } } },
	/* at its domain it was disputed: that is the nearer reason */
	{ "a.example.com",
	    { { "a.example.com", RSA, ONLY, true, CANDIDATE_MORE_SPECIFIC },
	        { "a.example.com", RSA, BOTH, true, CANDIDATE_LESS_SPECIFIC },
	        { "example.com", RSA, BOTH, true, CANDIDATE_SHORTER_DOMAIN } } },
	/* what does not match would not sign either if it were active */
	{ "a.example.com",
	    { { "example.com", RSA, ONLY, false, CANDIDATE_NOT_SUBDOMAINS },
	        { "example.com", RSA, BOTH, false, CANDIDATE_INACTIVE } } },
	/* an inactive rival is none, and each algorithm is by itself */
	{ "example.com",
	    { { "example.com", RSA, BOTH, true, CANDIDATE_ALONE },
	        { "example.com", RSA, ONLY, false, CANDIDATE_INACTIVE },
	        { "example.com", ED, ONLY, true, CANDIDATE_ALONE } } },
};

/* ---- what is chosen: by match_find itself ---- */

static struct candidate
candidate_of(const struct told *told, unsigned number)
{
	struct candidate candidate = { .id = { { (uint8_t)number } }, .algorithm = told->algorithm,
		.domain_match = told->match, .is_active = told->is_active };

	(void)snprintf(candidate.domain, sizeof(candidate.domain), "%s", told->domain);
	return candidate;
}

static enum status
find(void *context, struct slice org, struct slice domain, struct match_list *ret_list)
{
	const struct told *keys = context;

	(void)org;
	*ret_list = (struct match_list){ .count = 0 };
	for (unsigned i = 0; keys[i].domain != NULL; i++) {
		if (keys[i].is_active && slice_equal(domain, slice_from_text(keys[i].domain)))
			ret_list->entries[ret_list->count++] = (struct match_entry){
				.algorithm = keys[i].algorithm, .domain_match = keys[i].match,
				.id = { { (uint8_t)i } } };
	}
	return STATUS_OK;
}

static void
candidate__tells_the_rule(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct told keys[KEYS_MAX + 1] = { { NULL, 0, 0, false, 0 } };
		struct match_source source = { find, keys };
		struct match_choices chosen = { .count = 0 };
		struct candidate candidates[KEYS_MAX];
		struct slice sender = slice_from_text(cases[i].sender);
		unsigned count = 0;

		memcpy(keys, cases[i].keys, sizeof(cases[i].keys));
		for (; keys[count].domain != NULL; count++)
			candidates[count] = candidate_of(&keys[count], count);
		(void)!match_find(&source, SLICE_LITERAL("main"), sender, &chosen);
		for (unsigned k = 0; k < count; k++) {
			struct candidate_verdict verdict;

			candidate_judge(candidates, count, k, sender, &chosen, &verdict);
			if (verdict.rule != keys[k].rule)
				fail_msg("case %zu, key %u: %s, not %s", i, k,
				    word_text(candidate_rule_words, (int)verdict.rule),
				    word_text(candidate_rule_words, (int)keys[k].rule));
			assert_int_equal(verdict.is_chosen, keys[k].rule <= CANDIDATE_MORE_SPECIFIC);
			assert_int_equal(verdict.does_match,
			    keys[k].rule != CANDIDATE_NOT_THE_DOMAIN &&
			        keys[k].rule != CANDIDATE_NOT_SUBDOMAINS);
		}
	}
}

static void
candidate__has_a_word_and_a_sentence_for_each_rule(void **state)
{
	(void)state;
	for (int rule = CANDIDATE_ALONE; rule <= CANDIDATE_LESS_SPECIFIC; rule++) {
		assert_string_not_equal(word_text(candidate_rule_words, rule), "unknown");
		assert_string_not_equal(word_text(candidate_rule_sentences, rule), "unknown");
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(candidate__tells_the_rule),
		cmocka_unit_test(candidate__has_a_word_and_a_sentence_for_each_rule),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
