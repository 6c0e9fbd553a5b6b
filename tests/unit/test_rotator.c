/* SPDX-License-Identifier: ISC */
/* What the keeper does by itself, on a clock that has been put back since. */
#include "control_place.h"

#include <stdio.h>
#include <string.h>

#include "keeper/publisher.h"
#include "keeper/rotator.h"
#include "process/clock.h"
#include "store/rotation.h"

#define TURNS_MAX 500
#define DAY (24 * 60 * 60)
#define YEARS ((int64_t)3 * 365 * DAY)

static const struct store_audit entry = { 0, 1795219200, "test", "", "test", "", "", "" };

static void
begin(struct store *store)
{
	struct error err = { "" };

	assert_int_equal(store_begin(store, &err), STATUS_OK);
}

static void
commit(struct store *store)
{
	struct error err = { "" };

	assert_int_equal(store_add_audit(store, &entry, &err), STATUS_OK);
	assert_int_equal(store_commit(store, &err), STATUS_OK);
}

/* An active key; its set's number. */
static int64_t
add_active(struct control_place *place)
{
	struct control_peer peer;
	struct domain_key key;
	struct key_id id;
	char text[ID_TEXT_SIZE];
	char parameters[128];
	struct error err = { "" };

	control_connect(place, true, &peer);
	control_create(&peer, "example.com", text);
	(void)snprintf(
	    parameters, sizeof(parameters), "{\"id\":\"%s\",\"without_dns_check\":true}", text);
	control_assert_error(control_call(&peer, "ActivateKey", parameters), NULL);
	control_hang_up(&peer);
	assert_int_equal(key_id_parse(slice_from_text(text), &id), STATUS_OK);
	assert_int_equal(store_find_key(place->keeper.store, &id, &key, &err), STATUS_OK);
	return key.set.number;
}

static int64_t
look_at(struct control_place *place, int64_t number)
{
	struct store_rotation rotation;
	struct error err = { "" };

	assert_int_equal(store_find_rotation(place->keeper.store, number, &rotation, &err), STATUS_OK);
	return rotation.look_at;
}

static void
rotator__looks_at_what_a_clock_ahead_has_put_off(void **state)
{
	struct control_place *place = *state;
	int64_t number = add_active(place);
	int64_t soon = clock_wall_s() + 2 * DAY;
	struct error err = { "" };

	assert_int_equal(store_note_rotation(place->keeper.store, number, soon + YEARS,
	                     ROTATION_NOT_DUE, false, &err),
	    STATUS_OK);
	assert_int_equal(rotator_new(&place->keeper, &place->keeper.rotator, &err), STATUS_OK);
	for (int i = 0; i < TURNS_MAX && look_at(place, number) > soon; i++)
		control_turn(place);
	assert_in_range(look_at(place, number), 0, soon);
}

/* However long the wait: the clock may be set meanwhile. */
static void
rotator__looks_at_least_daily(void **state)
{
	struct control_place *place = *state;
	int64_t number = add_active(place);
	int64_t soon = clock_wall_s() + 2 * DAY;
	struct store_rotation rotation;
	struct error err = { "" };

	/* what was there before may be remembered for a week */
	assert_int_equal(store_find_rotation(place->keeper.store, number, &rotation, &err), STATUS_OK);
	rotation.state.step = ROTATION_SETTLING;
	rotation.state.since = clock_wall_s();
	rotation.look_at = 0;
	begin(place->keeper.store);
	assert_int_equal(store_set_rotation(place->keeper.store, number, &rotation, &err), STATUS_OK);
	commit(place->keeper.store);
	assert_int_equal(
	    store_note_ttl(place->keeper.store, number, SLOT_ALTERNATE, YEARS, &err), STATUS_OK);
	assert_int_equal(rotator_new(&place->keeper, &place->keeper.rotator, &err), STATUS_OK);
	for (int i = 0; i < TURNS_MAX && look_at(place, number) == 0; i++)
		control_turn(place);
	assert_in_range(look_at(place, number), 1, soon);
}

/* Once for the rotation, once for the record that signs, each of two slots; then there is time. */
static void
rotator__does_not_look_in_a_circle_while_dns_is_out_of_reach(void **state)
{
	struct control_place *place = *state;
	struct error err = { "" };

	(void)add_active(place);
	place->dns_code = DNS_CODE_UNREACHABLE;
	assert_int_equal(rotator_new(&place->keeper, &place->keeper.rotator, &err), STATUS_OK);
	for (int i = 0; i < TURNS_MAX; i++)
		control_turn(place);
	assert_in_range(place->looks, SLOT_COUNT, 2 * SLOT_COUNT);
}

/* ---- publication ---- */

static void
add_delegated(struct store *store, struct key_set *set)
{
	static const struct store_sealed sealed[SLOT_COUNT] = { { .len = 340 }, { .len = 340 } };
	struct error err = { "" };

	*set = (struct key_set){ .owner_org = "main",
		.domain = "example.com",
		.algorithm = ALGORITHM_RSA_SHA256,
		.key_bits = 2048,
		.signing_slot = SLOT_PRIMARY,
		.publication = PUBLICATION_DELEGATED,
		.publish_state = PUBLISH_IN_PROGRESS };
	for (int i = 0; i < SLOT_COUNT; i++) {
		struct key_slot *slot = &set->slots[i];

		*slot = (struct key_slot){ .has_key = true, .public_key_len = 294,
			.dns.state = DNS_UNCHECKED };
		slot->handle.bytes[0] = (uint8_t)(i + 1);
		(void)snprintf(slot->selector, sizeof(slot->selector), "s%d", i);
		(void)snprintf(slot->txt_record_name, sizeof(slot->txt_record_name), "s%d.example.net", i);
	}
	begin(store);
	assert_int_equal(store_insert_set(store, set, sealed, &err), STATUS_OK);
	commit(store);
}

static enum publish_state
publish_state(struct store *store, const struct key_set *set)
{
	struct key_set found;
	struct error err = { "" };

	assert_int_equal(store_find_set(store, set->number, &found, &err), STATUS_OK);
	return found.publish_state;
}

static void
rotator__publishes_what_a_clock_ahead_has_put_off(void **state)
{
	struct control_place *place = *state;
	struct publish_status late = { .state = PUBLISH_FAILED, .attempts = 1 };
	struct store *store = place->keeper.store;
	struct key_set set;
	struct error err = { "" };

	control_set_zone(place, "example.net");
	late.next_at = clock_wall_s() + YEARS;
	add_delegated(store, &set);
	begin(store);
	for (int i = 0; i < SLOT_COUNT; i++)
		assert_int_equal(
		    store_set_publish(store, set.number, (enum slot)i, &late, &err), STATUS_OK);
	commit(store);
	assert_int_equal(publisher_new(&place->keeper, &place->keeper.publisher, &err), STATUS_OK);
	for (int i = 0; i < TURNS_MAX && publish_state(store, &set) != PUBLISH_PUBLISHED; i++)
		control_turn(place);
	assert_int_equal(publish_state(store, &set), PUBLISH_PUBLISHED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CONTROL_TEST(rotator__looks_at_what_a_clock_ahead_has_put_off),
		CONTROL_TEST(rotator__looks_at_least_daily),
		CONTROL_TEST(rotator__does_not_look_in_a_circle_while_dns_is_out_of_reach),
		CONTROL_TEST(rotator__publishes_what_a_clock_ahead_has_put_off),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
