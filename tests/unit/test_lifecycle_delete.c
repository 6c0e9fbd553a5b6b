/* SPDX-License-Identifier: ISC */
/* A record goes, and with the last one its key set, on a real store; test_rotation_retire.c has what steps wait for. */
#include "life.h"

#include <stdio.h>

#include "lifecycle/publish.h"
#include "lifecycle/rotate.h"

#define ZONE "example.net"
#define MAIL_S (13 * INT64_C(86400) + 600)

static struct domain_key
create_delegated(struct store *store, unsigned n)
{
	struct lifecycle_request request = { .domain = LIT("example.com"), .provider_zone = ZONE };

	return create(store, n, &request);
}

/* It signed, and nobody does any more. */
static void
use(struct store *store, struct domain_key *key)
{
	struct lifecycle_outcome outcome;
	struct error err = { "" };

	activate(store, key, &outcome);
	assert_ok(lifecycle_deactivate(store, &by, &key->id, key, &err), &err);
}

static struct rotation_order
next(struct store *store, const struct domain_key *key, int64_t now)
{
	struct lifecycle_rotation rotation;
	struct rotation_order order;
	struct error err = { "" };

	assert_ok(
	    lifecycle_read_rotation(store, &usual_policy, key->set.number, &rotation, &err), &err);
	rotation_next(&rotation.kept.state, &rotation.facts, &usual_policy, now, &order);
	return order;
}

static void
report(struct store *store, const struct domain_key *key, const struct rotation_order *order)
{
	const struct lifecycle_report what = { .set_number = key->set.number, .order = *order,
		.outcome = ROTATION_DONE };
	struct error err = { "" };
	bool counts = false;

	assert_ok(lifecycle_report_rotation(
	              store, &usual_policy, &what, order->asked_at, &counts, &err),
	    &err);
	assert_true(counts);
}

static void
take(struct store *store, const struct domain_key *key, enum rotation_action action, int64_t now)
{
	struct rotation_order order = next(store, key, now);

	assert_int_equal(order.action, action);
	report(store, key, &order);
}

static struct lifecycle_deleted
delete(struct store *store, const struct domain_key *key, const struct lifecycle_deletion *how)
{
	struct lifecycle_deleted deleted;
	struct error err = { "" };

	assert_ok(lifecycle_delete(store, &by, &key->id, how, &deleted, &err), &err);
	return deleted;
}

static size_t
wanted_len(struct store *store, const struct domain_key *key)
{
	struct lifecycle_publication publication;
	struct error err = { "" };

	assert_ok(lifecycle_read_publication(
	              store, key->set.number, SLOT_PRIMARY, &publication, &err),
	    &err);
	return publication.text_len;
}

static bool
has_keys(struct store *store, const struct domain_key *key)
{
	struct store_sealed sealed;
	struct error err = { "" };

	return store_find_sealed(store, &key->set.slots[SLOT_PRIMARY].handle, &sealed, &err) == STATUS_OK;
}

static void
lifecycle_delete__retires_a_set_that_signed(void **state)
{
	struct store *store = ((struct store_place *)*state)->store;
	struct domain_key key = create_delegated(store, 1);
	struct lifecycle_deleted deleted;
	size_t whole = wanted_len(store, &key);

	use(store, &key);
	take(store, &key, ROTATION_QUIET, NOW + 1);
	assert_int_equal(again(store, &key).set.safe_to_remove_at, NOW + 1 + MAIL_S);
	deleted = delete(store, &key, &gently);
	assert_false(deleted.is_gone || deleted.was_retiring || deleted.is_detached);
	key = again(store, &key);
	assert_true(key.set.is_retiring && !key.set.is_withdrawn);
	assert_int_equal(key.set.gone_at, NOW + 1 + MAIL_S + 3600 + 600);
	assert_int_equal(wanted_len(store, &key), whole);
	take(store, &key, ROTATION_EMPTY, NOW + 1 + MAIL_S);
	assert_int_equal(wanted_len(store, &key), strlen("v=DKIM1; k=rsa; p="));
	assert_int_equal(again(store, &key).set.publish_state, PUBLISH_IN_PROGRESS);
	take(store, &key, ROTATION_PUBLISH_EMPTY, NOW + 2 + MAIL_S);
	take(store, &key, ROTATION_REMOVE, NOW + 2 + MAIL_S + 4200);
	assert_int_equal(wanted_len(store, &key), 0);
	assert_int_equal(again(store, &key).set.publish_state, PUBLISH_IN_PROGRESS);
	take(store, &key, ROTATION_UNPUBLISH, NOW + 3 + MAIL_S + 4200);
	assert_true(has_keys(store, &key));
	take(store, &key, ROTATION_DELETE, NOW + 3 + MAIL_S + 4200);
	assert_false(has_keys(store, &key));
	assert_int_equal(store_find_key(store, &key.id, &key, NULL), STATUS_NOT_FOUND);
}

