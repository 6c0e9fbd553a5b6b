/* SPDX-License-Identifier: ISC */
/* Rotate and revoke, and the gate after them, on a real store. */
#include "store_place.h"

#include <stdio.h>

#include "lifecycle/gate.h"
#include "lifecycle/rotate.h"

static const struct lifecycle_by by = { NOW, "uid 0 (root)", "" };
static const struct rotation_policy policy = { .retire_after_s = 1000, .margin_s = 10 };
static const struct lifecycle_deletion gently = { .policy = &policy };

/* An active key of a set whose rotation has begun. */
static struct domain_key
add_active(struct store *store)
{
	struct key_set set = place_add_set(store, 1, "example.com");
	struct domain_key key = place_add_key(store, 1, &set, MATCH_DOMAIN_ONLY, true);
	struct error err = { "" };

	place_begin(store);
	assert_ok(lifecycle_begin_rotation(store, &set, NOW, &err), &err);
	place_commit(store);
	return key;
}

static void
prove(struct store *store, struct domain_key *key, enum slot slot)
{
	struct dns_status verdicts[SLOT_COUNT] = { 0 };
	struct error err = { "" };

	verdicts[slot] = (struct dns_status){ .code = DNS_CODE_PUBLISHED,
		.state = dns_code_state(DNS_CODE_PUBLISHED),
		.checked_at = NOW,
		.has_seen_key = true };
	assert_ok(lifecycle_hash_key(&key->set.slots[slot], verdicts[slot].key_sha256, &err), &err);
	assert_ok(lifecycle_note_verdicts(store, &by, key, verdicts, key, &err), &err);
}

static enum status
revoke_slot(struct store *store, const struct domain_key *key, enum slot slot, struct error *err)
{
	struct lifecycle_revocation revocation;

	return lifecycle_revoke(store, &by, &policy, &key->id, slot, &revocation, err);
}

static enum status
activate(struct store *store, const struct domain_key *key, struct error *err)
{
	static const struct lifecycle_activation plain = { 0 };
	struct lifecycle_outcome outcome;

	return lifecycle_activate(store, &by, &key->id, &plain, &outcome, err);
}

/* A set that never rotated has an idle slot that is being replaced, too. */
static void
lifecycle_by_hand__a_revoked_next_key_is_in_nobodys_way(void **state)
{
	struct store_place *place = *state;
	struct domain_key key = add_active(place->store);
	struct error err = { "" };

	assert_ok(revoke_slot(place->store, &key, SLOT_ALTERNATE, &err), &err);
	assert_ok(lifecycle_deactivate(place->store, &by, &key.id, &key, &err), &err);
	assert_int_equal(activate(place->store, &key, &err), STATUS_REFUSED);
	assert_non_null(strstr(err.text, key.set.slots[SLOT_PRIMARY].selector));
	prove(place->store, &key, SLOT_PRIMARY);
	assert_ok(activate(place->store, &key, &err), &err);
}

static void
lifecycle_by_hand__nobody_activates_a_revoked_key(void **state)
{
	struct store_place *place = *state;
	struct domain_key key = add_active(place->store);
	struct error err = { "" };

	prove(place->store, &key, SLOT_PRIMARY);
	prove(place->store, &key, SLOT_ALTERNATE);
	assert_ok(revoke_slot(place->store, &key, SLOT_PRIMARY, &err), &err);
	assert_int_equal(activate(place->store, &key, &err), STATUS_REFUSED);
	assert_non_null(strstr(err.text, "is revoked"));
}

/* The next key is proved and may be switched to. */
static void
make_ready(struct store *store, const struct domain_key *key)
{
	struct store_rotation rotation;
	struct error err = { "" };

	assert_ok(store_find_rotation(store, key->set.number, &rotation, &err), &err);
	rotation.state.step = ROTATION_READY;
	rotation.state.proved_at = NOW;
	assert_ok(lifecycle_hash_key(
	              &key->set.slots[SLOT_ALTERNATE], rotation.state.seen_key_sha256, &err),
	    &err);
	place_begin(store);
	assert_ok(store_set_rotation(store, key->set.number, &rotation, &err), &err);
	place_commit(store);
}

