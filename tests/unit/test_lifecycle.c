/* SPDX-License-Identifier: ISC */
/* create → activate → deactivate → delete, on a real store. */
#include "life.h"

#include <stdio.h>

#include "lifecycle/gate.h"

/* Key number n imported, with bits of RSA. */
static enum status
import(struct store *store, unsigned n, unsigned bits, const struct lifecycle_request *request,
    struct domain_key *ret_key, struct error *err)
{
	struct lifecycle_generated made[SLOT_COUNT];
	uint8_t random[LIFECYCLE_RANDOM_SIZE];
	enum status status;

	random_of(n + 100, random);
	generated_of(n, made);
	status = lifecycle_prepare_import(store, request, NOW, random, ret_key, NULL, err);
	if (status != STATUS_OK)
		return status;
	ret_key->set.algorithm = ALGORITHM_RSA_SHA256;
	ret_key->set.key_bits = bits;
	return lifecycle_import(store, &by, &made[SLOT_PRIMARY], ret_key, err);
}

/* ---- prepare and create ---- */

static void
lifecycle__creates_with_defaults(void **state)
{
	struct store_place *place = *state;
	struct lifecycle_request request = { .domain = LIT("M\xc3\xbcnchen.DE.") };
	struct domain_key key = create(place->store, 1, &request);
	struct domain_key found = again(place->store, &key);

	assert_string_equal(found.org, "main");
	assert_string_equal(found.set.owner_org, "main");
	assert_string_equal(found.set.domain, "xn--mnchen-3ya.de");
	assert_int_equal(found.domain_match, ONLY);
	assert_int_equal(found.set.algorithm, ALGORITHM_RSA_SHA256);
	assert_int_equal(found.set.key_bits, 2048);
	assert_int_equal(found.set.publication, PUBLICATION_DIRECT);
	assert_int_equal(found.set.signing_slot, SLOT_PRIMARY);
	assert_false(found.is_active);
	assert_int_equal(found.created_at, NOW);
	assert_int_equal(found.activated_at, 0);
	assert_int_equal(
	    strncmp(found.set.slots[SLOT_PRIMARY].selector, "s202611a-", strlen("s202611a-")), 0);
	assert_int_equal(
	    strncmp(found.set.slots[SLOT_ALTERNATE].selector, "s202611b-", strlen("s202611b-")), 0);
	assert_true(found.set.slots[SLOT_ALTERNATE].has_key);
	assert_memory_equal(&found, &key, sizeof(key));
}

static void
lifecycle__creates_what_was_asked_for(void **state)
{
	struct store_place *place = *state;
	struct lifecycle_request request = {
		.org = LIT("ACME"),
		.domain = LIT("example.com"),
		.selectors = { LIT("One"), LIT("two") },
		.domain_match = SUBS,
		.algorithm = ALGORITHM_ED25519_SHA256,
		.test_mode = true,
	};
	struct domain_key key = create(place->store, 1, &request);

	assert_string_equal(key.org, "ACME");
	assert_string_equal(key.set.slots[SLOT_PRIMARY].selector, "one");
	assert_string_equal(key.set.slots[SLOT_ALTERNATE].selector, "two");
	assert_int_equal(key.domain_match, SUBS);
	assert_int_equal(key.set.key_bits, 256);
	assert_true(key.set.test_mode);
}

