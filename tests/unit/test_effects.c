/* SPDX-License-Identifier: ISC */
/*
 * Random life of records on a real store, beside a naive reading of the rule
 * (naive_keys.h). After each step the store holds what the reading says, and
 * every sender is signed by the key it says; and what an activation or another
 * match was reported to do, dry and real, is what it did.
 */
#include "life.h"
#include "naive_keys.h"

#include <stdio.h>

#include "keys/match.h"

#define STEPS 1500
#define KEYS_ENOUGH 56

static const char *const orgs[] = { "main", "acme" };
static const enum algorithm algorithms[] = { ALGORITHM_RSA_SHA256, ALGORITHM_ED25519_SHA256 };
static const char *const domains[] = { "example.com", "a.example.com", "b.a.example.com",
	"badexample.com" };

/* At a domain, below it by one label and by two: no record is that deep. */
static const char *const prefixes[] = { "", "zz.", "y.zz." };

struct story {
	struct store *store;
	uint32_t seed;
	unsigned made;
	struct naive_keys keys;
	char last[256];                      /* what happened, for a failure */
	unsigned narrowed, deactivated, gained, lost, left, refused; /* that it was no desert */
};

static uint32_t
draw(struct story *s, uint32_t below)
{
	s->seed = s->seed * 1664525U + 1013904223U;
	return (s->seed >> 8) % below;
}

#define DRAW_FROM(s, array) ((array)[draw(s, COUNT(array))])

static enum domain_match
draw_match(struct story *s)
{
	return (enum domain_match)(MATCH_DOMAIN_ONLY + (int)draw(s, DOMAIN_MATCH_COUNT));
}

__attribute__((format(printf, 3, 4))) static void
say(struct story *s, const struct naive_key *key, const char *format, ...)
{
	va_list arguments;
	int len = snprintf(s->last, sizeof(s->last), "%s %s %s %s%s: ", key->org, key->domain,
	    word_text(algorithm_words, (int)key->algorithm),
	    word_text(domain_match_words, (int)key->match), key->is_active ? " (active)" : "");

	va_start(arguments, format);
	(void)vsnprintf(s->last + len, sizeof(s->last) - (size_t)len, format, arguments);
	va_end(arguments);
}

static bool
is_same_id(const struct key_id *a, const struct key_id *b)
{
	return memcmp(a->bytes, b->bytes, ID_SIZE) == 0;
}

/* ---- what the store holds, and who signs ---- */

static void
check_store(struct story *s)
{
	struct store_counts counts;
	struct error err = { "" };

	assert_ok(store_count(s->store, &counts, &err), &err);
	assert_int_equal(counts.keys, s->keys.count);
	for (size_t i = 0; i < s->keys.count; i++) {
		const struct naive_key *key = &s->keys.key[i];
		struct domain_key stored;

		assert_ok(store_find_key(s->store, &key->id, &stored, &err), &err);
		if (stored.is_active != key->is_active || stored.domain_match != key->match)
			fail_msg("%s: %s is %s%s in the store", s->last, key->domain,
			    word_text(domain_match_words, (int)stored.domain_match),
			    stored.is_active ? " (active)" : "");
	}
}

static enum status
find_in_store(void *context, struct slice org, struct slice domain, struct match_list *ret_list)
{
	/* both are tails of NUL-terminated texts */
	return store_active_at(context, org.ptr, domain.ptr, ret_list, NULL);
}

static const struct match_choice *
choice_of(const struct match_choices *choices, enum algorithm algorithm)
{
	for (size_t i = 0; i < choices->count; i++) {
		if (choices->choices[i].entry.algorithm == algorithm)
			return &choices->choices[i];
	}
	return NULL;
}

static void
check_sender(struct story *s, const char *org, const char *sender)
{
	struct match_source source = { find_in_store, s->store };
	struct match_choices choices = { 0 };
	enum status status =
	    match_find(&source, slice_from_text(org), slice_from_text(sender), &choices);

	assert_int_equal(status, choices.count > 0 ? STATUS_OK : STATUS_NOT_FOUND);
	for (size_t i = 0; i < COUNT(algorithms); i++) {
		const struct naive_key *wanted =
		    naive_keys_find(&s->keys, org, sender, algorithms[i]);
		const struct match_choice *got = choice_of(&choices, algorithms[i]);

		if ((wanted == NULL) != (got == NULL) ||
		    (wanted != NULL && !is_same_id(&wanted->id, &got->entry.id)))
			fail_msg("%s: another key signs for %s of %s", s->last, sender, org);
	}
}

