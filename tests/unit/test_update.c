/* SPDX-License-Identifier: ISC */
/* Another match, or test mode, for a key that exists; on a real store. */
#include "life.h"

#include "lifecycle/publish.h"
#include "lifecycle/rotate.h"

static const struct lifecycle_activation plain = { 0 };

static struct lifecycle_change
match_of(enum domain_match match)
{
	return (struct lifecycle_change){ .domain_match = match };
}

static struct lifecycle_change
test_mode_of(bool test_mode)
{
	return (struct lifecycle_change){ .has_test_mode = true, .test_mode = test_mode };
}

static void
update(struct store *store, const struct domain_key *key, struct lifecycle_change change,
    struct lifecycle_outcome *ret_outcome)
{
	struct error err = { "" };

	assert_ok(lifecycle_update(store, &by, &key->id, &change, &forced, ret_outcome, &err), &err);
}

static enum status
try_to_update(struct store *store, const struct domain_key *key, struct lifecycle_change change,
    const struct lifecycle_activation *how, struct error *err)
{
	struct lifecycle_outcome outcome;

	return lifecycle_update(store, &by, &key->id, &change, how, &outcome, err);
}

/* One more record of the key's set. */
static struct domain_key
join(struct store *store, const struct domain_key *key, const char *org, enum domain_match match)
{
	struct lifecycle_request request = { .domain = slice_from_text(key->set.domain),
		.org = slice_from_text(org), .domain_match = match };
	uint8_t random[ID_SIZE] = { 0x42, (uint8_t)org[0] };
	struct domain_key joined;
	struct error err = { "" };

	assert_ok(lifecycle_join(store, &by, &request, &key->set.slots[0].handle, random, &joined, &err),
	    &err);
	return joined;
}

/* ---- the match ---- */

static void
update__of_an_inactive_key_changes_it_alone(void **state)
{
	struct store_place *place = *state;
	struct domain_key active = create_match(place->store, 1, BOTH);
	struct domain_key key = create_match(place->store, 2, ONLY);
	struct lifecycle_outcome outcome;
	struct error err = { "" };

	activate(place->store, &active, &outcome);
	/* nothing signs: no gate */
	assert_ok(try_to_update(place->store, &key, match_of(SUBS), &plain, &err), &err);
	key = again(place->store, &key);
	assert_int_equal(key.domain_match, SUBS);
	assert_false(key.is_active);
	assert_int_equal(key.activated_at, 0);
	assert_int_equal(again(place->store, &active).domain_match, BOTH);
}

static void
update__to_a_match_of_another_record_of_the_set_is_refused(void **state)
{
	struct store_place *place = *state;
	struct domain_key key = create_match(place->store, 1, ONLY);
	struct domain_key other = join(place->store, &key, "main", SUBS);
	struct domain_key theirs = join(place->store, &key, "acme", SUBS);
	struct lifecycle_outcome outcome;
	struct error err = { "" };

	assert_int_equal(
	    try_to_update(place->store, &key, match_of(SUBS), &plain, &err), STATUS_CONFLICT);
	assert_non_null(strstr(err.text, "cannot become SubdomainsOnly"));
	assert_int_equal(again(place->store, &key).domain_match, ONLY);
	assert_int_equal(again(place->store, &other).domain_match, SUBS);
	/* only within the organization */
	update(place->store, &theirs, match_of(ONLY), &outcome);
	assert_int_equal(again(place->store, &theirs).domain_match, ONLY);
}

static void
update__of_an_active_key_passes_the_gate(void **state)
{
	struct store_place *place = *state;
	struct domain_key key = create_match(place->store, 1, ONLY);
	struct dns_status verdicts[SLOT_COUNT];
	struct lifecycle_outcome outcome;
	struct error err = { "" };

	activate(place->store, &key, &outcome);
	assert_int_equal(
	    try_to_update(place->store, &key, match_of(BOTH), &plain, &err), STATUS_REFUSED);
	assert_non_null(strstr(err.text, "not verified in DNS"));
	assert_int_equal(again(place->store, &key).domain_match, ONLY);
	for (int i = 0; i < SLOT_COUNT; i++)
		verdicts[i] = verdict_of(&key.set.slots[i], DNS_CODE_PUBLISHED, NOW);
	(void)note(place->store, &key, verdicts);
	assert_ok(try_to_update(place->store, &key, match_of(BOTH), &plain, &err), &err);
	assert_int_equal(again(place->store, &key).domain_match, BOTH);
	assert_true(again(place->store, &key).is_active);
}

#define OFF 0