static void
lifecycle__names_the_field_at_fault(void **state)
{
	static const struct {
		struct lifecycle_request request;
		enum status status;
		const char *field;
	} cases[] = {
		{ { .domain = LIT("") }, STATUS_INVALID, "domain" },
		{ { .domain = LIT("com") }, STATUS_INVALID, "domain" },
		{ { .domain = LIT("192.0.2.1") }, STATUS_INVALID, "domain" },
		{ { .domain = LIT("a.de"), .org = LIT("a b") }, STATUS_INVALID, "org" },
		{ { .domain = LIT("a.de"), .domain_match = (enum domain_match)4 }, STATUS_INVALID,
		    "domain_match" },
		{ { .domain = LIT("a.de"), .algorithm = (enum algorithm)3 }, STATUS_INVALID,
		    "algorithm" },
		{ { .domain = LIT("a.de"), .key_bits = 1024 }, STATUS_INVALID, "key_size" },
		{ { .domain = LIT("a.de"), .algorithm = ALGORITHM_ED25519_SHA256,
		      .key_bits = 2048 },
		    STATUS_INVALID, "key_size" },
		{ { .domain = LIT("a.de"), .selectors = { LIT("-x") } }, STATUS_INVALID,
		    "selector" },
		{ { .domain = LIT("a.de"), .selectors = { LIT("x"), LIT("y z") } }, STATUS_INVALID,
		    "alternate_selector" },
		{ { .domain = LIT("a.de"), .selectors = { LIT("x"), LIT("X") } }, STATUS_INVALID,
		    "alternate_selector" },
		{ { .domain = LIT("example.com"), .selectors = { LIT("taken") } }, STATUS_CONFLICT,
		    "selector" },
		{ { .domain = LIT("example.com"), .selectors = { LIT("x"), LIT("taken") } },
		    STATUS_CONFLICT, "alternate_selector" },
	};
	static const struct lifecycle_request taken = { .domain = LIT("example.com"),
		.selectors = { LIT("taken") } };
	struct store_place *place = *state;
	uint8_t random[LIFECYCLE_RANDOM_SIZE];

	(void)create(place->store, 1, &taken);
	random_of(2, random);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct domain_key key;
		const char *field = "none";
		struct error err = { "" };

		assert_int_equal(lifecycle_prepare(place->store, &cases[i].request, NOW, random,
				     &key, &field, &err),
		    cases[i].status);
		assert_string_equal(field, cases[i].field);
		assert_string_not_equal(err.text, "");
	}
}

static void
lifecycle__creates_nothing_when_the_selector_was_taken_meanwhile(void **state)
{
	static const struct lifecycle_request request = { .domain = LIT("example.com"),
		.selectors = { LIT("x") } };
	struct store_place *place = *state;
	uint8_t random[LIFECYCLE_RANDOM_SIZE];
	struct lifecycle_generated keys[SLOT_COUNT];
	struct domain_key late;
	struct store_counts counts;
	struct error err = { "" };

	random_of(1, random);
	assert_ok(lifecycle_prepare(place->store, &request, NOW, random, &late, NULL, &err), &err);
	(void)create(place->store, 2, &request);
	generated_of(1, keys);
	assert_int_equal(
	    lifecycle_create(place->store, &by, keys, &late, &err), STATUS_CONFLICT);
	assert_non_null(strstr(err.text, "selector"));
	assert_false(late.set.slots[0].has_key);
	assert_ok(store_count(place->store, &counts, &err), &err);
	assert_int_equal(counts.keys, 1);
	assert_int_equal(counts.sets, 1);
}

static void
lifecycle__joins_a_set_of_another_organization(void **state)
{
	struct store_place *place = *state;
	struct lifecycle_request request = { .org = LIT("acme"), .domain = LIT("example.com") };
	struct domain_key first = create_match(place->store, 1, ONLY);
	struct domain_key joined;
	uint8_t random[ID_SIZE] = { 0x42 };
	struct handle unknown = { { 9 } };
	const struct handle *handle = &first.set.slots[SLOT_ALTERNATE].handle;
	struct error err = { "" };

	assert_ok(
	    lifecycle_join(place->store, &by, &request, handle, random, &joined, &err), &err);
	assert_int_equal(joined.set.number, first.set.number);
	assert_string_equal(joined.org, "acme");
	assert_string_equal(joined.set.owner_org, "main");
	random[0]++;
	assert_int_equal(
	    lifecycle_join(place->store, &by, &request, handle, random, &joined, &err),
	    STATUS_CONFLICT);
	assert_int_equal(
	    lifecycle_join(place->store, &by, &request, &unknown, random, &joined, &err),
	    STATUS_NOT_FOUND);
	request.domain = LIT("example.org");
	assert_int_equal(
	    lifecycle_join(place->store, &by, &request, handle, random, &joined, &err),
	    STATUS_INVALID);
	assert_null(strstr(err.text, "sk_"));
}

/* ---- the gate ---- */

static void
lifecycle__refuses_to_activate_what_dns_does_not_show(void **state)
{
	static const struct {
		struct lifecycle_activation how;
		const char *part;
	} cases[] = {
		{ { .without_dns_check = false, .allow_without_dns_check = true },
		    "key check" },
		{ { .without_dns_check = true, .allow_without_dns_check = false },
		    "the configuration forbids" },
		{ { .without_dns_check = false, .allow_without_dns_check = false },
		    "not verified in DNS" },
	};
	struct store_place *place = *state;
	struct domain_key old = create_match(place->store, 1, ONLY);
	struct domain_key key = create_match(place->store, 2, ONLY);
	struct lifecycle_outcome outcome;
	uint64_t before;

	activate(place->store, &old, &outcome);
	before = place_last_change(place->store);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct error err = { "" };

		assert_int_equal(lifecycle_activate(place->store, &by, &key.id, &cases[i].how,
				     &outcome, &err),
		    STATUS_REFUSED);
		assert_non_null(strstr(err.text, cases[i].part));
		assert_non_null(strstr(err.text, key.set.slots[0].selector));
	}
	assert_int_equal(place_last_change(place->store), before);
	assert_true(again(place->store, &old).is_active);
}

