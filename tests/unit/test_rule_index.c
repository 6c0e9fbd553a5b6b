/* SPDX-License-Identifier: ISC */
/*
 * An index of rules finds what asking one after the other finds: of very many
 * rules and messages, from so few words, tails and networks that they meet.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "policy/rule.h"
#include "policy/rule_index.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define LIT2(text) { (text), sizeof(text) - 1 } /* of a static */
#define ARENA_MAX (64U << 20)
#define RULES_MAX 40
#define ROUNDS 3000
#define ASKED 40 /* messages of a round */

static const struct slice names[] = { LIT2(""), LIT2("ACME"), LIT2("acme"), LIT2("MTA"), LIT2("ACME2") };

static const struct slice patterns[] = { LIT2("*"), LIT2("*@a.example"), LIT2("*@A.EXAMPLE"), LIT2("*@b.a.example"),
	LIT2("*a.example"), LIT2("joe"), LIT2("Joe"), LIT2("joe@a.example"), LIT2("@a.example"), LIT2("") };

static const struct slice logins[] = { LIT2(""), LIT2("joe"), LIT2("JOE"), LIT2("joe@a.example"),
	LIT2("x@b.a.example"), LIT2("@a.example"), LIT2("@A.example"), LIT2("a.example"), LIT2("*"), LIT2("*@a.example"),
	LIT2("joe@b.example"), LIT2("x@y@a.example") };

static const char *const networks[] = { "0.0.0.0/0", "::/0", "192.0.2.0/24", "192.0.2.128/25", "192.0.2.129",
	"10.0.0.0/8", "2001:db8::/32", "2001:db8::1", "2001:db8::/127", "::ffff:0:0/96" };

static const char *const clients[] = { "192.0.2.1", "192.0.2.129", "192.0.2.200", "10.1.2.3", "203.0.113.9",
	"2001:db8::1", "2001:db8::2", "2001:db9::1", "::ffff:192.0.2.1", "::1" };

struct random {
	uint64_t state;
};

/* Of numbers below count. */
static size_t
pick(struct random *random, size_t count)
{
	random->state = random->state * UINT64_C(6364136223846793005) + 1442695040888963407U;
	return (size_t)(random->state >> 33) % count;
}

static struct network
network_of(const char *text)
{
	struct network network = { .bits = 0 };

	assert_int_equal(network_parse(slice_from_text(text), &network, NULL), STATUS_OK);
	return network;
}

static struct decide_rule
make_rule(struct random *random)
{
	struct decide_rule rule = { .kind = (enum rule_kind)(RULE_LISTENER + pick(random, 4)) };

	rule.listener = (unsigned)pick(random, 5);
	rule.text = rule.kind == RULE_LOGIN ? patterns[pick(random, COUNT(patterns))]
	                                    : names[pick(random, COUNT(names))];
	rule.is_local = pick(random, 8) == 0;
	rule.network = network_of(networks[pick(random, COUNT(networks))]);
	return rule;
}

static const struct decide_rule *
find_plainly(const struct decide_rule *rules, size_t count, const struct decide_facts *facts)
{
	for (size_t i = 0; i < count; i++) {
		if (rule_holds(&rules[i], facts))
			return &rules[i];
	}
	return NULL;
}

static void
ask(struct random *random, const struct rule_index *index, const struct decide_rule *rules, size_t count)
{
	struct network client = network_of(clients[pick(random, COUNT(clients))]);
	struct decide_facts facts = {
		.listener = (unsigned)pick(random, 6),
		.daemon_name = names[pick(random, COUNT(names))],
		.login = logins[pick(random, COUNT(logins))],
		.client = pick(random, 5) > 0 ? &client : NULL,
	};

	assert_ptr_equal(rule_index_find(index, &facts), find_plainly(rules, count, &facts));
}

static void
rule_index__finds_what_asking_each_finds(void **state)
{
	struct random random = { 20261121 };
	struct arena arena;

	(void)state;
	arena_init(&arena, ARENA_MAX);
	for (unsigned round = 0; round < ROUNDS; round++) {
		struct decide_rule rules[RULES_MAX];
		/* none, few of which many messages find nothing, or many */
		size_t count = pick(&random, round % 2 == 0 ? 4 : RULES_MAX);
		const struct rule_index *index;

		for (size_t i = 0; i < count; i++)
			rules[i] = make_rule(&random);
		assert_int_equal(rule_index_make(rules, count, &arena, &index), STATUS_OK);
		for (unsigned i = 0; i < ASKED; i++)
			ask(&random, index, rules, count);
		arena_reset(&arena);
	}
	arena_done(&arena);
}

/* Each of these alone would be as good: the words above must meet, or the test before tests nothing. */
static void
rule_index__is_asked_what_each_rule_takes(void **state)
{
	struct random random = { 1 };
	size_t taken[RULE_NETWORK + 1] = { 0 };

	(void)state;
	for (unsigned i = 0; i < 10000; i++) {
		struct decide_rule rule = make_rule(&random);
		struct network client = network_of(clients[pick(&random, COUNT(clients))]);
		struct decide_facts facts = { .listener = (unsigned)pick(&random, 6),
			.daemon_name = names[pick(&random, COUNT(names))],
			.login = logins[pick(&random, COUNT(logins))], .client = &client };

		taken[rule.kind] += rule_holds(&rule, &facts);
	}
	for (enum rule_kind kind = RULE_LISTENER; kind <= RULE_NETWORK; kind++)
		assert_in_range(taken[kind], 100, 9900);
}

#define MANY 200000

/* One after the other this would take hours. */
static void
rule_index__finds_each_of_very_many(void **state)
{
	struct decide_rule *rules = calloc(MANY, sizeof(*rules));
	const struct rule_index *index;
	struct arena arena;

	(void)state;
	assert_non_null(rules);
	arena_init(&arena, ARENA_MAX);
	for (uint32_t i = 0; i < MANY; i++) {
		struct network network = { .address = { 0x20, 0x01, 0x0d, 0xb8 }, .bits = 128 };

		memcpy(network.address + 8, &i, sizeof(i));
		rules[i] = (struct decide_rule){ .kind = RULE_NETWORK, .network = network };
	}
	assert_int_equal(rule_index_make(rules, MANY, &arena, &index), STATUS_OK);
	for (size_t i = 0; i < MANY; i++) {
		struct decide_facts facts = { .client = &rules[i].network };

		assert_ptr_equal(rule_index_find(index, &facts), &rules[i]);
	}
	arena_done(&arena);
	free(rules);
}

static void
rule_index__says_when_memory_is_out(void **state)
{
	const struct decide_rule rule = { .kind = RULE_LISTENER };
	const struct rule_index *index = NULL;
	struct arena arena;

	(void)state;
	arena_init(&arena, 64);
	assert_int_equal(rule_index_make(&rule, 1, &arena, &index), STATUS_NO_MEMORY);
	assert_null(index);
	arena_done(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rule_index__finds_what_asking_each_finds),
		cmocka_unit_test(rule_index__is_asked_what_each_rule_takes),
		cmocka_unit_test(rule_index__finds_each_of_very_many),
		cmocka_unit_test(rule_index__says_when_memory_is_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