static void
update__of_an_active_key_is_an_activation(void **state)
{
	static const struct {
		enum domain_match own;
		enum domain_match old;
		enum domain_match new;
		int left; /* the other key's match afterwards, or OFF */
	} cases[] = {
		{ SUBS, ONLY, ONLY, OFF },
		{ BOTH, ONLY, ONLY, OFF },
		{ ONLY, SUBS, SUBS, OFF },
		{ ONLY, SUBS, BOTH, SUBS },
		/* the other one is narrowed to the very place that is given up */
		{ SUBS, BOTH, ONLY, SUBS },
		{ ONLY, BOTH, SUBS, ONLY },
		{ ONLY, BOTH, BOTH, OFF },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		void *at = NULL;
		struct store_place *place;
		struct lifecycle_outcome outcome;
		struct domain_key old, key;

		assert_int_equal(store_place_make(&at), 0);
		place = at;
		old = create_match(place->store, 1, cases[i].old);
		key = create_match(place->store, 2, cases[i].own);
		/* the wider one last, so that both stay */
		activate(place->store, cases[i].old == BOTH ? &key : &old, &outcome);
		activate(place->store, cases[i].old == BOTH ? &old : &key, &outcome);
		assert_int_equal(again(place->store, &key).domain_match, cases[i].own);
		assert_int_equal(again(place->store, &old).domain_match, cases[i].old);
		update(place->store, &key, match_of(cases[i].new), &outcome);
		assert_int_equal(again(place->store, &key).domain_match, cases[i].new);
		assert_true(again(place->store, &key).is_active);
		old = again(place->store, &old);
		assert_int_equal(old.is_active ? (int)old.domain_match : OFF, cases[i].left);
		assert_int_equal(store_place_remove(&at), 0);
	}
}

static void
update__narrows_to_the_place_given_up_also_within_a_set(void **state)
{
	struct store_place *place = *state;
	struct domain_key key = create_match(place->store, 1, SUBS);
	struct domain_key wide = join(place->store, &key, "main", BOTH);
	struct lifecycle_outcome outcome;

	activate(place->store, &key, &outcome);
	activate(place->store, &wide, &outcome);
	assert_int_equal(again(place->store, &wide).domain_match, BOTH);
	update(place->store, &key, match_of(ONLY), &outcome);
	assert_int_equal(outcome.plan.count, 1);
	assert_int_equal(outcome.plan.loses, SENDERS_AT_SUBDOMAINS);
	assert_int_equal(outcome.plan.gains, SENDERS_AT_DOMAIN);
	assert_int_equal(outcome.plan.effects[0].gains, SENDERS_AT_SUBDOMAINS);
	assert_int_equal(again(place->store, &key).domain_match, ONLY);
	assert_int_equal(again(place->store, &wide).domain_match, SUBS);
	assert_true(again(place->store, &wide).is_active);
}

/* An idle record of the set holds the place the wide key would be narrowed to by one of the two. */
static void
update__shows_on_a_dry_run_what_would_come_of_it(void **state)
{
	static const struct lifecycle_activation dry = { .dry_run = true };
	struct store_place *place = *state;
	struct domain_key wide = create_match(place->store, 1, BOTH);
	struct domain_key key = create_match(place->store, 2, ONLY);
	struct lifecycle_change change = match_of(SUBS);
	struct lifecycle_outcome outcome;
	struct error err = { "" };
	uint64_t before;

	activate(place->store, &key, &outcome);
	activate(place->store, &wide, &outcome);
	before = place_last_change(place->store);
	assert_ok(
	    lifecycle_update(place->store, &by, &key.id, &change, &dry, &outcome, &err), &err);
	assert_true(outcome.has_changed);
	assert_int_equal(outcome.key.domain_match, SUBS);
	assert_int_equal(outcome.plan.effects[0].after, ONLY);
	assert_int_equal(again(place->store, &key).domain_match, ONLY);
	assert_int_equal(again(place->store, &wide).domain_match, BOTH);
	assert_int_equal(place_last_change(place->store), before);
	/* what the real one refuses the dry run refuses */
	(void)join(place->store, &wide, "main", ONLY);
	assert_int_equal(
	    try_to_update(place->store, &key, change, &dry, &err), STATUS_CONFLICT);
	assert_int_equal(
	    try_to_update(place->store, &key, change, &forced, &err), STATUS_CONFLICT);
}

