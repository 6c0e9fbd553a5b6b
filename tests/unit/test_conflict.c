/* SPDX-License-Identifier: ISC */
/* What activating a key does to the others, cell by cell and in every combination. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "keys/conflict.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define ONLY MATCH_DOMAIN_ONLY
#define SUBS MATCH_SUBDOMAINS_ONLY
#define BOTH MATCH_DOMAIN_AND_SUBDOMAINS

#define NEW_ID 77

static struct conflict_key
key_of(unsigned id, enum domain_match match)
{
	return (struct conflict_key){ .id = { { (uint8_t)id } }, .domain_match = match };
}

static void
conflict__follows_the_table(void **state)
{
	static const struct {
		enum domain_match new;
		enum domain_match old;
		enum conflict_kind kind;
		enum domain_match after;
		enum conflict_senders loses;
		enum conflict_senders gains;
	} cells[] = {
		{ ONLY, ONLY, CONFLICT_DEACTIVATED, ONLY, SENDERS_AT_DOMAIN, SENDERS_AT_DOMAIN },
		{ ONLY, SUBS, CONFLICT_STAYS, SUBS, SENDERS_NONE, SENDERS_AT_DOMAIN },
		{ ONLY, BOTH, CONFLICT_NARROWED, SUBS, SENDERS_AT_DOMAIN, SENDERS_AT_DOMAIN },
		{ SUBS, ONLY, CONFLICT_STAYS, ONLY, SENDERS_NONE, SENDERS_AT_SUBDOMAINS },
		{ SUBS, SUBS, CONFLICT_DEACTIVATED, SUBS, SENDERS_AT_SUBDOMAINS,
		    SENDERS_AT_SUBDOMAINS },
		{ SUBS, BOTH, CONFLICT_NARROWED, ONLY, SENDERS_AT_SUBDOMAINS,
		    SENDERS_AT_SUBDOMAINS },
		{ BOTH, ONLY, CONFLICT_STAYS, ONLY, SENDERS_NONE, SENDERS_AT_SUBDOMAINS },
		{ BOTH, SUBS, CONFLICT_STAYS, SUBS, SENDERS_NONE, SENDERS_AT_DOMAIN },
		{ BOTH, BOTH, CONFLICT_DEACTIVATED, BOTH, SENDERS_AT_BOTH, SENDERS_AT_BOTH },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cells); i++) {
		struct conflict_key new = key_of(NEW_ID, cells[i].new);
		struct conflict_key old = key_of(1, cells[i].old);
		struct conflict_plan plan;

		assert_int_equal(conflict_find(&old, 1, &new, &plan), STATUS_OK);
		assert_int_equal(plan.count, 1);
		assert_memory_equal(&plan.effects[0].id, &old.id, sizeof(old.id));
		assert_int_equal(plan.effects[0].kind, cells[i].kind);
		assert_int_equal(plan.effects[0].before, cells[i].old);
		assert_int_equal(plan.effects[0].after, cells[i].after);
		assert_int_equal(plan.effects[0].loses, cells[i].loses);
		assert_int_equal(plan.gains, cells[i].gains);
		assert_false(plan.is_shadowed);
	}
}

static void
conflict__does_nothing_when_alone(void **state)
{
	static const enum domain_match all[] = { ONLY, SUBS, BOTH };

	(void)state;
	for (size_t i = 0; i < COUNT(all); i++) {
		struct conflict_key new = key_of(NEW_ID, all[i]);
		struct conflict_plan plan;

		assert_int_equal(conflict_find(NULL, 0, &new, &plan), STATUS_OK);
		assert_int_equal(plan.count, 0);
		assert_int_equal(plan.gains, all[i]);
		assert_false(plan.is_shadowed);
	}
}

/* The narrowed match is taken: at most one active key per match. */
static void
conflict__deactivates_what_would_be_doubled(void **state)
{
	static const struct {
		enum domain_match new;
		enum domain_match taken;
	} cases[] = { { ONLY, SUBS }, { SUBS, ONLY } };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct conflict_key active[] = { key_of(1, BOTH), key_of(2, cases[i].taken) };
		struct conflict_key new = key_of(NEW_ID, cases[i].new);
		struct conflict_plan plan;

		assert_int_equal(conflict_find(active, 2, &new, &plan), STATUS_OK);
		assert_int_equal(plan.effects[0].kind, CONFLICT_DEACTIVATED);
		assert_int_equal(plan.effects[0].after, BOTH);
		/* it signed only what the other left it */
		assert_int_equal(plan.effects[0].loses, (int)cases[i].new);
		assert_int_equal(plan.effects[1].kind, CONFLICT_STAYS);
	}
}

