/* SPDX-License-Identifier: ISC */
/*
 * The rule of docs/keys.md: a table of cases, and random records against a
 * reading of the rule that walks nothing: it looks at every key there is.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "keys/match.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define LIT(text) SLICE_LITERAL(text)

#define RSA ALGORITHM_RSA_SHA256
#define ED ALGORITHM_ED25519_SHA256
#define ONLY MATCH_DOMAIN_ONLY
#define SUBS MATCH_SUBDOMAINS_ONLY
#define BOTH MATCH_DOMAIN_AND_SUBDOMAINS

struct test_key {
	const char *org;
	const char *domain;
	enum algorithm algorithm;
	enum domain_match match;
};

struct world {
	const struct test_key *keys;
	size_t count;
	unsigned asked;
	const char *broken_at; /* the source fails there */
};

/* The source: a key's number in the world is its id. */
static enum status
find(void *context, struct slice org, struct slice domain, struct match_list *ret_list)
{
	struct world *world = context;
	struct match_list list = { 0 };

	world->asked++;
	if (world->broken_at != NULL && slice_equal(domain, slice_from_text(world->broken_at)))
		return STATUS_DAMAGED;
	for (size_t i = 0; i < world->count; i++) {
		const struct test_key *key = &world->keys[i];

		if (!slice_equal(org, slice_from_text(key->org)) ||
		    !slice_equal(domain, slice_from_text(key->domain)))
			continue;
		assert_true(list.count < MATCH_LIST_MAX);
		list.entries[list.count] = (struct match_entry){ .algorithm = key->algorithm,
			.domain_match = key->match };
		list.entries[list.count++].id.bytes[0] = (uint8_t)i;
	}
	if (list.count == 0)
		return STATUS_NOT_FOUND;
	*ret_list = list;
	return STATUS_OK;
}

static enum status
match_in(struct world *world, struct slice domain, struct match_choices *ret_choices)
{
	struct match_source source = { find, world };

	return match_find(&source, LIT("main"), domain, ret_choices);
}

#define NONE 99

static void
match__follows_the_rule(void **state)
{
	static const struct test_key keys[] = {
		{ "main", "example.com", RSA, ONLY },          /* 0 */
		{ "main", "example.com", RSA, SUBS },          /* 1 */
		{ "main", "mail.example.com", RSA, BOTH },     /* 2 */
		{ "main", "both.example", RSA, BOTH },         /* 3 */
		{ "main", "both.example", RSA, ONLY },         /* 4 */
		{ "main", "dual.example", RSA, ONLY },         /* 5 */
		{ "main", "dual.example", ED, BOTH },          /* 6 */
		{ "other", "a.both.example", RSA, ONLY },      /* 7 */
		{ "main", "shadow.example", RSA, SUBS },       /* 8 */
		{ "main", "shadow.example", RSA, BOTH },       /* 9 */
		{ "main", "x.dual.example", RSA, BOTH },       /* 10 */
	};
	static const struct {
		const char *domain;
		size_t rsa;
		size_t ed;
	} cases[] = {
		{ "example.com", 0, NONE },
		{ "a.example.com", 1, NONE },
		{ "a.b.c.example.com", 1, NONE },
		{ "mail.example.com", 2, NONE },
		{ "x.mail.example.com", 2, NONE },
		{ "xmail.example.com", 1, NONE },
		{ "badexample.com", NONE, NONE },
		{ "com", NONE, NONE },
		{ "both.example", 4, NONE },
		{ "a.both.example", 3, NONE },
		{ "dual.example", 5, 6 },
		{ "a.dual.example", NONE, 6 },
		{ "x.dual.example", 10, 6 }, /* each algorithm has its own longest domain */
		{ "shadow.example", 9, NONE },
		{ "a.shadow.example", 8, NONE },
		{ "example.com.evil.org", NONE, NONE },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct world world = { .keys = keys, .count = COUNT(keys) };
		struct match_choices choices = { 0 };
		enum status status =
		    match_in(&world, slice_from_text(cases[i].domain), &choices);
		size_t at = 0;

		assert_int_equal(status,
		    cases[i].rsa == NONE && cases[i].ed == NONE ? STATUS_NOT_FOUND : STATUS_OK);
		if (cases[i].rsa != NONE) {
			assert_int_equal(choices.choices[at].entry.algorithm, RSA);
			assert_int_equal(choices.choices[at].entry.id.bytes[0], cases[i].rsa);
			assert_string_equal(choices.choices[at].domain, keys[cases[i].rsa].domain);
			at++;
		}
		if (cases[i].ed != NONE) {
			assert_int_equal(choices.choices[at].entry.algorithm, ED);
			assert_int_equal(choices.choices[at].entry.id.bytes[0], cases[i].ed);
			at++;
		}
		assert_int_equal(choices.count, at);
	}
}

