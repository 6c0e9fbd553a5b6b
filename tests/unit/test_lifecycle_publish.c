/* SPDX-License-Identifier: ISC */
/* The records of a delegated set on their way into the provider zone, on a real store. */
#include "store_place.h"

#include <stdio.h>

#include "lifecycle/gate.h"
#include "lifecycle/publish.h"
#include "lifecycle/rotate.h"

static const struct lifecycle_by by = { NOW, "uid 0 (root)", "" };
static const struct rotation_policy policy = { .retire_after_s = 1000, .margin_s = 10,
	.zone = "keys.example.net" };
static const struct lifecycle_deletion gently = { .policy = &policy };

/* A delegated set whose records are to be published, and its one key, active. */
static struct domain_key
add_delegated(struct store *store)
{
	struct key_set set = set_of(1);
	struct store_sealed sealed[SLOT_COUNT];
	struct domain_key key;
	struct error err = { "" };

	set.publication = PUBLICATION_DELEGATED;
	for (int i = 0; i < SLOT_COUNT; i++)
		(void)snprintf(set.slots[i].txt_record_name, sizeof(set.slots[i].txt_record_name),
		    "%s.keys.example.net", set.slots[i].selector);
	sealed_of(1, sealed);
	place_begin(store);
	assert_ok(store_insert_set(store, &set, sealed, &err), &err);
	assert_ok(lifecycle_begin_rotation(store, &set, NOW, &err), &err);
	place_commit(store);
	key = place_add_key(store, 1, &set, MATCH_DOMAIN_ONLY, true);
	assert_ok(store_find_key(store, &key.id, &key, &err), &err);
	return key;
}

/* What is under way for a slot. */
static struct lifecycle_publication
set_out(struct store *store, const struct domain_key *key, enum slot slot)
{
	struct lifecycle_publication publication;
	struct error err = { "" };

	assert_ok(lifecycle_read_publication(store, key->set.number, slot, &publication, &err), &err);
	return publication;
}

static void
arrive(struct store *store, const struct lifecycle_publication *publication, enum status came_out)
{
	struct error err = { "" };

	assert_ok(
	    lifecycle_note_published(store, publication, came_out, "what the server said", 2, NOW, &err),
	    &err);
}

static struct publish_status
state_of(struct store *store, const struct domain_key *key, enum slot slot)
{
	struct key_set set;
	struct error err = { "" };

	assert_ok(store_find_set(store, key->set.number, &set, &err), &err);
	return set.slots[slot].publish;
}

static void
lifecycle_publish__notes_what_came_of_it(void **state)
{
	struct store_place *place = *state;
	struct domain_key key = add_delegated(place->store);
	struct lifecycle_publication publication = set_out(place->store, &key, SLOT_ALTERNATE);
	struct publish_status after;

	arrive(place->store, &publication, STATUS_REFUSED);
	after = state_of(place->store, &key, SLOT_ALTERNATE);
	assert_int_equal(after.state, PUBLISH_FAILED);
	assert_int_equal(after.attempts, 1);
	assert_int_equal(after.next_at, NOW + 2);
	assert_string_equal(after.sentence, "what the server said");
	publication = set_out(place->store, &key, SLOT_ALTERNATE);
	arrive(place->store, &publication, STATUS_OK);
	after = state_of(place->store, &key, SLOT_ALTERNATE);
	assert_int_equal(after.state, PUBLISH_PUBLISHED);
	assert_int_equal(after.attempts, 0);
	assert_string_equal(after.sentence, "");
	assert_int_equal(state_of(place->store, &key, SLOT_PRIMARY).state, PUBLISH_IN_PROGRESS);
}

/* The record that arrives is that of before: the empty p= is still to be published. */
static void
lifecycle_publish__forgets_no_revocation_over_a_record_on_its_way(void **state)
{
	static const enum status outcomes[] = { STATUS_OK, STATUS_TIMEOUT };
	struct store_place *place = *state;
	struct domain_key key = add_delegated(place->store);
	struct lifecycle_publication publication = set_out(place->store, &key, SLOT_ALTERNATE);
	struct lifecycle_revocation revocation;
	struct publish_status after;
	struct error err = { "" };

	assert_ok(lifecycle_revoke(
	              place->store, &by, &policy, &key.id, SLOT_ALTERNATE, &revocation, &err),
	    &err);
	for (size_t i = 0; i < COUNT(outcomes); i++) {
		arrive(place->store, &publication, outcomes[i]);
		after = state_of(place->store, &key, SLOT_ALTERNATE);
		assert_int_equal(after.state, PUBLISH_IN_PROGRESS);
		assert_int_equal(after.next_at, 0);
	}
	publication = set_out(place->store, &key, SLOT_ALTERNATE);
	assert_string_equal(publication.text, "v=DKIM1; k=rsa; p=");
	arrive(place->store, &publication, STATUS_OK);
	assert_int_equal(state_of(place->store, &key, SLOT_ALTERNATE).state, PUBLISH_PUBLISHED);
}

