/* SPDX-License-Identifier: ISC */
/*
 * Which key signs (docs/keys.md): for a sender domain in an organization, per
 * algorithm, of the active keys that match it, the one with the longest
 * domain; at the same domain the more specific match. Labels are compared
 * whole. Pure: where the keys are kept is the caller's business, through
 * struct match_source. The milter asks the view, explain and the tests ask
 * what they like; the rule is only here.
 */
#ifndef KEYS_MATCH_H
#define KEYS_MATCH_H

#include "keys/record.h"

/* One active key as signing sees it. */
struct match_entry {
	enum algorithm algorithm;
	enum domain_match domain_match;
	struct key_id id;
	struct handle handle;
	char selector[SELECTOR_MAX + 1];
};

/* Does a key of this match take senders at its own domain, or (is_below) below it? */
bool match_takes(enum domain_match match, bool is_below);

/* At most one active key per (organization, domain, algorithm, domain_match). */
#define MATCH_LIST_MAX (ALGORITHM_COUNT * DOMAIN_MATCH_COUNT)

/* The active keys of one organization at exactly one domain. */
struct match_list {
	size_t count;
	struct match_entry entries[MATCH_LIST_MAX];
};

/*
 * Finds the active keys of org at domain: STATUS_OK, STATUS_NOT_FOUND when
 * there are none, anything else is a failure that ends the search.
 */
struct match_source {
	enum status (*find)(
	    void *context, struct slice org, struct slice domain, struct match_list *ret_list);
	void *context;
};

struct match_choice {
	struct match_entry entry;
	char domain[DOMAIN_MAX + 1]; /* d= */
};

struct match_choices {
	size_t count; /* at most one per algorithm, in the order of enum algorithm */
	struct match_choice choices[ALGORITHM_COUNT];
};

/*
 * The keys that sign for a sender at domain (A-labels, lower case, no final
 * dot, at most DOMAIN_MAX). STATUS_OK with at least one choice,
 * STATUS_NOT_FOUND, STATUS_INVALID for a text that is no domain, or what the
 * source failed with.
 */
MUST_CHECK enum status match_find(const struct match_source *source, struct slice org,
    struct slice domain, struct match_choices *ret_choices);

#endif