static void
match__refuses_what_is_no_normalized_domain(void **state)
{
	static const char *const bad[] = { "", ".", "Example.com", "example.com.", "a..b",
		"192.0.2.1", "m\xc3\xbcnchen.de", "a b.com" };
	struct world world = { 0 };
	struct match_choices choices;

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_int_equal(
		    match_in(&world, slice_from_text(bad[i]), &choices), STATUS_INVALID);
	assert_int_equal(world.asked, 0);
}

static void
match__hands_on_what_the_source_fails_with(void **state)
{
	static const struct test_key keys[] = { { "main", "com", RSA, BOTH } };
	struct world world = { .keys = keys, .count = 1, .broken_at = "example.com" };
	struct match_choices choices = { .count = 7 };

	(void)state;
	/* never skipped for the key above: that one may sign what the lost one should */
	assert_int_equal(match_in(&world, LIT("a.example.com"), &choices), STATUS_DAMAGED);
	assert_int_equal(choices.count, 7);
}

static void
match__stops_asking_when_every_algorithm_has_its_key(void **state)
{
	static const struct test_key keys[] = {
		{ "main", "a.example.com", RSA, ONLY },
		{ "main", "a.example.com", ED, ONLY },
	};
	struct world world = { .keys = keys, .count = 2 };
	struct match_choices choices;

	(void)state;
	assert_int_equal(match_in(&world, LIT("a.example.com"), &choices), STATUS_OK);
	assert_int_equal(world.asked, 1);
}

/* ---- random records against the brute-force reading ---- */

static uint32_t
next_random(uint32_t *seed)
{
	*seed = *seed * 1664525U + 1013904223U;
	return *seed >> 8;
}

/* Few labels, so that suffixes meet; "ba" ends like "a". */
static void
make_domain(uint32_t *seed, char ret_domain[64])
{
	static const char *const labels[] = { "a", "ba", "b" };
	unsigned count = 1 + next_random(seed) % 4;

	ret_domain[0] = '\0';
	for (unsigned i = 0; i < count; i++) {
		size_t len = strlen(ret_domain);
		const char *label = labels[next_random(seed) % COUNT(labels)];

		memcpy(ret_domain + len, label, strlen(label) + 1);
		len += strlen(label);
		if (i + 1 < count)
			memcpy(ret_domain + len, ".", 2);
	}
}

static bool
is_below(const char *sender, const char *domain)
{
	size_t sender_len = strlen(sender);
	size_t domain_len = strlen(domain);

	return sender_len > domain_len + 1 &&
	    sender[sender_len - domain_len - 1] == '.' &&
	    strcmp(sender + sender_len - domain_len, domain) == 0;
}

static bool
matches(const struct test_key *key, const char *sender)
{
	bool at = strcmp(key->domain, sender) == 0;
	bool below = is_below(sender, key->domain);

	return (at && key->match != SUBS) || (below && key->match != ONLY);
}

