/* SPDX-License-Identifier: ISC */
/* Which master keys must be at hand for which store, and what a store makes of those it meets. */
#include "store_place.h"

#include "lifecycle/master.h"

/* Master keys are letters; 0 is none. */
static struct store_masters
masters_of(char current, char previous)
{
	struct store_masters masters = {
		.has_current = current != 0,
		.has_previous = previous != 0,
	};

	masters.current[0] = (uint8_t)current;
	masters.previous[0] = (uint8_t)previous;
	return masters;
}

/* ---- judging ---- */

static const struct {
	const char known[2];
	const char at_hand[2];
	enum master_meeting meeting; /* 0: refused */
	const char *part;            /* of the sentence */
} meetings[] = {
	{ { 0, 0 }, { 'a', 0 }, MASTER_NEW, NULL },
	{ { 0, 0 }, { 'a', 'b' }, MASTER_NEW, NULL },
	{ { 'a', 0 }, { 'a', 0 }, MASTER_KNOWN, NULL },
	{ { 'a', 0 }, { 'a', 'b' }, MASTER_KNOWN, NULL },
	{ { 'a', 0 }, { 'a', 'a' }, MASTER_KNOWN, NULL },
	{ { 'a', 0 }, { 'b', 'a' }, MASTER_TAKES_OVER, NULL },
	{ { 'a', 0 }, { 'b', 0 }, 0, "the master key is not the one" },
	{ { 'a', 0 }, { 'b', 'c' }, 0, "the previous one neither" },
	{ { 'b', 'a' }, { 'b', 'a' }, MASTER_ON_THE_WAY, NULL },
	{ { 'b', 'a' }, { 'a', 'b' }, MASTER_TAKES_OVER, NULL },
	{ { 'b', 'a' }, { 'b', 0 }, 0, "two master keys" },
	{ { 'b', 'a' }, { 'a', 0 }, 0, "two master keys" },
	{ { 'b', 'a' }, { 'c', 'b' }, 0, "two master keys" },
	{ { 'b', 'a' }, { 'c', 'a' }, 0, "two master keys" },
	{ { 'b', 'a' }, { 'b', 'c' }, 0, "two master keys" },
};

static void
master__is_judged_by_what_the_keys_need(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(meetings); i++) {
		struct store_masters known = masters_of(meetings[i].known[0], meetings[i].known[1]);
		struct store_masters at_hand =
		    masters_of(meetings[i].at_hand[0], meetings[i].at_hand[1]);
		enum master_meeting meeting = 0;
		struct error err = { "" };
		enum status status = master_judge(&known, &at_hand, &meeting, &err);

		assert_int_equal(status, meetings[i].meeting != 0 ? STATUS_OK : STATUS_REFUSED);
		assert_int_equal(meeting, meetings[i].meeting);
		if (meetings[i].part != NULL && strstr(err.text, meetings[i].part) == NULL)
			fail_msg("row %zu: %s", i, err.text);
	}
}

/* ---- writing it down ---- */

static enum master_meeting
meet(struct store *store, char current, char previous)
{
	struct store_masters at_hand = masters_of(current, previous);
	enum master_meeting meeting = 0;
	struct error err = { "" };

	assert_ok(master_meet(store, &at_hand, NOW, &meeting, &err), &err);
	return meeting;
}

static void
assert_masters(struct store *store, char current, char previous)
{
	struct store_masters found;
	struct store_masters expected = masters_of(current, previous);
	struct error err = { "" };

	assert_ok(store_get_masters(store, &found, &err), &err);
	assert_int_equal(found.has_previous, expected.has_previous);
	assert_memory_equal(found.current, expected.current, STORE_CHECK_SIZE);
	if (expected.has_previous)
		assert_memory_equal(found.previous, expected.previous, STORE_CHECK_SIZE);
}

static uint64_t
count_left(struct store *store)
{
	struct store_seals seals;
	struct error err = { "" };

	assert_ok(store_count_seals(store, &seals, &err), &err);
	return seals.left;
}

static void
master__that_a_new_store_meets_is_its(void **state)
{
	const struct store_place *place = *state;

	assert_int_equal(meet(place->store, 'a', 0), MASTER_NEW);
	assert_masters(place->store, 'a', 0);
	assert_int_equal(meet(place->store, 'a', 0), MASTER_KNOWN);
}

static void
master__that_takes_over_wants_each_key_sealed_anew_once(void **state)
{
	const struct store_place *place = *state;

	assert_int_equal(meet(place->store, 'a', 0), MASTER_NEW);
	(void)place_add_set(place->store, 1, "example.com");
	assert_int_equal(meet(place->store, 'b', 'a'), MASTER_TAKES_OVER);
	assert_masters(place->store, 'b', 'a');
	assert_int_equal(count_left(place->store), 2);
	(void)place_add_set(place->store, 2, "example.com");
	assert_int_equal(meet(place->store, 'b', 'a'), MASTER_ON_THE_WAY);
	assert_int_equal(count_left(place->store), 2);
}

static void
master__may_be_given_back_to_in_the_middle(void **state)
{
	const struct store_place *place = *state;

	assert_int_equal(meet(place->store, 'a', 0), MASTER_NEW);
	(void)place_add_set(place->store, 1, "example.com");
	assert_int_equal(meet(place->store, 'b', 'a'), MASTER_TAKES_OVER);
	(void)place_add_set(place->store, 2, "example.com");
	assert_int_equal(meet(place->store, 'a', 'b'), MASTER_TAKES_OVER);
	assert_masters(place->store, 'a', 'b');
	assert_int_equal(count_left(place->store), 4);
}

static void
master__that_is_refused_changes_nothing(void **state)
{
	const struct store_place *place = *state;
	struct store_masters at_hand = masters_of('c', 0);
	enum master_meeting meeting = 0;
	struct error err = { "" };

	assert_int_equal(meet(place->store, 'a', 0), MASTER_NEW);
	assert_int_equal(
	    master_meet(place->store, &at_hand, NOW, &meeting, &err), STATUS_REFUSED);
	assert_masters(place->store, 'a', 0);
}

static void
master__is_alone_again_at_the_end(void **state)
{
	const struct store_place *place = *state;
	struct error err = { "" };

	assert_int_equal(meet(place->store, 'a', 0), MASTER_NEW);
	assert_int_equal(meet(place->store, 'b', 'a'), MASTER_TAKES_OVER);
	assert_ok(master_end_rekey(place->store, NOW, &err), &err);
	assert_masters(place->store, 'b', 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(master__is_judged_by_what_the_keys_need),
		STORE_TEST(master__that_a_new_store_meets_is_its),
		STORE_TEST(master__that_takes_over_wants_each_key_sealed_anew_once),
		STORE_TEST(master__may_be_given_back_to_in_the_middle),
		STORE_TEST(master__that_is_refused_changes_nothing),
		STORE_TEST(master__is_alone_again_at_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