static void
name_sender(size_t prefix, const char *domain, char ret_sender[DOMAIN_MAX + 1])
{
	(void)snprintf(ret_sender, DOMAIN_MAX + 1, "%s%s", prefixes[prefix], domain);
}

static void
check_senders(struct story *s)
{
	char sender[DOMAIN_MAX + 1];

	for (size_t i = 0; i < COUNT(orgs); i++) {
		check_sender(s, orgs[i], "com");
		check_sender(s, orgs[i], "xexample.com");
		for (size_t j = 0; j < COUNT(domains); j++) {
			for (size_t k = 0; k < COUNT(prefixes); k++) {
				name_sender(k, domains[j], sender);
				check_sender(s, orgs[i], sender);
			}
		}
	}
}

/* ---- what was reported ---- */

/* The senders at the key's own domain, and below it, whose mail the key signs. */
static unsigned
senders_of(const struct naive_keys *keys, const struct naive_key *key)
{
	unsigned signs[COUNT(prefixes)];

	for (size_t i = 0; i < COUNT(prefixes); i++) {
		char sender[DOMAIN_MAX + 1];
		const struct naive_key *found;

		name_sender(i, key->domain, sender);
		found = naive_keys_find(keys, key->org, sender, key->algorithm);
		signs[i] = found != NULL && is_same_id(&found->id, &key->id);
	}
	assert_int_equal(signs[1], signs[2]);
	return (signs[0] != 0 ? SENDERS_AT_DOMAIN : 0U) | (signs[1] != 0 ? SENDERS_AT_SUBDOMAINS : 0U);
}

static const struct conflict_effect *
effect_of(const struct conflict_plan *plan, const struct key_id *id)
{
	for (size_t i = 0; i < plan->count; i++) {
		if (is_same_id(&plan->effects[i].id, id))
			return &plan->effects[i];
	}
	return NULL;
}

static enum conflict_kind
kind_of(const struct naive_key *before, const struct naive_key *after)
{
	if (!after->is_active)
		return CONFLICT_DEACTIVATED;
	return after->match != before->match ? CONFLICT_NARROWED : CONFLICT_STAYS;
}

/* One key beside the one that was changed: it has an effect, or is as it was. */
static size_t
check_effect(struct story *s, const struct conflict_plan *plan, const struct naive_keys *before,
    size_t i)
{
	const struct naive_key *was = &before->key[i];
	const struct naive_key *is = &s->keys.key[i];
	const struct conflict_effect *effect = effect_of(plan, &was->id);
	unsigned senders_before = senders_of(before, was);
	unsigned senders_after = senders_of(&s->keys, is);

	if (effect == NULL) {
		assert_memory_equal(was, is, sizeof(*was));
		assert_int_equal(senders_before, senders_after);
		return 0;
	}
	assert_true(was->is_active);
	assert_int_equal(effect->kind, kind_of(was, is));
	assert_int_equal(effect->before, was->match);
	assert_int_equal(effect->after, is->match);
	assert_int_equal(effect->loses, senders_before & ~senders_after);
	assert_int_equal(effect->gains, senders_after & ~senders_before);
	s->narrowed += effect->kind == CONFLICT_NARROWED;
	s->deactivated += effect->kind == CONFLICT_DEACTIVATED;
	s->gained += effect->gains != SENDERS_NONE;
	return 1;
}

/* Had a sender of the key's own domain, or below it, this key, and has none now? */
static bool
is_somebody_left(
    const struct naive_keys *before, const struct naive_keys *after, const struct naive_key *key)
{
	for (size_t i = 0; i < COUNT(prefixes); i++) {
		char sender[DOMAIN_MAX + 1];
		const struct naive_key *had;

		name_sender(i, key->domain, sender);
		had = naive_keys_find(before, key->org, sender, key->algorithm);
		if (had != NULL && is_same_id(&had->id, &key->id) &&
		    naive_keys_find(after, key->org, sender, key->algorithm) == NULL)
			return true;
	}
	return false;
}