/* Rows that say of nothing that it was otherwise before. */
static enum status
count_same(void *context, const struct store_audit *entry)
{
	unsigned *count = context;

	*count += strcmp(entry->before, entry->after) == 0 ? 1 : 0;
	return STATUS_OK;
}

static void
lifecycle_delete__audits_each_step_before_and_after(void **state)
{
	struct store *store = ((struct store_place *)*state)->store;
	struct domain_key key = create_delegated(store, 1);
	char id[ID_TEXT_SIZE];
	struct store_audit_filter filter = { .object = id };
	unsigned same = 0;
	struct error err = { "" };

	key_id_print(&key.id, id);
	use(store, &key);
	(void)delete(store, &key, &at_once);
	take(store, &key, ROTATION_QUIET, NOW + 1);
	take(store, &key, ROTATION_PUBLISH_EMPTY, NOW + 2);
	take(store, &key, ROTATION_REMOVE, NOW + 2 + 4200);
	take(store, &key, ROTATION_UNPUBLISH, NOW + 3 + 4200);
	take(store, &key, ROTATION_DELETE, NOW + 3 + 4200);
	assert_ok(store_list_audit(store, &filter, count_same, &same, &err), &err);
	assert_int_equal(same, 0);
}

static void
lifecycle_delete__once_more_changes_nothing_unless_at_once(void **state)
{
	struct store *store = ((struct store_place *)*state)->store;
	struct domain_key key = create_delegated(store, 1);

	use(store, &key);
	(void)delete(store, &key, &gently);
	assert_true(delete(store, &key, &gently).was_retiring);
	assert_false(delete(store, &key, &at_once).was_retiring);
	key = again(store, &key);
	assert_true(key.set.slots[SLOT_PRIMARY].is_revoked && key.set.slots[SLOT_ALTERNATE].is_revoked);
	assert_true(delete(store, &key, &at_once).was_retiring);
}

static void
lifecycle_delete__gives_up_what_has_no_zone_only_at_once(void **state)
{
	static const struct rotation_policy zoneless = { .retire_after_s = 1000 };
	static const struct lifecycle_deletion wait = { .policy = &zoneless };
	static const struct lifecycle_deletion now = { .policy = &zoneless, .at_once = true };
	struct store *store = ((struct store_place *)*state)->store;
	struct domain_key key = create_delegated(store, 1);
	struct lifecycle_deleted deleted;

	use(store, &key);
	assert_false(delete(store, &key, &wait).is_gone);
	deleted = delete(store, &key, &now);
	assert_true(deleted.is_gone && deleted.leaves_records);
	assert_false(has_keys(store, &key));
}

static void
lifecycle_delete__takes_a_set_that_never_signed_at_once(void **state)
{
	struct store *store = ((struct store_place *)*state)->store;
	struct domain_key direct = create_match(store, 1, ONLY);
	struct domain_key delegated = create_delegated(store, 2);

	assert_true(delete(store, &direct, &gently).is_gone);
	assert_false(delete(store, &delegated, &gently).is_gone);
	take(store, &delegated, ROTATION_REMOVE, NOW);
	take(store, &delegated, ROTATION_UNPUBLISH, NOW);
	take(store, &delegated, ROTATION_DELETE, NOW);
	assert_false(has_keys(store, &delegated));
}

/* ---- what retires ---- */

static void
lifecycle_delete__leaves_nothing_that_can_sign(void **state)
{
	struct store *store = ((struct store_place *)*state)->store;
	struct lifecycle_request request = { .org = LIT("acme"), .domain = LIT("example.com") };
	struct lifecycle_change change = { .has_test_mode = true, .test_mode = true };
	struct domain_key key = create_delegated(store, 1);
	struct lifecycle_outcome outcome;
	struct error err = { "" };
	uint8_t random[ID_SIZE] = { 0x42 };
	struct domain_key joined;

	use(store, &key);
	(void)delete(store, &key, &gently);
	assert_int_equal(
	    lifecycle_activate(store, &by, &key.id, &forced, &outcome, &err), STATUS_REFUSED);
	assert_non_null(strstr(err.text, "is deleted"));
	assert_int_equal(
	    lifecycle_update(store, &by, &key.id, &change, &forced, &outcome, &err), STATUS_REFUSED);
	assert_int_equal(lifecycle_join(store, &by, &request, &key.set.slots[0].handle, random, &joined,
	                     &err),
	    STATUS_REFUSED);
	assert_int_equal(lifecycle_rotate(store, &by, &usual_policy, &key.id, &joined, &err),
	    STATUS_REFUSED);
}

