/* SPDX-License-Identifier: ISC */
/* What the keeper does by itself: on a clock that has been put back since, among damaged sets, of very many. */
#include "control_place.h"

#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include "keeper/publisher.h"
#include "keeper/rotator.h"
#include "keys/watch.h"
#include "lifecycle/rotate.h"
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

/* Sealed by a vault that came back with another master key, nobody could open it when it is to sign. */
static void
rotator__has_no_key_made_with_another_master_key(void **state)
{
	struct control_place *place = *state;
	int64_t number = add_active(place);
	struct store *store = place->keeper.store;
	unsigned generated = place->generated;
	struct store_rotation rotation;
	struct error err = { "" };

	assert_int_equal(store_find_rotation(store, number, &rotation, &err), STATUS_OK);
	rotation.state.step = ROTATION_RETIRING;
	rotation.state.since = clock_wall_s() - DAY;
	rotation.look_at = 0;
	begin(store);
	assert_int_equal(store_set_rotation(store, number, &rotation, &err), STATUS_OK);
	commit(store);
	place->master++;
	assert_int_equal(rotator_new(&place->keeper, &place->keeper.rotator, &err), STATUS_OK);
	for (int i = 0; i < TURNS_MAX && look_at(place, number) == 0; i++)
		control_turn(place);
	assert_int_equal(place->generated, generated);
	assert_int_equal(store_find_rotation(store, number, &rotation, &err), STATUS_OK);
	assert_int_equal(rotation.state.step, ROTATION_RETIRING);
	assert_int_equal(rotation.state.attempts, 1);
}

/* ---- another policy ---- */

static void
deactivate_all(struct store *store, int64_t number)
{
	struct domain_key key;
	struct key_id id;
	struct error err = { "" };

	while (store_find_active(store, number, &id, &err) == STATUS_OK) {
		assert_int_equal(store_find_key(store, &id, &key, &err), STATUS_OK);
		key.is_active = false;
		assert_int_equal(store_update_key(store, &key, &err), STATUS_OK);
	}
}

static struct store_rotation
rotation_of(struct control_place *place, int64_t number)
{
	struct store_rotation rotation;
	struct error err = { "" };

	assert_int_equal(store_find_rotation(place->keeper.store, number, &rotation, &err), STATUS_OK);
	return rotation;
}

static void
set_days(struct control_place *place, enum setting setting, uint64_t days)
{
	control_set_number(place, setting, days * DAY * 1000);
}

/* Until the set was looked at, and put off. */
static void
turn_until_noted(struct control_place *place, int64_t number)
{
	for (int i = 0; i < TURNS_MAX && look_at(place, number) == 0; i++)
		control_turn(place);
	assert_true(look_at(place, number) > clock_wall_s());
}

static void
rotator__tells_when_another_policy_rotates(void **state)
{
	static const uint64_t every_days[] = { 180, 30, 0, 90 };
	struct control_place *place = *state;
	int64_t number = add_active(place);
	struct error err = { "" };

	set_days(place, SETTING_ROTATION_RETIRE_AFTER, 14);
	set_days(place, SETTING_ROTATION_EVERY, 90);
	assert_int_equal(rotator_new(&place->keeper, &place->keeper.rotator, &err), STATUS_OK);
	turn_until_noted(place, number);
	for (size_t i = 0; i < sizeof(every_days) / sizeof(every_days[0]); i++) {
		struct store_rotation rotation = rotation_of(place, number);
		int64_t expected = every_days[i] > 0 ? rotation.state.began_at + (int64_t)every_days[i] * DAY : 0;

		assert_int_not_equal(rotation.next_rotation_at, expected);
		set_days(place, SETTING_ROTATION_EVERY, every_days[i]);
		rotator_follow_settings(place->keeper.rotator);
		turn_until_noted(place, number);
		assert_int_equal(rotation_of(place, number).next_rotation_at, expected);
	}
}