static void
check_plan(struct story *s, const struct conflict_plan *plan, const struct naive_keys *before,
    size_t changed)
{
	unsigned senders_before = senders_of(before, &before->key[changed]);
	unsigned senders_after = senders_of(&s->keys, &s->keys.key[changed]);
	size_t effects = 0;

	assert_int_equal(plan->gains, senders_after & ~senders_before);
	assert_int_equal(plan->loses, senders_before & ~senders_after);
	s->lost += plan->loses != SENDERS_NONE;
	for (size_t i = 0; i < before->count; i++) {
		if (i != changed)
			effects += check_effect(s, plan, before, i);
	}
	assert_int_equal(effects, plan->count);
}

/* ---- what happens to records ---- */

static void
add(struct story *s, const struct domain_key *key)
{
	struct naive_key *added = &s->keys.key[s->keys.count++];

	*added = (struct naive_key){ .id = key->id, .algorithm = key->set.algorithm,
		.match = key->domain_match, .set = key->set.number,
		.handle = key->set.slots[0].handle };
	memcpy(added->org, key->org, sizeof(added->org));
	memcpy(added->domain, key->set.domain, sizeof(added->domain));
	say(s, added, "created");
}

static void
create_some(struct story *s)
{
	struct lifecycle_request request = { .org = slice_from_text(DRAW_FROM(s, orgs)),
		.domain = slice_from_text(DRAW_FROM(s, domains)), .domain_match = draw_match(s),
		.algorithm = DRAW_FROM(s, algorithms) };
	struct domain_key key = create(s->store, ++s->made, &request);

	add(s, &key);
}

static void
join(struct story *s, size_t i)
{
	const struct naive_key *owner = &s->keys.key[i];
	const char *org = draw(s, 3) == 0 ? DRAW_FROM(s, orgs) : owner->org;
	struct lifecycle_request request = { .org = slice_from_text(org),
		.domain = slice_from_text(owner->domain), .domain_match = draw_match(s) };
	uint8_t random[LIFECYCLE_RANDOM_SIZE];
	struct error err = { "" };
	struct domain_key key;
	enum status status;

	if (s->keys.count >= KEYS_ENOUGH)
		return;
	random_of(++s->made, random);
	status = lifecycle_join(s->store, &by, &request, &owner->handle, random, &key, &err);
	if (status == STATUS_OK)
		add(s, &key);
	else
		assert_int_equal(status, STATUS_CONFLICT);
}

/* An activation (match 0), or another match. */
static enum status
change(struct story *s, const struct key_id *id, enum domain_match match, bool is_dry,
    struct lifecycle_outcome *ret_outcome)
{
	struct lifecycle_activation how = forced;
	struct lifecycle_change wanted = { .domain_match = match };
	struct error err = { "" };

	how.dry_run = is_dry;
	return match == 0 ? lifecycle_activate(s->store, &by, id, &how, ret_outcome, &err)
			  : lifecycle_update(s->store, &by, id, &wanted, &how, ret_outcome, &err);
}

static void
check_dry_run(struct story *s, const struct key_id *id, enum domain_match match,
    enum status expected, struct lifecycle_outcome *ret_outcome)
{
	uint64_t changes = place_last_change(s->store);

	if (change(s, id, match, true, ret_outcome) != expected)
		fail_msg("%s: the dry run ended otherwise than the rule says", s->last);
	assert_int_equal(place_last_change(s->store), changes);
	check_store(s);
}

static void
compare_outcomes(const struct lifecycle_outcome *dry, const struct lifecycle_outcome *real)
{
	assert_int_equal(dry->was_active, real->was_active);
	assert_int_equal(dry->has_changed, real->has_changed);
	assert_int_equal(dry->warnings, real->warnings);
	assert_int_equal(dry->plan.count, real->plan.count);
	assert_int_equal(dry->plan.gains, real->plan.gains);
	assert_int_equal(dry->plan.loses, real->plan.loses);
	assert_int_equal(dry->key.domain_match, real->key.domain_match);
	assert_int_equal(dry->key.is_active, real->key.is_active);
	assert_memory_equal(
	    dry->plan.effects, real->plan.effects, sizeof(real->plan.effects[0]) * real->plan.count);
}

/* The rule's own answer: may it be, and what is then. */
static bool
foretell(struct naive_keys *keys, size_t i, enum domain_match match)
{
	const struct naive_key *key = &keys->key[i];

	if (match == 0)
		return key->is_active || naive_keys_activate(keys, i, key->match);
	return key->match == match || naive_keys_rematch(keys, i, match);
}