static struct domain_key
add_verified(struct store *store, int64_t checked_at)
{
	struct domain_key key = create_match(store, 1, ONLY);
	struct dns_status verdicts[SLOT_COUNT];

	for (int i = 0; i < SLOT_COUNT; i++)
		verdicts[i] = verdict_of(&key.set.slots[i], DNS_CODE_PUBLISHED, checked_at);
	return note(store, &key, verdicts);
}

static void
lifecycle__lets_a_verified_key_through_for_a_day(void **state)
{
	static const struct lifecycle_activation plain = { 0 };
	struct store_place *place = *state;
	struct domain_key key = add_verified(place->store, NOW);
	struct lifecycle_by late = by;
	struct lifecycle_outcome outcome;
	struct error err = { "" };

	late.now = NOW + 24 * 60 * 60 + 1;
	assert_int_equal(
	    lifecycle_activate(place->store, &late, &key.id, &plain, &outcome, &err),
	    STATUS_REFUSED);
	late.now--;
	assert_ok(
	    lifecycle_activate(place->store, &late, &key.id, &plain, &outcome, &err), &err);
	assert_true(outcome.key.is_active);
	assert_int_equal(outcome.key.activated_at, late.now);
}

/* A clock that was years ahead, and is right again. */
static void
lifecycle__believes_no_verdict_of_a_day_that_is_to_come(void **state)
{
	static const struct lifecycle_activation plain = { 0 };
	struct store_place *place = *state;
	struct domain_key key = add_verified(place->store, NOW);
	struct lifecycle_by early = by;
	struct lifecycle_outcome outcome;
	struct error err = { "" };

	early.now = NOW - 24 * 60 * 60 - 1;
	assert_int_equal(
	    lifecycle_activate(place->store, &early, &key.id, &plain, &outcome, &err),
	    STATUS_REFUSED);
	early.now++;
	assert_ok(
	    lifecycle_activate(place->store, &early, &key.id, &plain, &outcome, &err), &err);
}

static enum status
try_to_activate(struct store *store, const struct domain_key *key, struct error *err)
{
	static const struct lifecycle_activation plain = { 0 };
	struct lifecycle_outcome outcome;

	return lifecycle_activate(store, &by, &key->id, &plain, &outcome, err);
}

static void
lifecycle__wants_every_slot_proved(void **state)
{
	struct store_place *place = *state;
	struct domain_key key = create_match(place->store, 1, ONLY);
	struct dns_status verdicts[SLOT_COUNT] = { 0 };
	struct error err = { "" };

	verdicts[0] = verdict_of(&key.set.slots[0], DNS_CODE_PUBLISHED, NOW);
	(void)note(place->store, &key, verdicts);
	assert_int_equal(try_to_activate(place->store, &key, &err), STATUS_REFUSED);
	assert_non_null(strstr(err.text, key.set.slots[1].selector));
	verdicts[1] = verdict_of(&key.set.slots[1], DNS_CODE_TXT_FOR_CNAME, NOW);
	(void)note(place->store, &key, verdicts);
	assert_ok(try_to_activate(place->store, &key, &err), &err);
}

static void
lifecycle__believes_no_verdict_on_another_key(void **state)
{
	struct store_place *place = *state;
	struct domain_key key = create_match(place->store, 1, ONLY);
	struct dns_status verdicts[SLOT_COUNT];
	struct error err = { "" };

	/* the two slots' records changed places */
	for (int i = 0; i < SLOT_COUNT; i++)
		verdicts[i] = verdict_of(&key.set.slots[1 - i], DNS_CODE_PUBLISHED, NOW);
	(void)note(place->store, &key, verdicts);
	assert_int_equal(try_to_activate(place->store, &key, &err), STATUS_REFUSED);
}