/* A set that rests is not looked at again by itself. */
static void
rotator__tells_when_another_policy_lets_a_record_go(void **state)
{
	struct control_place *place = *state;
	int64_t number = add_active(place);
	struct store *store = place->keeper.store;
	struct store_rotation rotation;
	struct error err = { "" };

	set_days(place, SETTING_ROTATION_RETIRE_AFTER, 14);
	set_days(place, SETTING_ROTATION_MARGIN, 0);
	rotation = rotation_of(place, number);
	rotation.state.quiet_since = clock_wall_s();
	rotation.look_at = ROTATION_NEVER;
	begin(store);
	deactivate_all(store, number);
	assert_int_equal(store_set_rotation(store, number, &rotation, &err), STATUS_OK);
	commit(store);
	assert_int_equal(rotator_new(&place->keeper, &place->keeper.rotator, &err), STATUS_OK);
	set_days(place, SETTING_ROTATION_RETIRE_AFTER, 30);
	rotator_follow_settings(place->keeper.rotator);
	turn_until_noted(place, number);
	assert_int_equal(look_at(place, number), ROTATION_NEVER);
	assert_int_equal(
	    rotation_of(place, number).safe_to_remove_at, rotation.state.quiet_since + 30 * DAY);
}

/* What a set waits for is over at once, where the policy that it now goes by waits no longer. */
static void
rotator__goes_on_when_another_policy_waits_no_longer(void **state)
{
	static const struct {
		enum setting setting;
		uint64_t days;
		enum rotation_step step;
		int64_t days_ago; /* it began */
	} rows[] = {
		{ SETTING_ROTATION_RETIRE_AFTER, 9, ROTATION_RETIRING, 8 },
		{ SETTING_ROTATION_MARGIN, 2, ROTATION_RETIRING, 8 },
		{ SETTING_ROTATION_MARGIN, 2, ROTATION_SETTLING, 1 },
		{ SETTING_PROVIDER_TTL, 2, ROTATION_SETTLING, 1 },
	};
	struct control_place *place = *state;
	int64_t number = add_active(place);
	struct store *store = place->keeper.store;
	struct error err = { "" };

	place->dns_ttl_s = 1; /* nobody remembers longer than the policy says */
	set_days(place, SETTING_ROTATION_EVERY, 0);
	set_days(place, SETTING_ROTATION_QUEUE_LIFE, 0);
	set_days(place, SETTING_ROTATION_SIGNATURE_LIFE, 0);
	set_days(place, SETTING_ROTATION_RETIRE_AFTER, 7);
	set_days(place, SETTING_ROTATION_MARGIN, 0);
	assert_int_equal(rotator_new(&place->keeper, &place->keeper.rotator, &err), STATUS_OK);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct store_rotation rotation = rotation_of(place, number);
		uint64_t before = settings_number(place->settings, rows[i].setting, 0);

		set_days(place, rows[i].setting, rows[i].days);
		rotator_follow_settings(place->keeper.rotator);
		rotation.state.step = rows[i].step;
		rotation.state.since = clock_wall_s() - rows[i].days_ago * DAY;
		rotation.state.attempts = 0;
		rotation.look_at = 0;
		begin(store);
		assert_int_equal(store_set_rotation(store, number, &rotation, &err), STATUS_OK);
		commit(store);
		turn_until_noted(place, number);
		assert_int_equal(rotation_of(place, number).state.step, rows[i].step);
		control_set_number(place, rows[i].setting, before);
		rotator_follow_settings(place->keeper.rotator);
		turn_until_noted(place, number);
		assert_int_not_equal(rotation_of(place, number).state.since, rotation.state.since);
	}
}

/* ---- of many, and of one slot ---- */

/* An active key with one slot, which nobody has ever looked at, and which never rotates. */
static int64_t
add_one_slot(struct store *store, unsigned n)
{
	static const struct store_sealed sealed[SLOT_COUNT] = { { .len = 340 } };
	struct key_set set = { .owner_org = "main",
		.algorithm = ALGORITHM_RSA_SHA256,
		.key_bits = 2048,
		.signing_slot = SLOT_PRIMARY,
		.publication = PUBLICATION_DIRECT,
		.publish_state = PUBLISH_IN_PROGRESS };
	struct domain_key key = { .org = "main", .domain_match = MATCH_DOMAIN_ONLY, .is_active = true };
	struct error err = { "" };

	set.slots[SLOT_PRIMARY] = (struct key_slot){ .has_key = true, .selector = "s",
		.public_key_len = 294, .dns.state = DNS_UNCHECKED };
	(void)snprintf(set.domain, sizeof(set.domain), "n%u.example", n);
	memcpy(set.slots[SLOT_PRIMARY].handle.bytes, &n, sizeof(n));
	memcpy(key.id.bytes, &n, sizeof(n));
	begin(store);
	assert_int_equal(store_insert_set(store, &set, sealed, &err), STATUS_OK);
	key.set = set;
	assert_int_equal(store_insert_key(store, &key, &err), STATUS_OK);
	assert_int_equal(lifecycle_begin_rotation(store, &set, clock_wall_s(), &err), STATUS_OK);
	commit(store);
	return set.number;
}