/* Also where nobody looked before: the schema says so. */
static void
lifecycle_delete__is_held_by_the_schema(void **state)
{
	struct store *store = ((struct store_place *)*state)->store;
	struct domain_key key = create_delegated(store, 1);
	struct domain_key other;
	struct error err = { "" };

	use(store, &key);
	(void)delete(store, &key, &gently);
	key = again(store, &key);
	key.is_active = true;
	place_begin(store);
	assert_int_equal(store_update_key(store, &key, &err), STATUS_CONFLICT);
	other = key_of(9, &key.set);
	assert_int_equal(store_insert_key(store, &other, &err), STATUS_CONFLICT);
	store_rollback(store);
}

static void
lifecycle_delete__is_told_in_the_counts(void **state)
{
	struct store *store = ((struct store_place *)*state)->store;
	struct domain_key key = create_delegated(store, 1);
	struct store_counts counts;
	struct error err = { "" };

	use(store, &key);
	assert_ok(store_count(store, &counts, &err), &err);
	assert_int_equal(counts.retiring_sets, 0);
	assert_int_equal(counts.next_gone_at, 0);
	(void)delete(store, &key, &gently);
	assert_ok(store_count(store, &counts, &err), &err);
	assert_int_equal(counts.retiring_sets, 1);
	assert_int_equal(counts.next_gone_at, again(store, &key).set.gone_at);
}

/* ---- when a key stops to sign ---- */

static int64_t
look_at(struct store *store, const struct domain_key *key)
{
	struct store_rotation rotation;
	struct error err = { "" };

	assert_ok(store_find_rotation(store, key->set.number, &rotation, &err), &err);
	return rotation.look_at;
}

/* Whatever made it stop. */
static void
lifecycle_delete__the_rotation_looks_when_a_key_stops(void **state)
{
	struct store *store = ((struct store_place *)*state)->store;
	struct domain_key key = create_match(store, 1, ONLY);
	struct domain_key other = create_match(store, 2, ONLY);
	struct lifecycle_outcome outcome;
	struct error err = { "" };

	activate(store, &key, &outcome);
	assert_ok(store_note_rotation(
	              store, key.set.number, NOW + 5000, ROTATION_NOT_DUE, false, &err),
	    &err);
	activate(store, &other, &outcome); /* which deactivates it */
	assert_false(again(store, &key).is_active);
	assert_int_equal(look_at(store, &key), 0);
	assert_int_equal(next(store, &key, NOW + 1).action, ROTATION_QUIET);
}

static void
lifecycle_delete__an_activation_takes_the_times_back(void **state)
{
	struct store *store = ((struct store_place *)*state)->store;
	struct domain_key key = create_match(store, 1, ONLY);
	struct lifecycle_outcome outcome;
	struct error err = { "" };

	use(store, &key);
	take(store, &key, ROTATION_QUIET, NOW + 1);
	assert_int_not_equal(again(store, &key).set.safe_to_remove_at, 0);
	activate(store, &key, &outcome);
	assert_int_equal(again(store, &key).set.safe_to_remove_at, 0);
	assert_int_not_equal(next(store, &key, NOW + 1).action, ROTATION_QUIET);
	assert_ok(lifecycle_deactivate(store, &by, &key.id, &key, &err), &err);
	assert_int_equal(key.set.safe_to_remove_at, 0);
	assert_int_equal(next(store, &key, NOW + 1).action, ROTATION_QUIET);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(lifecycle_delete__retires_a_set_that_signed),
		STORE_TEST(lifecycle_delete__audits_each_step_before_and_after),
		STORE_TEST(lifecycle_delete__once_more_changes_nothing_unless_at_once),
		STORE_TEST(lifecycle_delete__gives_up_what_has_no_zone_only_at_once),
		STORE_TEST(lifecycle_delete__takes_a_set_that_never_signed_at_once),
		STORE_TEST(lifecycle_delete__leaves_nothing_that_can_sign),
		STORE_TEST(lifecycle_delete__is_held_by_the_schema),
		STORE_TEST(lifecycle_delete__is_told_in_the_counts),
		STORE_TEST(lifecycle_delete__the_rotation_looks_when_a_key_stops),
		STORE_TEST(lifecycle_delete__an_activation_takes_the_times_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