static void
conflict__warns_of_a_key_that_signs_nothing(void **state)
{
	struct conflict_key active[] = { key_of(1, ONLY), key_of(2, SUBS) };
	struct conflict_key new = key_of(NEW_ID, BOTH);
	struct conflict_plan plan;

	(void)state;
	assert_int_equal(conflict_find(active, 2, &new, &plan), STATUS_OK);
	assert_true(plan.is_shadowed);
	assert_int_equal(plan.gains, SENDERS_NONE);
	assert_int_equal(plan.effects[0].kind, CONFLICT_STAYS);
	assert_int_equal(plan.effects[1].kind, CONFLICT_STAYS);
}

static void
conflict__leaves_the_key_itself_out(void **state)
{
	struct conflict_key active[] = { key_of(NEW_ID, ONLY), key_of(2, BOTH) };
	struct conflict_key new = key_of(NEW_ID, SUBS);
	struct conflict_plan plan;

	(void)state;
	/* its match changes from the domain to the subdomains: the other one gets the domain back */
	assert_int_equal(conflict_find(active, 2, &new, &plan), STATUS_OK);
	assert_int_equal(plan.count, 1);
	assert_int_equal(plan.effects[0].id.bytes[0], 2);
	assert_int_equal(plan.effects[0].kind, CONFLICT_NARROWED);
	assert_int_equal(plan.effects[0].after, ONLY);
	assert_int_equal(plan.effects[0].loses, SENDERS_AT_SUBDOMAINS);
	assert_int_equal(plan.effects[0].gains, SENDERS_AT_DOMAIN);
	assert_int_equal(plan.gains, SENDERS_AT_SUBDOMAINS);
	assert_int_equal(plan.loses, SENDERS_AT_DOMAIN);
}

static void
conflict__refuses_what_the_store_cannot_hold(void **state)
{
	struct conflict_key doubled[] = { key_of(1, ONLY), key_of(2, ONLY) };
	struct conflict_key unknown = key_of(3, (enum domain_match)4);
	struct conflict_key new = key_of(NEW_ID, SUBS);
	struct conflict_plan plan = { .count = 9 };

	(void)state;
	assert_int_equal(conflict_find(doubled, 2, &new, &plan), STATUS_INVALID);
	assert_int_equal(conflict_find(&unknown, 1, &new, &plan), STATUS_INVALID);
	assert_int_equal(conflict_find(NULL, 0, &unknown, &plan), STATUS_INVALID);
	assert_int_equal(plan.count, 9);
}

/* ---- every combination: 8 sets of active keys, 3 new ones ---- */

/* Who signs for the domain (SENDERS_AT_DOMAIN) or a subdomain, among keys with an id per match. */
static unsigned
signer(const unsigned ids[DOMAIN_MATCH_COUNT + 1], enum conflict_senders sender)
{
	unsigned specific = ids[(int)sender]; /* the match has the same value */

	return specific != 0 ? specific : ids[BOTH];
}

