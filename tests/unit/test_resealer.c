/* SPDX-License-Identifier: ISC */
/* All keys are sealed anew, whatever the vault does meanwhile; what is left over is known. */
#include "control_place.h"

#include <stdio.h>
#include <string.h>

#include "keeper/methods/methods.h"
#include "keeper/resealer.h"
#include "lifecycle/master.h"
#include "process/clock.h"

#define SETS 40 /* two keys each: more than two lots */
#define TURNS_MAX 1000

static const struct store_masters ordered = {
	.has_current = true,
	.has_previous = true,
	.current = { 2 },
	.previous = { 1 },
};

/* Keys under the first master key; then another is ordered, and has begun to take over. */
static void
order_rekey(struct control_place *place)
{
	struct keeper *keeper = &place->keeper;
	enum master_meeting meeting = 0;
	struct control_peer peer;
	struct error err = { "" };

	control_connect(place, true, &peer);
	for (int i = 0; i < SETS; i++) {
		char domain[32];
		char id[ID_TEXT_SIZE];

		(void)snprintf(domain, sizeof(domain), "d%d.example.com", i);
		control_create(&peer, domain, id);
	}
	control_hang_up(&peer);
	place->master = 2;
	place->previous_master = 1;
	assert_int_equal(
	    master_meet(keeper->store, &ordered, clock_wall_s(), &meeting, &err), STATUS_OK);
	assert_int_equal(meeting, MASTER_TAKES_OVER);
	keeper->has_met_master = true;
	assert_int_equal(resealer_new(keeper, &keeper->resealer, &err), STATUS_OK);
}

static uint64_t
count_left(const struct control_place *place)
{
	struct store_seals seals;
	struct error err = { "" };

	assert_int_equal(store_count_seals(place->keeper.store, &seals, &err), STATUS_OK);
	return seals.left;
}

static bool
is_under_way(const struct control_place *place)
{
	struct store_masters masters;
	struct error err = { "" };

	assert_int_equal(store_get_masters(place->keeper.store, &masters, &err), STATUS_OK);
	return masters.has_previous;
}

static enum status
count_anew(void *context, const struct handle *handle, const struct store_sealed *sealed)
{
	unsigned *count = context;

	(void)handle;
	*count += sealed->bytes[0] == 2 ? 1 : 0;
	return STATUS_OK;
}

/* In the store, by what is sealed. */
static unsigned
sealed_anew(const struct control_place *place)
{
	struct error err = { "" };
	unsigned count = 0;

	assert_int_equal(
	    store_list_sealed(place->keeper.store, count_anew, &count, &err), STATUS_OK);
	return count;
}

static void
turn_until_ended(struct control_place *place)
{
	for (int i = 0; i < TURNS_MAX && is_under_way(place); i++)
		control_turn(place);
	assert_false(is_under_way(place));
}

/* ---- */

static void
resealer__seals_all_keys_anew_once_and_ends(void **state)
{
	struct control_place *place = *state;
	uint8_t sealed[SEALED_MAX];
	struct handle handle = { { 1 } };
	size_t len = 0;

	order_rekey(place);
	turn_until_ended(place);
	assert_int_equal(place->resealed, 2 * SETS);
	assert_int_equal(sealed_anew(place), 2 * SETS);
	assert_int_equal(count_left(place), 0);
	/* before it ends the vault can do without the earlier one, too */
	assert_int_equal(
	    view_keyring_find(place->keeper.keyring, &handle, sealed, &len), STATUS_OK);
	assert_int_equal(sealed[0], 2);
}

static void
resealer__does_nothing_without_an_order(void **state)
{
	struct control_place *place = *state;
	struct error err = { "" };

	assert_int_equal(
	    resealer_new(&place->keeper, &place->keeper.resealer, &err), STATUS_OK);
	for (int i = 0; i < 20; i++)
		control_turn(place);
	assert_int_equal(place->resealed, 0);
}