static void
change_and_check(struct story *s, size_t i, enum domain_match match)
{
	struct naive_keys before = s->keys;
	struct naive_keys after = s->keys;
	const struct key_id id = before.key[i].id;
	struct lifecycle_outcome dry, real;
	enum status expected = foretell(&after, i, match) ? STATUS_OK : STATUS_CONFLICT;

	say(s, &before.key[i], "%s %s", match == 0 ? "activate" : "becomes",
	    match == 0 ? "" : word_text(domain_match_words, (int)match));
	check_dry_run(s, &id, match, expected, &dry);
	if (change(s, &id, match, false, &real) != expected)
		fail_msg("%s: ended otherwise than the rule says", s->last);
	s->refused += expected != STATUS_OK;
	if (expected != STATUS_OK)
		return;
	s->keys = after;
	compare_outcomes(&dry, &real);
	/* a key that is active already tells what is around it; one that is not has no effects */
	if (is_somebody_left(&before, &after, &before.key[i]) !=
	    ((real.warnings & LIFECYCLE_LEFT_UNSIGNED) != 0))
		fail_msg("%s: a wrong warning of senders left unsigned", s->last);
	s->left += (real.warnings & LIFECYCLE_LEFT_UNSIGNED) != 0;
	if (match == 0 ? !before.key[i].is_active : before.key[i].is_active && real.has_changed)
		check_plan(s, &real.plan, &before, i);
	else
		assert_int_equal(real.plan.gains, SENDERS_NONE);
}

static void
activate_some(struct story *s, size_t i)
{
	change_and_check(s, i, 0);
}

/* Mostly of an active key, the next behind i: there it is an activation. */
static void
rematch(struct story *s, size_t i)
{
	bool is_any = draw(s, 4) == 0;

	for (size_t tries = 0; tries < s->keys.count && !is_any && !s->keys.key[i].is_active; tries++)
		i = (i + 1) % s->keys.count;
	change_and_check(s, i, draw_match(s));
}

static void
deactivate(struct story *s, size_t i)
{
	struct domain_key changed;
	struct error err = { "" };

	say(s, &s->keys.key[i], "deactivate");
	assert_ok(lifecycle_deactivate(s->store, &by, &s->keys.key[i].id, &changed, &err), &err);
	s->keys.key[i].is_active = false;
}

static void
delete(struct story *s, size_t i)
{
	struct error err = { "" };
	enum status status = lifecycle_delete(s->store, &by, &s->keys.key[i].id, &at_once, NULL, &err);

	say(s, &s->keys.key[i], "delete");
	assert_int_equal(status, s->keys.key[i].is_active ? STATUS_REFUSED : STATUS_OK);
	if (status == STATUS_OK)
		naive_keys_remove(&s->keys, i);
}

typedef void happening(struct story *s, size_t i);

/* As often as they are named. */
static happening *const happenings[] = { join, join, activate_some, activate_some, activate_some,
	activate_some, rematch, rematch, rematch, rematch, deactivate, delete };

static void
happen(struct story *s)
{
	if (s->keys.count < 24 || (s->keys.count < KEYS_ENOUGH && draw(s, 4) == 0))
		create_some(s);
	else
		DRAW_FROM(s, happenings)(s, draw(s, (uint32_t)s->keys.count));
	check_store(s);
	check_senders(s);
}

/* ---- tests ---- */

static void
effects__are_what_was_reported_and_what_the_rule_says(void **state)
{
	struct store_place *place = *state;
	struct story *s = calloc(1, sizeof(*s));

	assert_non_null(s);
	s->store = place->store;
	s->seed = 1;
	for (unsigned step = 0; step < STEPS; step++)
		happen(s);
	/* the stories were worth telling */
	assert_in_range(s->narrowed, 20, UINT32_MAX);
	assert_in_range(s->deactivated, 50, UINT32_MAX);
	assert_in_range(s->gained, 3, UINT32_MAX);
	assert_in_range(s->lost, 50, UINT32_MAX);
	assert_in_range(s->left, 10, s->lost - 10);
	assert_in_range(s->refused, 5, UINT32_MAX);
	free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(effects__are_what_was_reported_and_what_the_rule_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