static void
apply_plan(const struct conflict_plan *plan, const struct conflict_key *new, const unsigned *before,
    unsigned ret_after[DOMAIN_MATCH_COUNT + 1])
{
	memcpy(ret_after, before, sizeof(unsigned) * (DOMAIN_MATCH_COUNT + 1));
	for (int match = ONLY; match <= BOTH; match++)
		ret_after[match] = before[match] == NEW_ID ? 0 : before[match];
	for (size_t i = 0; i < plan->count; i++) {
		const struct conflict_effect *e = &plan->effects[i];

		if (e->kind != CONFLICT_STAYS)
			ret_after[e->before] = 0;
	}
	for (size_t i = 0; i < plan->count; i++) {
		const struct conflict_effect *e = &plan->effects[i];

		if (e->kind == CONFLICT_NARROWED) {
			assert_int_equal(ret_after[e->after], 0);
			ret_after[e->after] = e->id.bytes[0];
		}
	}
	assert_int_equal(ret_after[new->domain_match], 0);
	ret_after[new->domain_match] = new->id.bytes[0];
}

static void
check_senders(const struct conflict_plan *plan, enum conflict_senders sender, unsigned was,
    unsigned is)
{
	/* only by the new key's own change of match is anybody's signature lost, or another key's gained */
	assert_true(was == 0 || was == NEW_ID || is != 0);
	assert_true(is == was || is == NEW_ID || was == NEW_ID);
	assert_int_equal((plan->gains & sender) != 0, is == NEW_ID && was != NEW_ID);
	assert_int_equal((plan->loses & sender) != 0, was == NEW_ID && is != NEW_ID);
	for (size_t i = 0; i < plan->count; i++) {
		unsigned id = plan->effects[i].id.bytes[0];

		assert_int_equal(
		    (plan->effects[i].loses & sender) != 0, was == id && is != id);
		assert_int_equal(
		    (plan->effects[i].gains & sender) != 0, is == id && was != id);
	}
}

/* own: the match under which the new key is active already, 0 for none. */
static void
check_combination(unsigned set, enum domain_match match, unsigned own)
{
	struct conflict_key active[3];
	struct conflict_key new = key_of(NEW_ID, match);
	unsigned before[DOMAIN_MATCH_COUNT + 1] = { 0 };
	unsigned after[DOMAIN_MATCH_COUNT + 1];
	struct conflict_plan plan;
	size_t count = 0;

	for (unsigned i = 1; i <= DOMAIN_MATCH_COUNT; i++) {
		if ((set & 1U << (i - 1)) == 0)
			continue;
		before[i] = i == own ? NEW_ID : i;
		active[count++] = key_of(before[i], (enum domain_match)i);
	}
	assert_int_equal(conflict_find(active, count, &new, &plan), STATUS_OK);
	apply_plan(&plan, &new, before, after);
	for (int sender = SENDERS_AT_DOMAIN; sender <= SENDERS_AT_SUBDOMAINS; sender++)
		check_senders(&plan, (enum conflict_senders)sender,
		    signer(before, (enum conflict_senders)sender),
		    signer(after, (enum conflict_senders)sender));
}

static void
conflict__keeps_every_sender_signed_in_every_combination(void **state)
{
	(void)state;
	for (unsigned set = 0; set < 8; set++) {
		for (int match = ONLY; match <= BOTH; match++)
			check_combination(set, (enum domain_match)match, 0);
	}
}

static void
conflict__tells_who_gains_and_loses_when_an_active_key_changes(void **state)
{
	(void)state;
	for (unsigned set = 1; set < 8; set++) {
		for (unsigned own = ONLY; own <= BOTH; own++) {
			for (int match = ONLY; match <= BOTH; match++) {
				if ((set & 1U << (own - 1)) != 0)
					check_combination(set, (enum domain_match)match, own);
			}
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(conflict__follows_the_table),
		cmocka_unit_test(conflict__does_nothing_when_alone),
		cmocka_unit_test(conflict__deactivates_what_would_be_doubled),
		cmocka_unit_test(conflict__warns_of_a_key_that_signs_nothing),
		cmocka_unit_test(conflict__leaves_the_key_itself_out),
		cmocka_unit_test(conflict__refuses_what_the_store_cannot_hold),
		cmocka_unit_test(conflict__keeps_every_sender_signed_in_every_combination),
		cmocka_unit_test(conflict__tells_who_gains_and_loses_when_an_active_key_changes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