static void
lifecycle__drops_a_verdict_on_a_key_that_is_gone(void **state)
{
	struct store_place *place = *state;
	struct domain_key key = create_match(place->store, 1, ONLY);
	struct domain_key seen = key;
	struct dns_status verdicts[SLOT_COUNT] = { 0 };

	verdicts[0] = verdict_of(&key.set.slots[0], DNS_CODE_PUBLISHED, NOW);
	seen.set.slots[0].handle.bytes[0] ^= 1;
	assert_int_equal(note(place->store, &seen, verdicts).set.slots[0].dns.code, DNS_CODE_NONE);
	assert_int_equal(
	    note(place->store, &key, verdicts).set.slots[0].dns.code, DNS_CODE_PUBLISHED);
}

static void
lifecycle__keeps_a_verdict_while_dns_is_out_of_reach(void **state)
{
	struct store_place *place = *state;
	struct domain_key key = add_verified(place->store, NOW - 5);
	struct dns_status verdicts[SLOT_COUNT] = { 0 };
	struct dns_status after;

	verdicts[0] = verdict_of(&key.set.slots[0], DNS_CODE_UNREACHABLE, NOW);
	after = note(place->store, &key, verdicts).set.slots[0].dns;
	assert_int_equal(after.code, DNS_CODE_PUBLISHED);
	assert_int_equal(after.checked_at, NOW - 5);
}

/* ---- what it does to the others ---- */

#define OFF 0

static void
lifecycle__applies_the_table_in_one_transaction(void **state)
{
	static const struct {
		enum domain_match old;
		enum domain_match new;
		int left; /* the old key's match afterwards, or OFF */
	} cells[] = {
		{ ONLY, ONLY, OFF }, { SUBS, ONLY, SUBS }, { BOTH, ONLY, SUBS },
		{ ONLY, SUBS, ONLY }, { SUBS, SUBS, OFF }, { BOTH, SUBS, ONLY },
		{ ONLY, BOTH, ONLY }, { SUBS, BOTH, SUBS }, { BOTH, BOTH, OFF },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cells); i++) {
		void *at = NULL;
		struct store_place *place;
		struct lifecycle_outcome outcome;
		struct domain_key old;
		struct domain_key new;

		assert_int_equal(store_place_make(&at), 0);
		place = at;
		old = create_match(place->store, 1, cells[i].old);
		new = create_match(place->store, 2, cells[i].new);
		activate(place->store, &old, &outcome);
		activate(place->store, &new, &outcome);
		assert_int_equal(outcome.plan.count, 1);
		assert_true(again(place->store, &new).is_active);
		old = again(place->store, &old);
		assert_int_equal(old.is_active, cells[i].left != OFF);
		assert_int_equal(old.domain_match,
		    cells[i].left != OFF ? cells[i].left : (int)cells[i].old);
		assert_int_equal(old.deactivated_at, cells[i].left != OFF ? 0 : NOW);
		assert_int_equal(store_place_remove(&at), 0);
	}
}

static void
lifecycle__leaves_other_organizations_domains_and_algorithms_alone(void **state)
{
	static const struct lifecycle_request others[] = {
		{ .domain = LIT("example.com"), .org = LIT("acme") },
		{ .domain = LIT("a.example.com") },
		{ .domain = LIT("example.com"), .algorithm = ALGORITHM_ED25519_SHA256 },
	};
	struct store_place *place = *state;
	struct domain_key keys[COUNT(others)];
	struct domain_key new;
	struct lifecycle_outcome outcome;

	for (unsigned i = 0; i < COUNT(others); i++) {
		keys[i] = create(place->store, i + 1, &others[i]);
		activate(place->store, &keys[i], &outcome);
	}
	new = create_match(place->store, 9, ONLY);
	activate(place->store, &new, &outcome);
	assert_int_equal(outcome.plan.count, 0);
	for (unsigned i = 0; i < COUNT(others); i++)
		assert_true(again(place->store, &keys[i]).is_active);
}

static void
lifecycle__only_shows_on_a_dry_run(void **state)
{
	static const struct lifecycle_activation dry = { .dry_run = true };
	struct store_place *place = *state;
	struct domain_key old = create_match(place->store, 1, BOTH);
	struct domain_key new = create_match(place->store, 2, ONLY);
	struct lifecycle_outcome outcome;
	struct error err = { "" };
	uint64_t before;

	activate(place->store, &old, &outcome);
	before = place_last_change(place->store);
	assert_ok(lifecycle_activate(place->store, &by, &new.id, &dry, &outcome, &err), &err);
	assert_int_equal(outcome.plan.count, 1);
	assert_int_equal(outcome.plan.effects[0].kind, CONFLICT_NARROWED);
	assert_int_equal(outcome.plan.effects[0].loses, SENDERS_AT_DOMAIN);
	assert_int_equal(outcome.plan.gains, SENDERS_AT_DOMAIN);
	assert_true(outcome.key.is_active);
	assert_false(again(place->store, &new).is_active);
	assert_int_equal(again(place->store, &old).domain_match, BOTH);
	assert_int_equal(place_last_change(place->store), before);
}

