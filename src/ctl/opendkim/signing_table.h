/* SPDX-License-Identifier: ISC */
/*
 * The SigningTable: which lines opendkim takes for a sender, in which order
 * (opendkim.conf(5)). Pure.
 */
#ifndef CTL_OPENDKIM_SIGNING_TABLE_H
#define CTL_OPENDKIM_SIGNING_TABLE_H

#include "ctl/opendkim/dataset.h"
#include "ctl/opendkim/pattern.h"

struct rule {
	struct place place;
	struct slice text; /* the pattern as written */
	struct pattern pattern;
	struct slice key_name; /* "%": the sender's domain; may be empty */
	struct slice identity; /* i=, or empty */
	bool is_used; /* by the plan: it comes first for some senders */
	bool differs; /* by the plan: some of them would be signed otherwise */
	bool lacks_key; /* by the plan: opendkim puts mail of some of them off */
};

/* What a rule is found by. */
struct rule_entry {
	struct slice domain;
	bool is_below;
	struct rule *rule;
};

struct signing_table {
	bool is_glob; /* a refile: the first line that matches comes first, not the nearest domain */
	struct rule *rules;
	size_t count;
	struct rule_entry *index; /* sorted */
	size_t index_count;
};

/* More lines than this for one sender are not looked at. */
#define SIGNING_TABLE_MATCH_MAX 64

MUST_CHECK enum status signing_table_make(
    struct source *source, const struct dataset *dataset, struct signing_table *ret_table);

/*
 * The rules for senders at domain, or (is_below) at those of its subdomains
 * that no rule names; below "": at domains that no rule knows. In opendkim's
 * order, at most SIGNING_TABLE_MATCH_MAX. Returns how many.
 */
size_t signing_table_match(const struct signing_table *table, struct slice domain, bool is_below,
    struct rule *ret_rules[SIGNING_TABLE_MATCH_MAX]);

#endif