static void
update__to_what_is_so_already_changes_nothing(void **state)
{
	static const struct lifecycle_change nothing = { .domain_match = 0 };
	struct store_place *place = *state;
	struct domain_key key = create_match(place->store, 1, ONLY);
	struct lifecycle_outcome outcome;
	struct error err = { "" };
	uint64_t before;

	activate(place->store, &key, &outcome);
	before = place_last_change(place->store);
	assert_ok(try_to_update(place->store, &key, match_of(ONLY), &plain, &err), &err);
	assert_ok(try_to_update(place->store, &key, test_mode_of(false), &plain, &err), &err);
	assert_ok(try_to_update(place->store, &key, nothing, &plain, &err), &err);
	update(place->store, &key, nothing, &outcome);
	assert_false(outcome.has_changed);
	assert_int_equal(place_last_change(place->store), before);
}

static void
update__warns_of_senders_left_unsigned(void **state)
{
	struct store_place *place = *state;
	struct lifecycle_request above = { .domain = LIT("com.example"), .domain_match = BOTH };
	struct lifecycle_request below = { .domain = LIT("a.com.example"), .domain_match = BOTH };
	struct domain_key key = create(place->store, 1, &below);
	struct domain_key wide = create(place->store, 2, &above);
	struct lifecycle_outcome outcome;

	activate(place->store, &key, &outcome);
	update(place->store, &key, match_of(ONLY), &outcome);
	assert_int_equal(outcome.warnings, LIFECYCLE_LEFT_UNSIGNED);
	update(place->store, &key, match_of(BOTH), &outcome);
	assert_int_equal(outcome.warnings, 0);
	activate(place->store, &wide, &outcome);
	update(place->store, &key, match_of(ONLY), &outcome);
	assert_int_equal(outcome.warnings, 0);
}

/* ---- test mode ---- */

static void
update__to_test_mode_warns_while_the_key_signs(void **state)
{
	struct store_place *place = *state;
	struct domain_key key = create_match(place->store, 1, ONLY);
	struct lifecycle_change both = { .domain_match = SUBS, .has_test_mode = true };
	struct lifecycle_outcome outcome;

	activate(place->store, &key, &outcome);
	update(place->store, &key, test_mode_of(true), &outcome);
	assert_int_equal(outcome.warnings, LIFECYCLE_TEST_MODE);
	/* switched off at the same time there is nothing to warn of */
	update(place->store, &key, both, &outcome);
	assert_int_equal(outcome.warnings, LIFECYCLE_LEFT_UNSIGNED);
}

static struct domain_key
create_delegated(struct store *store, unsigned n)
{
	struct lifecycle_request request = { .domain = LIT("example.com"),
		.publication = PUBLICATION_DELEGATED, .provider_zone = "keys.example.net" };

	return create(store, n, &request);
}

static void
read_publication(struct store *store, const struct domain_key *key, enum slot slot,
    struct lifecycle_publication *ret_publication)
{
	struct error err = { "" };

	assert_ok(
	    lifecycle_read_publication(store, key->set.number, slot, ret_publication, &err), &err);
}

static void
note_published(struct store *store, const struct lifecycle_publication *publication)
{
	struct error err = { "" };

	assert_ok(lifecycle_note_published(store, publication, STATUS_OK, "", 1, NOW, &err), &err);
}

static void
publish(struct store *store, const struct domain_key *key)
{
	for (int slot = 0; slot < SLOT_COUNT; slot++) {
		struct lifecycle_publication publication;

		read_publication(store, key, (enum slot)slot, &publication);
		note_published(store, &publication);
	}
}

static void
update__of_test_mode_changes_the_records(void **state)
{
	struct store_place *place = *state;
	struct domain_key key = create_delegated(place->store, 1);
	struct dns_status verdicts[SLOT_COUNT];
	struct lifecycle_publication publication;
	struct lifecycle_outcome outcome;

	publish(place->store, &key);
	for (int i = 0; i < SLOT_COUNT; i++)
		verdicts[i] = verdict_of(&key.set.slots[i], DNS_CODE_PUBLISHED, NOW);
	key = note(place->store, &key, verdicts);
	assert_int_equal(key.set.publish_state, PUBLISH_PUBLISHED);
	update(place->store, &key, test_mode_of(true), &outcome);
	assert_true(outcome.has_changed);
	assert_int_equal(outcome.warnings, 0);
	key = again(place->store, &key);
	assert_true(key.set.test_mode);
	assert_int_equal(key.set.publish_state, PUBLISH_IN_PROGRESS);
	for (int i = 0; i < SLOT_COUNT; i++) {
		assert_int_equal(key.set.slots[i].dns.state, DNS_UNCHECKED);
		assert_int_equal(key.set.slots[i].publish.state, PUBLISH_IN_PROGRESS);
		read_publication(place->store, &key, (enum slot)i, &publication);
		assert_non_null(strstr(publication.text, "; t=y; p="));
	}
}