/* An idle record of the same set holds the place the old key would be narrowed to. */
static void
lifecycle__undoes_everything_when_one_effect_is_impossible(void **state)
{
	static const struct lifecycle_request idle = { .domain = LIT("example.com"),
		.domain_match = SUBS };
	struct store_place *place = *state;
	struct domain_key old = create_match(place->store, 1, BOTH);
	struct domain_key new = create_match(place->store, 2, ONLY);
	struct domain_key joined;
	struct lifecycle_outcome outcome;
	uint8_t random[ID_SIZE] = { 0x42 };
	struct error err = { "" };

	assert_ok(lifecycle_join(place->store, &by, &idle, &old.set.slots[0].handle, random,
		      &joined, &err),
	    &err);
	activate(place->store, &old, &outcome);
	assert_int_equal(
	    lifecycle_activate(place->store, &by, &new.id, &forced, &outcome, &err),
	    STATUS_CONFLICT);
	assert_non_null(strstr(err.text, "cannot become SubdomainsOnly"));
	assert_false(again(place->store, &new).is_active);
	assert_int_equal(again(place->store, &old).domain_match, BOTH);
	assert_true(again(place->store, &old).is_active);
}

static void
lifecycle__warns(void **state)
{
	static const struct lifecycle_request ed = { .domain = LIT("a.example.com"),
		.algorithm = ALGORITHM_ED25519_SHA256, .test_mode = true };
	struct store_place *place = *state;
	struct domain_key only = create_match(place->store, 1, ONLY);
	struct domain_key subs = create_match(place->store, 2, SUBS);
	struct domain_key both = create_match(place->store, 3, BOTH);
	struct domain_key ed_key = create(place->store, 4, &ed);
	struct lifecycle_outcome outcome;
	struct error err = { "" };

	activate(place->store, &ed_key, &outcome);
	assert_int_equal(outcome.warnings, LIFECYCLE_ED25519_ALONE | LIFECYCLE_TEST_MODE);
	activate(place->store, &only, &outcome);
	assert_int_equal(outcome.warnings, 0);
	activate(place->store, &subs, &outcome);
	activate(place->store, &both, &outcome);
	assert_int_equal(outcome.warnings, LIFECYCLE_SHADOWED);
	assert_true(outcome.key.is_active);
	/* the subdomains of example.com have RSA now */
	assert_ok(lifecycle_deactivate(place->store, &by, &ed_key.id, &ed_key, &err), &err);
	activate(place->store, &ed_key, &outcome);
	assert_int_equal(outcome.warnings, LIFECYCLE_TEST_MODE);
	for (unsigned bit = 1; bit <= LIFECYCLE_LEFT_UNSIGNED; bit <<= 1)
		assert_string_not_equal(
		    lifecycle_warning_text((enum lifecycle_warning)bit), "unknown");
}

static void
lifecycle__activates_an_active_key_without_doing_anything(void **state)
{
	static const struct lifecycle_activation plain = { 0 };
	struct store_place *place = *state;
	struct domain_key key = create_match(place->store, 1, ONLY);
	struct lifecycle_outcome outcome;
	struct error err = { "" };
	uint64_t before;

	activate(place->store, &key, &outcome);
	assert_false(outcome.was_active);
	before = place_last_change(place->store);
	assert_ok(lifecycle_activate(place->store, &by, &key.id, &plain, &outcome, &err), &err);
	assert_true(outcome.was_active);
	assert_int_equal(place_last_change(place->store), before);
}

/* ---- deactivate and delete ---- */

static void
lifecycle__deactivates_and_keeps_the_record(void **state)
{
	struct store_place *place = *state;
	struct domain_key key = create_match(place->store, 1, ONLY);
	struct lifecycle_outcome outcome;
	struct store_sealed sealed;
	struct error err = { "" };

	activate(place->store, &key, &outcome);
	assert_ok(lifecycle_deactivate(place->store, &by, &key.id, &key, &err), &err);
	assert_false(key.is_active);
	assert_int_equal(key.deactivated_at, NOW);
	assert_ok(
	    store_find_sealed(place->store, &key.set.slots[0].handle, &sealed, &err), &err);
	/* once more: nothing to do */
	assert_ok(lifecycle_deactivate(place->store, &by, &key.id, &key, &err), &err);
}

