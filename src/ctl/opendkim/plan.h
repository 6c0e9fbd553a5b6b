/* SPDX-License-Identifier: ISC */
/*
 * What OpenDKIM's tables come to in keys of signetd, and what is lost on the
 * way. All senders fall into classes that the tables cannot tell apart: at a
 * domain they name, or somewhere below it, or at none of them. For each class
 * it is worked out which signatures opendkim makes; keys are chosen from that;
 * then signetd's own rule (keys/match.h) is asked what those keys sign, and
 * whatever differs is a difference that is told. Pure.
 */
#ifndef CTL_OPENDKIM_PLAN_H
#define CTL_OPENDKIM_PLAN_H

#include "ctl/opendkim/key_table.h"
#include "ctl/opendkim/signing_table.h"
#include "keys/match.h"

struct tables {
	struct key_table keys;
	struct signing_table rules;
	bool has_multiple; /* MultipleSignatures */
	struct slice base; /* BaseDirectory */
};

/* s= and d= of one signature, and where they come from. */
struct signature {
	struct signing_key *key;
	struct rule *rule;
	struct slice domain;
};

/* Senders that the tables treat alike: at a domain, or below it where no rule names them. */
struct senders {
	struct slice domain; /* "" and below: at domains that no rule names */
	bool is_below;
	struct signature *signatures; /* of opendkim */
	size_t count;
	bool is_put_off;   /* opendkim answers 451: the rule names a key that is not there */
	bool is_lost;      /* one of their keys cannot be carried over */
	bool is_unbounded; /* each signs with a d= of its own, and which those are nobody wrote down */
};

/* A key to import and to activate. */
struct plan_key {
	struct signing_key *key;
	struct slice domain;
	enum domain_match domain_match;
	const char *path;
};

/* also_sign of signetd has room for so many. */
#define PLAN_ALSO_MAX 2

struct plan {
	struct senders *senders;
	size_t sender_count;
	struct plan_key *keys; /* sorted by domain */
	size_t key_count;
	const struct plan_key *also_sign[PLAN_ALSO_MAX];
	size_t also_count;
	bool has_fallback; /* also_sign signs alone where the sender has no key */
};

/* Uses source for its arena only. Fills in what the keys and rules say "by the plan". */
MUST_CHECK enum status plan_make(
    struct source *source, const struct tables *tables, struct plan *ret_plan);

/* What signetd would sign for these senders; ret_keys has room for 1 + PLAN_ALSO_MAX. */
size_t plan_sign(const struct plan *plan, const struct senders *senders,
    const struct plan_key *ret_keys[1 + PLAN_ALSO_MAX]);

/* Would signetd sign as opendkim did? What opendkim puts off it need not sign. */
bool plan_is_same(const struct plan *plan, const struct senders *senders);

#endif