static void
resealer__goes_on_when_a_vault_is_back(void **state)
{
	struct control_place *place = *state;

	order_rekey(place);
	while (place->resealed == 0)
		control_turn(place);
	place->is_vault_deaf = true;
	for (int i = 0; i < 20; i++)
		control_turn(place);
	assert_true(count_left(place) > 0);
	/* two lives end over the same requests */
	line_peer_restarted(place->keeper.vault);
	line_peer_restarted(place->keeper.vault);
	assert_true(is_under_way(place));
	place->is_vault_deaf = false;
	resealer_wake(place->keeper.resealer); /* it would come by itself in some seconds */
	turn_until_ended(place);
	assert_int_equal(sealed_anew(place), 2 * SETS);
}

/* The previous one still opens them: sealed with a third, nobody would know by which. */
static void
resealer__gives_no_key_to_a_vault_with_another_master_key(void **state)
{
	struct control_place *place = *state;

	order_rekey(place);
	place->master = 9;
	for (int i = 0; i < 20; i++)
		control_turn(place);
	assert_int_equal(place->resealed, 0);
	assert_int_equal(count_left(place), 2 * SETS);
	assert_true(is_under_way(place));
	place->master = 2;
	resealer_wake(place->keeper.resealer); /* it would come by itself in some seconds */
	turn_until_ended(place);
	assert_int_equal(sealed_anew(place), 2 * SETS);
}

static void
resealer__passes_over_what_cannot_be_opened_and_does_not_end(void **state)
{
	struct control_place *place = *state;

	order_rekey(place);
	place->unopenable = 5;
	for (int i = 0; i < TURNS_MAX && resealer_unopened(place->keeper.resealer) == 0; i++)
		control_turn(place);
	assert_int_equal(resealer_unopened(place->keeper.resealer), 1);
	assert_int_equal(count_left(place), 1);
	assert_int_equal(sealed_anew(place), 2 * SETS - 1);
	assert_true(is_under_way(place));
	place->unopenable = 0; /* as if it had been replaced */
	resealer_wake(place->keeper.resealer);
	turn_until_ended(place);
}

static void
resealer__stopped_in_the_middle_leaves_the_rest_to_the_next(void **state)
{
	struct control_place *place = *state;
	struct error err = { "" };

	order_rekey(place);
	while (place->resealed == 0)
		control_turn(place);
	resealer_free(&place->keeper.resealer);
	assert_true(count_left(place) > 0);
	place->resealed = 0;
	assert_int_equal(
	    resealer_new(&place->keeper, &place->keeper.resealer, &err), STATUS_OK);
	turn_until_ended(place);
	assert_in_range(place->resealed, 1, 2 * SETS - 1);
}

/* ---- the method ---- */

static void
rekey__tells_how_far_it_is(void **state)
{
	struct control_place *place = *state;
	struct control_peer peer;
	json_t *answer;
	const json_t *said;

	order_rekey(place);
	place->is_vault_deaf = true;
	control_connect(place, true, &peer);
	answer = control_call(&peer, "RekeyVault", "{}");
	said = json_object_get(answer, "parameters");
	assert_true(json_member_flag(said, "is_under_way", false));
	assert_int_equal(json_member_number(said, "keys", 0), 2 * SETS);
	assert_int_equal(json_member_number(said, "left", 0), 2 * SETS);
	json_decref(answer);
	control_hang_up(&peer);
}

static void
rekey__says_nothing_before_the_vault_has_said_what_it_holds(void **state)
{
	struct control_place *place = *state;
	struct control_peer peer;

	order_rekey(place);
	place->keeper.has_met_master = false;
	control_connect(place, true, &peer);
	control_assert_error(control_call(&peer, "RekeyVault", "{}"), "Unavailable");
	control_hang_up(&peer);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CONTROL_TEST(resealer__seals_all_keys_anew_once_and_ends),
		CONTROL_TEST(resealer__does_nothing_without_an_order),
		CONTROL_TEST(resealer__goes_on_when_a_vault_is_back),
		CONTROL_TEST(resealer__gives_no_key_to_a_vault_with_another_master_key),
		CONTROL_TEST(resealer__passes_over_what_cannot_be_opened_and_does_not_end),
		CONTROL_TEST(resealer__stopped_in_the_middle_leaves_the_rest_to_the_next),
		CONTROL_TEST(rekey__tells_how_far_it_is),
		CONTROL_TEST(rekey__says_nothing_before_the_vault_has_said_what_it_holds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