static void
lifecycle__deletes_only_what_is_inactive(void **state)
{
	struct store_place *place = *state;
	struct domain_key key = create_match(place->store, 1, ONLY);
	struct lifecycle_outcome outcome;
	struct error err = { "" };

	activate(place->store, &key, &outcome);
	assert_int_equal(
	    lifecycle_delete(place->store, &by, &key.id, &gently, NULL, &err), STATUS_REFUSED);
	assert_non_null(strstr(err.text, "deactivate it first"));
	assert_true(again(place->store, &key).is_active);
}

static void
lifecycle__deletes_the_set_with_its_last_record(void **state)
{
	struct store_place *place = *state;
	struct lifecycle_request request = { .org = LIT("acme"), .domain = LIT("example.com") };
	struct domain_key first = create_match(place->store, 1, ONLY);
	struct domain_key joined;
	struct lifecycle_deleted deleted;
	uint8_t random[ID_SIZE] = { 0x42 };
	const struct handle *handle = &first.set.slots[0].handle;
	struct store_sealed sealed;
	struct error err = { "" };

	assert_ok(
	    lifecycle_join(place->store, &by, &request, handle, random, &joined, &err), &err);
	assert_ok(lifecycle_delete(place->store, &by, &first.id, &gently, &deleted, &err), &err);
	assert_memory_equal(&deleted.key.id, &first.id, sizeof(first.id));
	assert_true(deleted.is_gone && deleted.is_detached);
	assert_ok(store_find_sealed(place->store, handle, &sealed, &err), &err);
	assert_ok(lifecycle_delete(place->store, &by, &joined.id, &gently, &deleted, &err), &err);
	assert_true(deleted.is_gone && !deleted.is_detached);
	assert_int_equal(
	    store_find_sealed(place->store, handle, &sealed, &err), STATUS_NOT_FOUND);
	assert_int_equal(
	    lifecycle_delete(place->store, &by, &joined.id, &gently, NULL, &err), STATUS_NOT_FOUND);
	assert_non_null(strstr(err.text, "there is no key dk_"));
}

/* ---- looking ---- */

static void
lifecycle__finds_by_printed_id(void **state)
{
	static const char *const bad[] = { "", "dk_", "example.com", "sk_00" };
	struct store_place *place = *state;
	struct domain_key key = create_match(place->store, 1, ONLY);
	struct domain_key found;
	char id[ID_TEXT_SIZE];
	struct error err = { "" };

	key_id_print(&key.id, id);
	assert_ok(lifecycle_find(place->store, slice_from_text(id), &found, &err), &err);
	assert_memory_equal(&found.id, &key.id, sizeof(key.id));
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_int_equal(
		    lifecycle_find(place->store, slice_from_text(bad[i]), &found, &err),
		    STATUS_INVALID);
	assert_null(strstr(err.text, "sk_00"));
}

static enum status
count_key(void *context, const struct domain_key *key)
{
	unsigned *count = context;

	(void)key;
	(*count)++;
	return STATUS_OK;
}

static void
lifecycle__lists_by_domain_in_any_form(void **state)
{
	static const struct lifecycle_request umlaut = { .domain = LIT("m\xc3\xbcnchen.de") };
	static const struct {
		struct lifecycle_list list;
		unsigned count;
	} cases[] = {
		{ { .domain = LIT("M\xc3\xbcnchen.de.") }, 1 },
		{ { .domain = LIT("xn--mnchen-3ya.de") }, 1 },
		{ { .org = LIT("main") }, 2 },
		{ { .org = LIT("acme") }, 0 },
		{ { .only_active = true }, 0 },
		{ { .limit = 1 }, 1 },
	};
	struct store_place *place = *state;

	(void)create(place->store, 1, &umlaut);
	(void)create_match(place->store, 2, ONLY);
	for (size_t i = 0; i < COUNT(cases); i++) {
		unsigned count = 0;
		struct error err = { "" };

		assert_ok(
		    lifecycle_list(place->store, &cases[i].list, count_key, &count, &err), &err);
		assert_int_equal(count, cases[i].count);
	}
}

/* ---- audit ---- */

struct history {
	unsigned count;
	char text[8][2048]; /* "action|before|after" */
};

static enum status
record(void *context, const struct store_audit *entry)
{
	struct history *history = context;