/* With the set its record would be forgotten, and the key be good in DNS for ever. */
static void
lifecycle_publish__keeps_a_revoked_set_until_dns_says_so(void **state)
{
	struct store_place *place = *state;
	struct domain_key key = add_delegated(place->store);
	struct lifecycle_revocation revocation;
	struct lifecycle_publication publication;
	struct lifecycle_deleted deleted;
	struct error err = { "" };

	assert_ok(
	    lifecycle_revoke(place->store, &by, &policy, &key.id, SLOT_PRIMARY, &revocation, &err), &err);
	assert_true(revocation.has_stopped);
	assert_ok(lifecycle_delete(place->store, &by, &key.id, &gently, &deleted, &err), &err);
	assert_false(deleted.is_gone);
	assert_true(deleted.key.set.is_retiring);
	publication = set_out(place->store, &key, SLOT_PRIMARY);
	assert_string_equal(publication.text, "v=DKIM1; k=rsa; p=");
}

static enum status
count_one(void *context, const struct store_audit *entry)
{
	unsigned *count = context;

	(void)entry;
	++*count;
	return STATUS_OK;
}

static unsigned
count_audit(struct store *store, const char *object)
{
	struct store_audit_filter filter = { .object = object };
	unsigned count = 0;
	struct error err = { "" };

	assert_ok(store_list_audit(store, &filter, count_one, &count, &err), &err);
	return count;
}

static void
lifecycle_publish__audits_a_failure_when_it_is_another(void **state)
{
	struct store_place *place = *state;
	struct domain_key key = add_delegated(place->store);
	const char *name = key.set.slots[SLOT_PRIMARY].txt_record_name;
	struct lifecycle_publication publication;

	for (unsigned i = 1; i <= 5; i++) {
		publication = set_out(place->store, &key, SLOT_PRIMARY);
		arrive(place->store, &publication, STATUS_TIMEOUT);
		assert_int_equal(state_of(place->store, &key, SLOT_PRIMARY).attempts, i);
	}
	assert_int_equal(count_audit(place->store, name), 1);
	publication = set_out(place->store, &key, SLOT_PRIMARY);
	arrive(place->store, &publication, STATUS_OK);
	assert_int_equal(count_audit(place->store, name), 2);
}

/* ---- what a look at DNS shows of a published record ---- */

/* As a look says it of the primary slot. */
static void
see(struct store *store, const struct domain_key *key, enum dns_code code)
{
	struct dns_status verdicts[SLOT_COUNT] = { { .code = code, .state = dns_code_state(code),
		.checked_at = NOW } };
	struct domain_key after;
	struct error err = { "" };

	assert_ok(lifecycle_note_verdicts(store, &by, key, verdicts, &after, &err), &err);
}

static void
lifecycle_publish__publishes_again_what_is_not_at_its_name(void **state)
{
	static const struct {
		enum dns_code code;
		bool is_revoked;
		enum publish_state after;
	} rows[] = {
		{ DNS_CODE_PUBLISHED, false, PUBLISH_PUBLISHED },
		{ DNS_CODE_DANGLING_TARGET, false, PUBLISH_IN_PROGRESS },
		{ DNS_CODE_OTHER_KEY, false, PUBLISH_IN_PROGRESS },
		{ DNS_CODE_SEVERAL_TXT, false, PUBLISH_IN_PROGRESS },
		{ DNS_CODE_REVOKED, false, PUBLISH_IN_PROGRESS },
		{ DNS_CODE_NOT_PUBLISHED, false, PUBLISH_PUBLISHED }, /* the owner's name */
		{ DNS_CODE_WRONG_TARGET, false, PUBLISH_PUBLISHED },
		{ DNS_CODE_UNREACHABLE, false, PUBLISH_PUBLISHED },
		{ DNS_CODE_REVOKED, true, PUBLISH_PUBLISHED },
		{ DNS_CODE_PUBLISHED, true, PUBLISH_IN_PROGRESS },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct lifecycle_revocation revocation;
		struct lifecycle_publication publication;
		struct error err = { "" };
		struct domain_key key;
		struct store *store;

		(void)store_place_make(state);
		store = ((struct store_place *)*state)->store;
		key = add_delegated(store);
		if (rows[i].is_revoked)
			assert_ok(lifecycle_revoke(store, &by, &policy, &key.id, SLOT_PRIMARY, &revocation,
			              &err),
			    &err);
		publication = set_out(store, &key, SLOT_PRIMARY);
		arrive(store, &publication, STATUS_OK);
		see(store, &key, rows[i].code);
		assert_int_equal(state_of(store, &key, SLOT_PRIMARY).state, rows[i].after);
		(void)store_place_remove(state);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(lifecycle_publish__notes_what_came_of_it),
		STORE_TEST(lifecycle_publish__forgets_no_revocation_over_a_record_on_its_way),
		STORE_TEST(lifecycle_publish__keeps_a_revoked_set_until_dns_says_so),
		STORE_TEST(lifecycle_publish__audits_a_failure_when_it_is_another),
		cmocka_unit_test(lifecycle_publish__publishes_again_what_is_not_at_its_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
