/* SPDX-License-Identifier: ISC */
#include "naive_keys.h"

#include <string.h>

#define ONLY MATCH_DOMAIN_ONLY
#define SUBS MATCH_SUBDOMAINS_ONLY
#define BOTH MATCH_DOMAIN_AND_SUBDOMAINS

#define LABELS_MAX (DOMAIN_MAX / 2 + 1)

/* ---- names ---- */

struct labels {
	size_t count;
	struct slice label[LABELS_MAX];
};

static struct labels
labels_of(const char *name)
{
	struct labels labels = { .count = 1, .label[0] = { name, 0 } };

	for (; *name != '\0'; name++) {
		if (*name == '.')
			labels.label[labels.count++] = (struct slice){ name + 1, 0 };
		else
			labels.label[labels.count - 1].len++;
	}
	return labels;
}

/* How many labels the sender has more than the domain; -1 when it is neither it nor below it. */
static int
depth_below(const char *sender, const char *domain)
{
	struct labels s = labels_of(sender);
	struct labels d = labels_of(domain);

	if (s.count < d.count)
		return -1;
	for (size_t i = 1; i <= d.count; i++) {
		if (!slice_equal(s.label[s.count - i], d.label[d.count - i]))
			return -1;
	}
	return (int)(s.count - d.count);
}

/* ---- which key signs ---- */

static bool
does_match(const struct naive_key *key, const char *sender)
{
	int depth = depth_below(sender, key->domain);

	if (depth < 0)
		return false;
	return depth == 0 ? key->match == ONLY || key->match == BOTH
			  : key->match == SUBS || key->match == BOTH;
}

static bool
is_better(const struct naive_key *key, const struct naive_key *than)
{
	size_t labels = labels_of(key->domain).count;
	size_t labels_than = labels_of(than->domain).count;

	return labels > labels_than || (labels == labels_than && than->match == BOTH);
}

const struct naive_key *
naive_keys_find(const struct naive_keys *keys, const char *org, const char *sender,
    enum algorithm algorithm)
{
	const struct naive_key *best = NULL;

	for (size_t i = 0; i < keys->count; i++) {
		const struct naive_key *key = &keys->key[i];

		if (key->is_active && key->algorithm == algorithm && strcmp(key->org, org) == 0 &&
		    does_match(key, sender) && (best == NULL || is_better(key, best)))
			best = key;
	}
	return best;
}

/* ---- what activating does ---- */

static bool
is_beside(const struct naive_key *a, const struct naive_key *b)
{
	return a != b && a->is_active && b->is_active && a->algorithm == b->algorithm &&
	    strcmp(a->org, b->org) == 0 && strcmp(a->domain, b->domain) == 0;
}

static bool
has_beside(const struct naive_keys *keys, const struct naive_key *key, enum domain_match match,
    const struct naive_key *but)
{
	for (size_t i = 0; i < keys->count; i++) {
		if (&keys->key[i] != but && is_beside(key, &keys->key[i]) &&
		    keys->key[i].match == match)
			return true;
	}
	return false;
}

/* The table of the rule, in its words. */
static void
yield_to(const struct naive_keys *keys, struct naive_key *old, const struct naive_key *new)
{
	enum domain_match left = old->match;

	if (old->match == new->match)
		old->is_active = false;
	else if (new->match == ONLY && old->match == BOTH)
		left = SUBS;
	else if (new->match == SUBS && old->match == BOTH)
		left = ONLY;
	if (left == old->match)
		return;
	if (has_beside(keys, old, left, new))
		old->is_active = false;
	else
		old->match = left;
}

bool
naive_keys_is_taken(const struct naive_keys *keys, size_t i)
{
	for (size_t j = 0; j < keys->count; j++) {
		if (i != j && keys->key[i].set == keys->key[j].set &&
		    keys->key[i].match == keys->key[j].match &&
		    strcmp(keys->key[i].org, keys->key[j].org) == 0)
			return true;
	}
	return false;
}

bool
naive_keys_activate(struct naive_keys *keys, size_t i, enum domain_match match)
{
	struct naive_keys before = *keys;
	struct naive_key *new = &keys->key[i];

	new->is_active = true;
	new->match = match;
	for (size_t j = 0; j < keys->count; j++) {
		if (is_beside(new, &keys->key[j]))
			yield_to(keys, &keys->key[j], new);
	}
	for (size_t j = 0; j < keys->count; j++) {
		if (naive_keys_is_taken(keys, j)) {
			*keys = before;
			return false;
		}
	}
	return true;
}

bool
naive_keys_rematch(struct naive_keys *keys, size_t i, enum domain_match match)
{
	enum domain_match before = keys->key[i].match;

	if (keys->key[i].is_active)
		return naive_keys_activate(keys, i, match);
	keys->key[i].match = match;
	if (!naive_keys_is_taken(keys, i))
		return true;
	keys->key[i].match = before;
	return false;
}

void
naive_keys_remove(struct naive_keys *keys, size_t i)
{
	keys->key[i] = keys->key[--keys->count];
}
