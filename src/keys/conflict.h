/* SPDX-License-Identifier: ISC */
/*
 * What activating a key does to the others (docs/keys.md): the table of the
 * rule as one pure function. A key becomes inactive for what the new one
 * covers: it is narrowed to the rest, or deactivated when no rest is left or
 * another active key already has the rest.
 */
#ifndef KEYS_CONFLICT_H
#define KEYS_CONFLICT_H

#include "keys/record.h"

/* An active key; all of one call have the same organization, domain and algorithm. */
struct conflict_key {
	struct key_id id;
	enum domain_match domain_match;
};

enum conflict_kind {
	CONFLICT_STAYS = 1,
	CONFLICT_NARROWED = 2,
	CONFLICT_DEACTIVATED = 3,
};
extern const struct word conflict_kind_words[]; /* "stays", "narrowed", "deactivated" */

/* Senders, seen from the domain of the keys; the values are bits and may be or-ed. */
enum conflict_senders {
	SENDERS_NONE = 0,
	SENDERS_AT_DOMAIN = 1,
	SENDERS_AT_SUBDOMAINS = 2,
	SENDERS_AT_BOTH = 3,
};
extern const struct word conflict_senders_words[]; /* "none", "domain", "subdomains", "both" */

struct conflict_effect {
	struct key_id id;
	enum conflict_kind kind;
	enum domain_match before;
	enum domain_match after;     /* differs from before when narrowed only */
	enum conflict_senders loses; /* whose mail this key signed and no longer does */
	enum conflict_senders gains; /* whose mail it signs and did not: given up by the new key */
};

/* At most one active key per domain_match. */
#define CONFLICT_MAX DOMAIN_MATCH_COUNT

struct conflict_plan {
	size_t count;
	struct conflict_effect effects[CONFLICT_MAX]; /* in the order of the keys given */
	enum conflict_senders gains; /* whose mail the new key will sign and did not before */
	enum conflict_senders loses; /* whose mail it signed under another match, and no longer will */
	bool is_shadowed;            /* the new key signs nothing: two others cover all it matches */
};

/*
 * The effects of activating key beside the active keys. Where key is among
 * them already it is no effect (changing the match of an active key is an
 * activation). STATUS_INVALID: two of the keys have the same match, which the
 * store does not allow.
 */
MUST_CHECK enum status conflict_find(const struct conflict_key *active, size_t count,
    const struct conflict_key *key, struct conflict_plan *ret_plan);

#endif