	assert_true(history->count < COUNT(history->text));
	assert_string_equal(entry->actor, "uid 0 (root)");
	assert_int_equal(entry->at, NOW);
	(void)snprintf(history->text[history->count++], sizeof(history->text[0]), "%s|%s|%s",
	    entry->action, entry->before, entry->after);
	return STATUS_OK;
}

static void
swap(char a[2048], char b[2048])
{
	char c[2048];

	memcpy(c, a, sizeof(c));
	memcpy(a, b, sizeof(c));
	memcpy(b, c, sizeof(c));
}

/* Oldest first. */
static void
history_of(struct store *store, const struct domain_key *key, struct history *ret_history)
{
	char id[ID_TEXT_SIZE];
	struct store_audit_filter filter = { .object = id };
	struct error err = { "" };

	memset(ret_history, 0, sizeof(*ret_history));
	key_id_print(&key->id, id);
	assert_ok(store_list_audit(store, &filter, record, ret_history, &err), &err);
	for (unsigned i = 0; i < ret_history->count / 2; i++)
		swap(ret_history->text[i], ret_history->text[ret_history->count - 1 - i]);
}

static void
lifecycle__audits_a_verdict_when_it_is_another(void **state)
{
	struct store_place *place = *state;
	struct domain_key key = add_verified(place->store, NOW - 5);
	struct dns_status verdicts[SLOT_COUNT];
	struct history before, after;

	for (int i = 0; i < SLOT_COUNT; i++)
		verdicts[i] = verdict_of(&key.set.slots[i], DNS_CODE_PUBLISHED, NOW);
	history_of(place->store, &key, &before);
	key = note(place->store, &key, verdicts);
	assert_int_equal(key.set.slots[1].dns.checked_at, NOW);
	history_of(place->store, &key, &after);
	assert_int_equal(after.count, before.count);
	verdicts[1] = verdict_of(&key.set.slots[1], DNS_CODE_REVOKED, NOW);
	(void)note(place->store, &key, verdicts);
	history_of(place->store, &key, &after);
	assert_int_equal(after.count, before.count + 1);
}

#define STATE(match, active) \
	"{\"org\":\"main\",\"domain\":\"example.com\",\"domain_match\":\"" match \
	"\",\"is_active\":" active ",\"algorithm\":\"rsa-sha256\",\"key_size\":2048," \
	"\"signing_slot\":\"primary\",\"selector\":\"x\",\"alternate_selector\":\"y\""

static void
lifecycle__writes_down_what_it_did_to_whom(void **state)
{
	static const struct lifecycle_request request = { .domain = LIT("example.com"),
		.domain_match = BOTH, .selectors = { LIT("x"), LIT("y") } };
	struct store_place *place = *state;
	struct domain_key old = create(place->store, 1, &request);
	struct domain_key new = create_match(place->store, 2, ONLY);
	struct lifecycle_outcome outcome;
	struct history history;

	activate(place->store, &old, &outcome);
	activate(place->store, &new, &outcome);
	history_of(place->store, &old, &history);
	assert_int_equal(history.count, 3);
	assert_string_equal(
	    history.text[0], "key create||" STATE("DomainAndSubdomains", "false") "}");
	assert_string_equal(history.text[1],
	    "key activate --without-dns-check|" STATE("DomainAndSubdomains", "false") "}|"
	    STATE("DomainAndSubdomains", "true") "}");
	assert_string_equal(history.text[2],
	    "key narrow|" STATE("DomainAndSubdomains", "true") "}|"
	    STATE("SubdomainsOnly", "true")
	    ",\"because\":\"dk_02000000000000000000000000000000\"}");
}

/* ---- import ---- */

static struct lifecycle_request
import_request(struct slice selector)
{
	return (struct lifecycle_request){ .domain = LIT("example.com"), .selectors = { selector } };
}

static void
lifecycle__imports_into_one_slot(void **state)
{
	struct store_place *place = *state;
	struct lifecycle_request request = import_request(LIT("Old.Mail"));
	struct domain_key key = { 0 }, found;
	struct lifecycle_outcome outcome;
	struct error err = { "" };

	assert_ok(import(place->store, 1, 2048, &request, &key, &err), &err);
	found = again(place->store, &key);
	assert_memory_equal(&found, &key, sizeof(key));
	assert_string_equal(found.set.slots[SLOT_PRIMARY].selector, "old.mail");
	assert_false(found.set.slots[SLOT_ALTERNATE].has_key);
	assert_int_equal(found.set.publication, PUBLICATION_DIRECT);
	assert_false(found.is_active);
	activate(place->store, &key, &outcome);
	assert_true(again(place->store, &key).is_active);
	assert_int_equal(outcome.warnings, 0);
}