/* It has no next key to wait for, and all the same its record may be gone one day. */
static void
rotator__looks_again_at_a_set_that_never_rotates(void **state)
{
	struct control_place *place = *state;
	int64_t number = add_one_slot(place->keeper.store, 1);
	struct error err = { "" };

	assert_int_equal(rotator_new(&place->keeper, &place->keeper.rotator, &err), STATUS_OK);
	for (int i = 0; i < TURNS_MAX && place->looks == 0; i++)
		control_turn(place);
	assert_int_equal(place->looks, 1);
	assert_in_range(look_at(place, number), clock_wall_s() + 1, clock_wall_s() + DAY);
}

#define MANY 60

/* All are due: a burst is looked at, the others have their own times. */
static void
rotator__of_many_sets_keeps_the_rate(void **state)
{
	struct control_place *place = *state;
	int64_t began_ms;
	unsigned put_off = 0;
	struct error err = { "" };

	for (unsigned n = 1; n <= MANY; n++)
		(void)add_one_slot(place->keeper.store, n);
	began_ms = clock_monotonic_ms();
	assert_int_equal(rotator_new(&place->keeper, &place->keeper.rotator, &err), STATUS_OK);
	for (int i = 0; i < TURNS_MAX / 5; i++) {
		control_turn(place);
		assert_in_range(place->looks, 0,
		    WATCH_BURST + 1 + WATCH_PER_SECOND * (clock_monotonic_ms() - began_ms) / 1000);
	}
	assert_true(place->looks >= WATCH_BURST);
	for (int64_t number = 1; number <= MANY; number++)
		put_off += look_at(place, number) != 0 ? 1 : 0;
	assert_int_equal(put_off, MANY);
}

/* The rate is shared by those that are looked at: not by who rests, nor by who retires. */
static void
rotator__shares_the_rate_among_what_signs(void **state)
{
	struct control_place *place = *state;
	struct store *store = place->keeper.store;
	struct store_rotation rotation;
	int64_t count = 0;
	int64_t number;
	struct error err = { "" };

	(void)add_one_slot(store, 1);
	number = add_one_slot(store, 2);
	assert_int_equal(store_note_rotation(store, number, ROTATION_NEVER, ROTATION_INACTIVE, false, &err),
	    STATUS_OK);
	number = add_one_slot(store, 3);
	assert_int_equal(store_find_rotation(store, number, &rotation, &err), STATUS_OK);
	rotation.state.retirement = ROTATION_LEAVING;
	begin(store);
	deactivate_all(store, number);
	assert_int_equal(store_set_rotation(store, number, &rotation, &err), STATUS_OK);
	commit(store);
	assert_int_equal(store_count_watched(store, &count, &err), STATUS_OK);
	assert_int_equal(count, 1);
}

/* ---- publication ---- */

static void
add_delegated(struct store *store, int first, struct key_set *set)
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
		slot->handle.bytes[0] = (uint8_t)(first + i + 1);
		(void)snprintf(slot->selector, sizeof(slot->selector), "s%d", first + i);
		(void)snprintf(slot->txt_record_name, sizeof(slot->txt_record_name), "s%d.example.net",
		    first + i);
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
	add_delegated(store, 0, &set);
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

/* ---- damage ---- */