static void
update__of_test_mode_is_for_the_owner_of_the_set(void **state)
{
	struct store_place *place = *state;
	struct domain_key key = create_match(place->store, 1, ONLY);
	struct domain_key theirs = join(place->store, &key, "acme", ONLY);
	struct lifecycle_change change = test_mode_of(true);
	struct error err = { "" };

	/* all or nothing */
	change.domain_match = SUBS;
	assert_int_equal(
	    try_to_update(place->store, &theirs, change, &forced, &err), STATUS_REFUSED);
	assert_non_null(strstr(err.text, "main"));
	assert_false(again(place->store, &key).set.test_mode);
	assert_int_equal(again(place->store, &theirs).domain_match, ONLY);
}

/* A look that began before saw, or did not see, a t=y that is wanted no more. */
static void
update__of_test_mode_voids_looks_under_way(void **state)
{
	struct store_place *place = *state;
	struct domain_key seen = create_match(place->store, 1, ONLY);
	struct dns_status verdicts[SLOT_COUNT];
	struct lifecycle_outcome outcome;
	struct domain_key key;

	update(place->store, &seen, test_mode_of(true), &outcome);
	for (int i = 0; i < SLOT_COUNT; i++)
		verdicts[i] = verdict_of(&seen.set.slots[i], DNS_CODE_PUBLISHED, NOW);
	key = note(place->store, &seen, verdicts);
	assert_int_equal(key.set.slots[0].dns.state, DNS_UNCHECKED);
	key = note(place->store, &key, verdicts);
	assert_int_equal(key.set.slots[0].dns.state, DNS_VERIFIED);
}

/* What was being sent is another record than what is wanted by then: it is to be sent again. */
static void
update__of_test_mode_outruns_a_publication_under_way(void **state)
{
	struct store_place *place = *state;
	struct domain_key key = create_delegated(place->store, 1);
	struct lifecycle_publication publication;
	struct lifecycle_outcome outcome;

	read_publication(place->store, &key, SLOT_PRIMARY, &publication);
	update(place->store, &key, test_mode_of(true), &outcome);
	note_published(place->store, &publication);
	assert_int_equal(
	    again(place->store, &key).set.slots[0].publish.state, PUBLISH_IN_PROGRESS);
	read_publication(place->store, &key, SLOT_PRIMARY, &publication);
	note_published(place->store, &publication);
	assert_int_equal(again(place->store, &key).set.slots[0].publish.state, PUBLISH_PUBLISHED);
}

/* The same when the record was to become an empty p= meanwhile. */
static void
revocation__outruns_a_publication_under_way(void **state)
{
	static const struct rotation_policy policy = { .every_s = 90 * 86400,
		.retire_after_s = 20 * 86400, .ttl_s = 300, .margin_s = 86400,
		.proof_life_s = 86400, .queue_life_s = 5 * 86400, .signature_life_s = 7 * 86400 };
	struct store_place *place = *state;
	struct domain_key key = create_delegated(place->store, 1);
	struct lifecycle_revocation revocation;
	struct lifecycle_publication publication;
	struct lifecycle_outcome outcome;
	struct error err = { "" };

	activate(place->store, &key, &outcome);
	read_publication(place->store, &key, SLOT_PRIMARY, &publication);
	assert_ok(lifecycle_revoke(place->store, &by, &policy, &key.id, SLOT_PRIMARY, &revocation, &err),
	    &err);
	note_published(place->store, &publication);
	assert_int_equal(
	    again(place->store, &key).set.slots[0].publish.state, PUBLISH_IN_PROGRESS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(update__of_an_inactive_key_changes_it_alone),
		STORE_TEST(update__to_a_match_of_another_record_of_the_set_is_refused),
		STORE_TEST(update__of_an_active_key_passes_the_gate),
		STORE_TEST(update__of_an_active_key_is_an_activation),
		STORE_TEST(update__narrows_to_the_place_given_up_also_within_a_set),
		STORE_TEST(update__shows_on_a_dry_run_what_would_come_of_it),
		STORE_TEST(update__to_what_is_so_already_changes_nothing),
		STORE_TEST(update__warns_of_senders_left_unsigned),
		STORE_TEST(update__to_test_mode_warns_while_the_key_signs),
		STORE_TEST(update__of_test_mode_changes_the_records),
		STORE_TEST(update__of_test_mode_is_for_the_owner_of_the_set),
		STORE_TEST(update__of_test_mode_voids_looks_under_way),
		STORE_TEST(update__of_test_mode_outruns_a_publication_under_way),
		STORE_TEST(revocation__outruns_a_publication_under_way),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