static void
lifecycle__import_wants_a_selector_nobody_uses(void **state)
{
	struct store_place *place = *state;
	struct lifecycle_request none = import_request(SLICE_EMPTY);
	struct lifecycle_request one = import_request(LIT("one"));
	struct domain_key key;
	struct error err = { "" };

	assert_int_equal(import(place->store, 1, 2048, &none, &key, &err), STATUS_INVALID);
	assert_non_null(strstr(err.text, "selector is missing"));
	assert_ok(import(place->store, 1, 2048, &one, &key, &err), &err);
	assert_int_equal(import(place->store, 2, 2048, &one, &key, &err), STATUS_CONFLICT);
}

static void
lifecycle__imports_a_key_once_for_a_domain(void **state)
{
	struct store_place *place = *state;
	struct lifecycle_request one = import_request(LIT("one"));
	struct lifecycle_request two = import_request(LIT("two"));
	struct store_counts before, after;
	struct domain_key key;
	struct error err = { "" };

	assert_ok(import(place->store, 1, 2048, &one, &key, &err), &err);
	assert_ok(store_count(place->store, &before, &err), &err);
	assert_int_equal(import(place->store, 1, 2048, &two, &key, &err), STATUS_CONFLICT);
	assert_string_equal(err.text, "example.com has this key already, with selector \"one\"");
	assert_ok(store_count(place->store, &after, &err), &err);
	assert_memory_equal(&before, &after, sizeof(before));
}

static void
lifecycle__warns_of_weak_rsa_keys(void **state)
{
	struct store_place *place = *state;
	struct lifecycle_request request = import_request(LIT("weak"));
	struct lifecycle_outcome outcome;
	struct domain_key key;
	struct error err = { "" };

	assert_ok(import(place->store, 1, 1024, &request, &key, &err), &err);
	assert_int_equal(lifecycle_set_warnings(&key.set), LIFECYCLE_WEAK_RSA);
	activate(place->store, &key, &outcome);
	assert_int_equal(outcome.warnings, LIFECYCLE_WEAK_RSA);
	assert_non_null(strstr(lifecycle_warning_text(LIFECYCLE_WEAK_RSA), "1024"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(lifecycle__creates_with_defaults),
		STORE_TEST(lifecycle__creates_what_was_asked_for),
		STORE_TEST(lifecycle__names_the_field_at_fault),
		STORE_TEST(lifecycle__creates_nothing_when_the_selector_was_taken_meanwhile),
		STORE_TEST(lifecycle__joins_a_set_of_another_organization),
		STORE_TEST(lifecycle__refuses_to_activate_what_dns_does_not_show),
		STORE_TEST(lifecycle__lets_a_verified_key_through_for_a_day),
		STORE_TEST(lifecycle__believes_no_verdict_of_a_day_that_is_to_come),
		STORE_TEST(lifecycle__wants_every_slot_proved),
		STORE_TEST(lifecycle__believes_no_verdict_on_another_key),
		STORE_TEST(lifecycle__drops_a_verdict_on_a_key_that_is_gone),
		STORE_TEST(lifecycle__keeps_a_verdict_while_dns_is_out_of_reach),
		STORE_TEST(lifecycle__audits_a_verdict_when_it_is_another),
		cmocka_unit_test(lifecycle__applies_the_table_in_one_transaction),
		STORE_TEST(lifecycle__leaves_other_organizations_domains_and_algorithms_alone),
		STORE_TEST(lifecycle__only_shows_on_a_dry_run),
		STORE_TEST(lifecycle__undoes_everything_when_one_effect_is_impossible),
		STORE_TEST(lifecycle__warns),
		STORE_TEST(lifecycle__activates_an_active_key_without_doing_anything),
		STORE_TEST(lifecycle__deactivates_and_keeps_the_record),
		STORE_TEST(lifecycle__deletes_only_what_is_inactive),
		STORE_TEST(lifecycle__deletes_the_set_with_its_last_record),
		STORE_TEST(lifecycle__finds_by_printed_id),
		STORE_TEST(lifecycle__lists_by_domain_in_any_form),
		STORE_TEST(lifecycle__writes_down_what_it_did_to_whom),
		STORE_TEST(lifecycle__imports_into_one_slot),
		STORE_TEST(lifecycle__import_wants_a_selector_nobody_uses),
		STORE_TEST(lifecycle__imports_a_key_once_for_a_domain),
		STORE_TEST(lifecycle__warns_of_weak_rsa_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