static void
lifecycle_by_hand__a_revocation_that_switches_says_when_the_next_switch_is(void **state)
{
	static const struct rotation_policy quarterly = { .every_s = 90 * 86400, .retire_after_s = 1000,
		.margin_s = 10, .proof_life_s = 86400 };
	struct store_place *place = *state;
	struct domain_key key = add_active(place->store);
	struct lifecycle_revocation revocation;
	struct error err = { "" };

	make_ready(place->store, &key);
	assert_ok(lifecycle_revoke(place->store, &by, &quarterly, &key.id, SLOT_PRIMARY, &revocation,
	              &err),
	    &err);
	assert_false(revocation.has_stopped);
	assert_int_equal(revocation.key.set.signing_slot, SLOT_ALTERNATE);
	assert_int_equal(revocation.key.set.next_rotation_at, NOW + quarterly.every_s);
}

/* What is written of a set, of which the alternate slot has a key or none: when the next switch is. */
static int64_t
written_next_at(struct store *store, const struct domain_key *key, bool has_next)
{
	static const struct rotation_policy quarterly = { .every_s = 90 * 86400, .retire_after_s = 1000,
		.margin_s = 10, .proof_life_s = 86400 };
	struct lifecycle_rotation before;
	struct store_rotation after;
	struct error err = { "" };

	assert_ok(lifecycle_read_rotation(store, &quarterly, key->set.number, &before, &err), &err);
	before.facts.has_key[SLOT_ALTERNATE] = has_next;
	after = before.kept;
	place_begin(store);
	assert_ok(lifecycle_write_rotation(store, &quarterly, &before, &after, &err), &err);
	place_commit(store);
	return after.next_rotation_at;
}

static void
lifecycle_by_hand__a_set_of_one_slot_has_no_next_switch(void **state)
{
	struct store_place *place = *state;
	struct domain_key key = add_active(place->store);

	make_ready(place->store, &key);
	assert_int_not_equal(written_next_at(place->store, &key, true), 0);
	assert_int_equal(written_next_at(place->store, &key, false), 0);
}

/* ---- what the audit tells ---- */

static enum status
take_newest(void *context, const struct store_audit *audit)
{
	char *text = context;

	(void)snprintf(text, 2048, "%s|%s|%s", audit->action, audit->before, audit->after);
	return STATUS_OK;
}

static void
lifecycle_by_hand__audits_which_slot_was_revoked(void **state)
{
	struct store_place *place = *state;
	struct domain_key key = add_active(place->store);
	struct store_audit_filter newest = { .limit = 1 };
	char text[2048] = "";
	struct error err = { "" };

	assert_ok(revoke_slot(place->store, &key, SLOT_ALTERNATE, &err), &err);
	assert_ok(store_list_audit(place->store, &newest, take_newest, text, &err), &err);
	assert_int_equal(strncmp(text, "key revoke|", 11), 0);
	assert_non_null(strstr(text, "\"signing_slot\":\"primary\""));
	assert_non_null(strstr(strrchr(text, '|'), "\"alternate_is_revoked\":true"));
	*strrchr(text, '|') = '\0';
	assert_null(strstr(text, "is_revoked"));
}

/* ---- whose set it is ---- */

static struct domain_key
add_of_another(struct store *store, unsigned n, const struct key_set *set)
{
	struct domain_key key = key_of(n, set);
	struct error err = { "" };

	(void)snprintf(key.org, sizeof(key.org), "guest");
	key.is_active = true;
	place_begin(store);
	assert_ok(store_insert_key(store, &key, &err), &err);
	place_commit(store);
	return key;
}

static void
lifecycle_by_hand__the_owner_alone_revokes_while_there_is_one(void **state)
{
	struct store_place *place = *state;
	struct domain_key owners = add_active(place->store);
	struct domain_key guests = add_of_another(place->store, 2, &owners.set);
	struct error err = { "" };

	assert_int_equal(revoke_slot(place->store, &guests, SLOT_PRIMARY, &err), STATUS_REFUSED);
	assert_non_null(strstr(err.text, "belongs to organization main"));
	assert_ok(lifecycle_deactivate(place->store, &by, &owners.id, &owners, &err), &err);
	assert_ok(lifecycle_delete(place->store, &by, &owners.id, &gently, NULL, &err), &err);
	assert_ok(revoke_slot(place->store, &guests, SLOT_PRIMARY, &err), &err);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(lifecycle_by_hand__a_revoked_next_key_is_in_nobodys_way),
		STORE_TEST(lifecycle_by_hand__nobody_activates_a_revoked_key),
		STORE_TEST(lifecycle_by_hand__a_revocation_that_switches_says_when_the_next_switch_is),
		STORE_TEST(lifecycle_by_hand__a_set_of_one_slot_has_no_next_switch),
		STORE_TEST(lifecycle_by_hand__audits_which_slot_was_revoked),
		STORE_TEST(lifecycle_by_hand__the_owner_alone_revokes_while_there_is_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