/* As a bad disk would: past all rules of the schema. */
static void
damage(struct control_place *place, int64_t number)
{
	char path[100];
	char sql[100];
	sqlite3 *db = NULL;

	(void)snprintf(path, sizeof(path), "%s/store/signetd.db", place->directory);
	(void)snprintf(sql, sizeof(sql), "UPDATE key_slot SET dns_code = 'nonsense' WHERE set_number = %lld",
	    (long long)number);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

struct troubles {
	unsigned count;
	enum store_trouble_kind kind;
};

static enum status
count_trouble(void *context, const struct store_trouble *trouble)
{
	struct troubles *troubles = context;

	troubles->count++;
	troubles->kind = trouble->kind;
	return STATUS_OK;
}

static struct troubles
find_troubles(struct control_place *place)
{
	struct troubles troubles = { .count = 0 };
	struct error err = { "" };

	assert_int_equal(
	    store_list_troubles(place->keeper.store, 10, count_trouble, &troubles, &err), STATUS_OK);
	return troubles;
}

#define DAMAGED_COUNT 20 /* more than are begun, or listed, at a time */

/* Those behind the damaged ones are served, and these are told of. */
static void
rotator__passes_over_damaged_sets(void **state)
{
	struct control_place *place = *state;
	int64_t sound;
	bool is_news = true;
	struct error err = { "" };

	for (unsigned n = 1; n <= DAMAGED_COUNT; n++)
		damage(place, add_one_slot(place->keeper.store, n));
	sound = add_one_slot(place->keeper.store, DAMAGED_COUNT + 1);
	assert_int_equal(rotator_new(&place->keeper, &place->keeper.rotator, &err), STATUS_OK);
	for (int i = 0; i < TURNS_MAX && look_at(place, sound) == 0; i++)
		control_turn(place);
	assert_int_not_equal(look_at(place, sound), 0);
	for (int64_t number = 1; number <= DAMAGED_COUNT; number++)
		assert_true(look_at(place, number) > clock_wall_s());
	assert_int_equal(find_troubles(place).count, 10);
	assert_int_equal(find_troubles(place).kind, STORE_TROUBLE_ROTATION);
	assert_int_equal(store_note_damage(place->keeper.store, 1, 5, &is_news, &err), STATUS_OK);
	assert_false(is_news); /* it is told once */
}

static void
rotator__publishes_what_stands_behind_damaged_sets(void **state)
{
	struct control_place *place = *state;
	struct store *store = place->keeper.store;
	struct key_set damaged, sound;
	struct error err = { "" };

	control_set_zone(place, "example.net");
	add_delegated(store, 0, &damaged);
	add_delegated(store, 2, &sound);
	damage(place, damaged.number);
	assert_int_equal(publisher_new(&place->keeper, &place->keeper.publisher, &err), STATUS_OK);
	for (int i = 0; i < TURNS_MAX && publish_state(store, &sound) != PUBLISH_PUBLISHED; i++)
		control_turn(place);
	assert_int_equal(publish_state(store, &sound), PUBLISH_PUBLISHED);
	assert_int_equal(find_troubles(place).count, SLOT_COUNT);
	assert_int_equal(find_troubles(place).kind, STORE_TROUBLE_PUBLICATION);
}

/* Nobody is asked about a name that is in no zone of ours. */
static void
rotator__says_what_can_be_published_in_no_zone(void **state)
{
	struct control_place *place = *state;
	struct store *store = place->keeper.store;
	struct key_set set;
	struct key_set found;
	struct error err = { "" };

	control_set_zone(place, "another.example");
	add_delegated(store, 0, &set);
	assert_int_equal(publisher_new(&place->keeper, &place->keeper.publisher, &err), STATUS_OK);
	for (int i = 0; i < TURNS_MAX && publish_state(store, &set) != PUBLISH_FAILED; i++)
		control_turn(place);
	assert_int_equal(store_find_set(store, set.number, &found, &err), STATUS_OK);
	assert_non_null(strstr(found.slots[0].publish.sentence, "s0.example.net is in no provider_zone"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CONTROL_TEST(rotator__looks_at_what_a_clock_ahead_has_put_off),
		CONTROL_TEST(rotator__looks_at_least_daily),
		CONTROL_TEST(rotator__does_not_look_in_a_circle_while_dns_is_out_of_reach),
		CONTROL_TEST(rotator__has_no_key_made_with_another_master_key),
		CONTROL_TEST(rotator__tells_when_another_policy_rotates),
		CONTROL_TEST(rotator__tells_when_another_policy_lets_a_record_go),
		CONTROL_TEST(rotator__goes_on_when_another_policy_waits_no_longer),
		CONTROL_TEST(rotator__publishes_what_a_clock_ahead_has_put_off),
		CONTROL_TEST(rotator__looks_again_at_a_set_that_never_rotates),
		CONTROL_TEST(rotator__of_many_sets_keeps_the_rate),
		CONTROL_TEST(rotator__shares_the_rate_among_what_signs),
		CONTROL_TEST(rotator__passes_over_damaged_sets),
		CONTROL_TEST(rotator__publishes_what_stands_behind_damaged_sets),
		CONTROL_TEST(rotator__says_what_can_be_published_in_no_zone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
