/* SPDX-License-Identifier: ISC */
/*
 * Which key signs, and what activating one does to the others, read from
 * docs/keys.md as naively as can be: all records in one array, each looked at,
 * each name compared label by label. Shares nothing with keys/, so that both
 * being wrong in the same way is unlikely.
 */
#ifndef TESTS_NAIVE_KEYS_H
#define TESTS_NAIVE_KEYS_H

#include "keys/record.h"

#define NAIVE_KEYS_MAX 96

struct naive_key {
	struct key_id id;
	char org[ORG_MAX + 1];
	char domain[DOMAIN_MAX + 1];
	enum algorithm algorithm;
	enum domain_match match;
	bool is_active;
	int64_t set;          /* the number of its key set */
	struct handle handle; /* of the slot that signs */
	char selector[SELECTOR_MAX + 1];
};

struct naive_keys {
	size_t count;
	struct naive_key key[NAIVE_KEYS_MAX];
};

/* The key that signs for a sender, NULL for none. */
const struct naive_key *naive_keys_find(const struct naive_keys *keys, const char *org,
    const char *sender, enum algorithm algorithm);

/*
 * Makes key number i active with a match, and what that does to the others.
 * False, and nothing has changed, when two records would end at one place.
 */
bool naive_keys_activate(struct naive_keys *keys, size_t i, enum domain_match match);

/* Gives key number i another match: when it is active, an activation. False as above. */
bool naive_keys_rematch(struct naive_keys *keys, size_t i, enum domain_match match);

/* Has another record the same organization, key set and match? The store allows one. */
bool naive_keys_is_taken(const struct naive_keys *keys, size_t i);

void naive_keys_remove(struct naive_keys *keys, size_t i);

#endif