/* Of all keys that match: the longest domain, then the one that is not BOTH. */
static size_t
brute_force(const struct test_key *keys, size_t count, const char *sender, enum algorithm algorithm)
{
	size_t best = NONE;

	for (size_t i = 0; i < count; i++) {
		if (strcmp(keys[i].org, "main") != 0 || keys[i].algorithm != algorithm ||
		    !matches(&keys[i], sender))
			continue;
		if (best == NONE || strlen(keys[i].domain) > strlen(keys[best].domain) ||
		    (strlen(keys[i].domain) == strlen(keys[best].domain) && keys[i].match != BOTH))
			best = i;
	}
	return best;
}

static bool
has_place(const struct test_key *keys, size_t count, const struct test_key *key)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(keys[i].org, key->org) == 0 &&
		    strcmp(keys[i].domain, key->domain) == 0 &&
		    keys[i].algorithm == key->algorithm && keys[i].match == key->match)
			return true;
	}
	return false;
}

static size_t
make_world(uint32_t *seed, struct test_key keys[20], char domains[20][64])
{
	size_t count = 0;
	unsigned tries = next_random(seed) % 20;

	for (unsigned i = 0; i < tries; i++) {
		struct test_key key = {
			.org = next_random(seed) % 4 == 0 ? "other" : "main",
			.domain = domains[count],
			.algorithm = next_random(seed) % 2 == 0 ? RSA : ED,
			.match = (enum domain_match)(1 + next_random(seed) % 3),
		};

		make_domain(seed, domains[count]);
		if (!has_place(keys, count, &key))
			keys[count++] = key;
	}
	return count;
}

static void
compare(const struct match_choices *choices, enum algorithm algorithm, size_t expected)
{
	size_t found = NONE;

	for (size_t i = 0; i < choices->count; i++) {
		if (choices->choices[i].entry.algorithm == algorithm)
			found = choices->choices[i].entry.id.bytes[0];
	}
	assert_int_equal(found, expected);
}

static void
match__agrees_with_the_brute_force_reading(void **state)
{
	uint32_t seed = 20261121;
	unsigned hits = 0;

	(void)state;
	for (unsigned round = 0; round < 20000; round++) {
		struct test_key keys[20];
		char domains[20][64];
		char sender[64];
		struct world world = { .keys = keys, .count = make_world(&seed, keys, domains) };
		struct match_choices choices = { 0 };
		size_t rsa;
		size_t ed;
		enum status status;

		make_domain(&seed, sender);
		rsa = brute_force(keys, world.count, sender, RSA);
		ed = brute_force(keys, world.count, sender, ED);
		status = match_in(&world, slice_from_text(sender), &choices);
		assert_int_equal(
		    status, rsa == NONE && ed == NONE ? STATUS_NOT_FOUND : STATUS_OK);
		compare(&choices, RSA, rsa);
		compare(&choices, ED, ed);
		hits += choices.count > 0;
	}
	/* the worlds were no deserts */
	assert_in_range(hits, 5000, 19000);
}

static void
match__takes_its_domain_or_what_is_below(void **state)
{
	static const struct {
		enum domain_match match;
		bool at;
		bool below;
	} matches[] = { { ONLY, true, false }, { SUBS, false, true }, { BOTH, true, true } };

	(void)state;
	for (size_t i = 0; i < COUNT(matches); i++) {
		assert_int_equal(match_takes(matches[i].match, false), matches[i].at);
		assert_int_equal(match_takes(matches[i].match, true), matches[i].below);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(match__takes_its_domain_or_what_is_below),
		cmocka_unit_test(match__follows_the_rule),
		cmocka_unit_test(match__refuses_what_is_no_normalized_domain),
		cmocka_unit_test(match__hands_on_what_the_source_fails_with),
		cmocka_unit_test(match__stops_asking_when_every_algorithm_has_its_key),
		cmocka_unit_test(match__agrees_with_the_brute_force_reading),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
