/* SPDX-License-Identifier: ISC */
/* A key set that is deleted, step by step. How it goes among years of failures is in test_rotation_years.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "keys/rotation.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define MINUTE INT64_C(60)
#define HOUR INT64_C(3600)
#define DAY (24 * HOUR)
#define T (20000 * DAY) /* when it is deleted */

static const struct rotation_policy policy = {
	.every_s = 30 * DAY,
	.retire_after_s = 13 * DAY,
	.ttl_s = HOUR,
	.margin_s = 10 * MINUTE,
	.proof_life_s = DAY,
	.queue_life_s = 5 * DAY,
	.signature_life_s = 7 * DAY,
	.zone = "example.net",
};

#define MAIL_S (13 * DAY + 10 * MINUTE)
#define MEMORY_S (HOUR + 10 * MINUTE)

/* Both slots, delegated, of a set that nobody signs with. */
static struct rotation_facts
usual_facts(void)
{
	return (struct rotation_facts){
		.publication = PUBLICATION_DELEGATED,
		.has_key = { true, true },
		.can_publish = true,
	};
}

/* It signed, until an hour before T. */
static struct rotation_state
used_state(void)
{
	struct rotation_state state;

	rotation_begin(SLOT_PRIMARY, T - 40 * DAY, &state);
	state.quiet_since = T - HOUR;
	return state;
}

static struct rotation_end
retire(const struct rotation_state *state, const struct rotation_facts *facts, bool at_once,
    int64_t now)
{
	struct rotation_end end;

	rotation_retire(state, facts, &policy, at_once, now, &end);
	return end;
}

static struct rotation_order
next(const struct rotation_state *state, const struct rotation_facts *facts, int64_t now)
{
	struct rotation_order order;

	rotation_next(state, facts, &policy, now, &order);
	return order;
}

static enum status
done(struct rotation_state *state, const struct rotation_facts *facts,
    const struct rotation_order *order, enum rotation_outcome outcome, int64_t now)
{
	struct rotation_state before = *state;

	return rotation_done(&before, facts, &policy, order, outcome, now, state);
}

/* What is done from T on, as soon as it may be; from one action to the next. */
struct step {
	enum rotation_action action;
	int64_t at_s; /* after T */
	enum rotation_retirement after;
};

static void
check_steps(struct rotation_state state, const struct rotation_facts *facts,
    const struct step *steps, size_t count)
{
	int64_t now = T;

	for (size_t i = 0; i < count; i++) {
		struct rotation_order order = next(&state, facts, now);

		if (order.action == ROTATION_WAIT) {
			assert_int_equal(order.at, T + steps[i].at_s);
			assert_int_equal(next(&state, facts, order.at - 1).action, ROTATION_WAIT);
			now = order.at;
			order = next(&state, facts, now);
		}
		assert_int_equal(order.action, steps[i].action);
		assert_int_equal(now - T, steps[i].at_s);
		assert_int_equal(done(&state, facts, &order, ROTATION_DONE, now), STATUS_OK);
		assert_int_equal(state.retirement, steps[i].after);
	}
}

/* ---- the steps ---- */

static void
retirement__waits_for_mail_empties_and_removes(void **unused)
{
	static const struct step steps[] = {
		{ ROTATION_EMPTY, MAIL_S - HOUR, ROTATION_EMPTYING },
		{ ROTATION_PUBLISH_EMPTY, MAIL_S - HOUR, ROTATION_EMPTIED },
		{ ROTATION_REMOVE, MAIL_S - HOUR + MEMORY_S, ROTATION_REMOVING },
		{ ROTATION_UNPUBLISH, MAIL_S - HOUR + MEMORY_S, ROTATION_REMOVED },
		{ ROTATION_DELETE, MAIL_S - HOUR + MEMORY_S, ROTATION_REMOVED },
	};
	struct rotation_facts facts = usual_facts();
	struct rotation_state state = used_state();
	struct rotation_end end = retire(&state, &facts, false, T);

	(void)unused;
	assert_false(end.is_over || end.was_retiring);
	assert_int_equal(end.state.retirement, ROTATION_LEAVING);
	assert_int_equal(rotation_gone_at(&end.state, &facts, &policy), T + MAIL_S - HOUR + MEMORY_S);
	check_steps(end.state, &facts, steps, COUNT(steps));
}

/* The keys' own TTL, where it is longer than ours was. */
static void
retirement__waits_for_the_longest_ttl_of_both_slots(void **unused)
{
	struct rotation_facts facts = usual_facts();
	struct rotation_state state = used_state();

	(void)unused;
	state.retirement = ROTATION_EMPTIED;
	state.since = T;
	facts.seen_ttl_s[SLOT_PRIMARY] = DAY;
	facts.seen_ttl_s[SLOT_ALTERNATE] = 2 * DAY;
	assert_int_equal(next(&state, &facts, T).at, T + 2 * DAY + 10 * MINUTE);
}

static void
retirement__of_a_direct_set_has_nothing_to_publish(void **unused)
{
	static const struct step steps[] = { { ROTATION_DELETE, MAIL_S - HOUR, ROTATION_LEAVING } };
	struct rotation_facts facts = usual_facts();
	struct rotation_state state = used_state();
	struct rotation_end end;

	(void)unused;
	facts.publication = PUBLICATION_DIRECT;
	end = retire(&state, &facts, false, T);
	assert_false(end.is_over);
	assert_int_equal(rotation_gone_at(&end.state, &facts, &policy), T + MAIL_S - HOUR);
	check_steps(end.state, &facts, steps, COUNT(steps));
	state.quiet_since = T - MAIL_S;
	assert_true(retire(&state, &facts, false, T).is_over);
	assert_false(retire(&state, &facts, false, T - 1).is_over);
}

static void
retirement__of_a_set_that_never_signed_waits_for_nothing(void **unused)
{
	static const struct step steps[] = {
		{ ROTATION_REMOVE, 0, ROTATION_REMOVING },
		{ ROTATION_UNPUBLISH, 0, ROTATION_REMOVED },
		{ ROTATION_DELETE, 0, ROTATION_REMOVED },
	};
	struct rotation_facts facts = usual_facts();
	struct rotation_state state;

	(void)unused;
	rotation_begin_unused(SLOT_PRIMARY, T, &state);
	check_steps(retire(&state, &facts, false, T).state, &facts, steps, COUNT(steps));
	facts.publication = PUBLICATION_DIRECT;
	assert_true(retire(&state, &facts, false, T).is_over);
}

/* Revoked, its mail does not verify: nothing is on its way that would miss it. */
static void
retirement__of_a_revoked_set_does_not_wait_for_mail(void **unused)
{
	struct rotation_facts facts = usual_facts();
	struct rotation_state state = used_state();
	struct rotation_end end;

	(void)unused;
	state.is_revoked[SLOT_PRIMARY] = true;
	end = retire(&state, &facts, false, T);
	assert_int_equal(next(&end.state, &facts, T).action, ROTATION_WAIT);
	state.is_revoked[SLOT_ALTERNATE] = true;
	end = retire(&state, &facts, false, T);
	assert_int_equal(next(&end.state, &facts, T).action, ROTATION_EMPTY);
}

/* Also one-slot sets, which never rotate. */
static void
retirement__goes_on_whatever_the_idle_slot_is_in(void **unused)
{
	struct rotation_facts facts = usual_facts();

	(void)unused;
	for (int step = 1; step <= ROTATION_STEP_COUNT; step++) {
		for (int has_idle = 0; has_idle < 2; has_idle++) {
			struct rotation_state state = used_state();
			struct rotation_end end;

			state.step = (enum rotation_step)step;
			facts.has_key[SLOT_ALTERNATE] = has_idle != 0;
			end = retire(&state, &facts, false, T);
			assert_int_equal(next(&end.state, &facts, T + 20 * DAY).action, ROTATION_EMPTY);
			assert_int_equal(next(&end.state, &facts, T).reason, ROTATION_AWAITS_MAIL);
		}
	}
}

/* ---- when the waits begin ---- */

static void
quiet__begins_when_no_milter_can_choose_the_key(void **unused)
{
	struct rotation_facts facts = usual_facts();
	struct rotation_state state = used_state();
	struct rotation_order order;

	(void)unused;
	state.quiet_since = 0;
	state.attempts = 9; /* of the next key */
	state.tried_at = T;
	assert_int_equal(rotation_safe_at(&state, &facts, &policy), 0);
	order = next(&state, &facts, T);
	assert_int_equal(order.action, ROTATION_QUIET);
	assert_int_equal(done(&state, &facts, &order, ROTATION_FAILED, T), STATUS_OK);
	assert_int_equal(state.quiet_since, 0);
	assert_int_equal(state.attempts, 9);
	order = next(&state, &facts, T + DAY);
	assert_int_equal(order.action, ROTATION_QUIET);
	assert_int_equal(done(&state, &facts, &order, ROTATION_DONE, T + DAY + 1), STATUS_OK);
	assert_int_equal(state.quiet_since, T + DAY + 1);
	assert_int_equal(rotation_safe_at(&state, &facts, &policy), T + DAY + 1 + MAIL_S);
	assert_int_equal(next(&state, &facts, T + 2 * DAY).action, ROTATION_REST);
}

static void
quiet__comes_before_the_wait_for_mail(void **unused)
{
	struct rotation_facts facts = usual_facts();
	struct rotation_state state = used_state();
	struct rotation_end end;

	(void)unused;
	state.quiet_since = 0;
	facts.publication = PUBLICATION_DIRECT;
	end = retire(&state, &facts, false, T + 100 * DAY);
	assert_false(end.is_over);
	assert_int_equal(next(&end.state, &facts, T + 100 * DAY).action, ROTATION_QUIET);
}

/* What the views held before somebody signed with it again says nothing. */
/* Also where there is no mail to wait for: the milters have to know before the keys go. */
static void
quiet__comes_before_a_revoked_set_is_gone(void **unused)
{
	struct rotation_facts facts = usual_facts();
	struct rotation_state state = used_state();

	(void)unused;
	facts.publication = PUBLICATION_DIRECT;
	state.is_revoked[SLOT_PRIMARY] = true;
	state.is_revoked[SLOT_ALTERNATE] = true;
	assert_true(retire(&state, &facts, false, T).is_over);
	state.quiet_since = 0;
	assert_false(retire(&state, &facts, false, T).is_over);
}

/* A clock that has been put back since: the wait begins again, and ends. */
static void
quiet__is_not_in_the_future(void **unused)
{
	struct rotation_facts facts = usual_facts();
	struct rotation_state state = used_state();
	struct rotation_order order;

	(void)unused;
	state.quiet_since = T + 10 * DAY;
	assert_int_equal(retire(&state, &facts, false, T).state.quiet_since, T);
	state.retirement = ROTATION_LEAVING;
	order = next(&state, &facts, T);
	assert_int_equal(order.action, ROTATION_MEND_CLOCK);
	assert_int_equal(done(&state, &facts, &order, ROTATION_DONE, T), STATUS_OK);
	assert_int_equal(state.quiet_since, T);
}

static void
quiet__is_not_of_before_an_activation(void **unused)
{
	struct rotation_facts facts = usual_facts();
	struct rotation_state state = used_state();
	struct rotation_order order;

	(void)unused;
	state.quiet_since = 0;
	order = next(&state, &facts, T);
	rotation_activate(&state, T);
	assert_int_equal(done(&state, &facts, &order, ROTATION_DONE, T + 5), STATUS_CONFLICT);
	assert_int_equal(next(&state, &facts, T).action, ROTATION_WAIT);
	assert_int_equal(next(&state, &facts, T + 1).action, ROTATION_QUIET);
}

static void
quiet__ends_with_an_activation(void **unused)
{
	struct rotation_facts facts = usual_facts();
	struct rotation_state state = used_state();

	(void)unused;
	facts.is_active = true;
	rotation_activate(&state, T);
	assert_int_equal(state.quiet_since, 0);
	assert_int_equal(rotation_safe_at(&state, &facts, &policy), 0);
	assert_int_equal(next(&state, &facts, T).action, ROTATION_PUBLISH);
}

/* ---- at once ---- */

static void
at_once__goes_to_what_the_wait_is_for(void **unused)
{
	static const struct {
		enum rotation_retirement before, after;
	} rows[] = {
		{ ROTATION_STAYS, ROTATION_EMPTYING },
		{ ROTATION_LEAVING, ROTATION_EMPTYING },
		{ ROTATION_EMPTYING, ROTATION_EMPTYING },
		{ ROTATION_EMPTIED, ROTATION_REMOVING },
		{ ROTATION_REMOVING, ROTATION_REMOVING },
		{ ROTATION_REMOVED, ROTATION_REMOVED },
	};
	struct rotation_facts facts = usual_facts();

	(void)unused;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct rotation_state state = used_state();
		struct rotation_end end;

		state.retirement = rows[i].before;
		end = retire(&state, &facts, true, T);
		assert_int_equal(end.state.retirement, rows[i].after);
		assert_int_equal(end.was_retiring, rows[i].before == rows[i].after);
		assert_int_equal(end.state.is_revoked[SLOT_PRIMARY],
		    rows[i].before != rows[i].after && rows[i].after == ROTATION_EMPTYING);
		assert_false(end.is_over);
	}
}

static void
at_once__a_direct_set_is_gone(void **unused)
{
	struct rotation_facts facts = usual_facts();
	struct rotation_state state = used_state();

	(void)unused;
	facts.publication = PUBLICATION_DIRECT;
	state.quiet_since = 0;
	assert_true(retire(&state, &facts, true, T).is_over);
	state.retirement = ROTATION_LEAVING;
	assert_true(retire(&state, &facts, true, T).is_over);
}

static void
retirement__once_more_changes_nothing(void **unused)
{
	struct rotation_facts facts = usual_facts();
	struct rotation_state state = used_state();
	struct rotation_end first = retire(&state, &facts, false, T);
	struct rotation_end second = retire(&first.state, &facts, false, T + DAY);

	(void)unused;
	assert_true(second.was_retiring);
	assert_memory_equal(&second.state, &first.state, sizeof(first.state));
}

/* ---- without a provider zone ---- */

static void
no_zone__is_an_alarm_that_only_at_once_ends(void **unused)
{
	static const enum rotation_retirement steps[] = { ROTATION_EMPTYING, ROTATION_REMOVING };
	struct rotation_facts facts = usual_facts();

	(void)unused;
	for (size_t i = 0; i < COUNT(steps); i++) {
		struct rotation_state state = used_state();
		struct rotation_order order;

		state.retirement = steps[i];
		state.since = T;
		facts.can_publish = false;
		order = next(&state, &facts, T);
		assert_int_equal(order.action, ROTATION_WAIT);
		assert_int_equal(order.reason, ROTATION_NO_ZONE);
		assert_true(order.is_alarm);
		assert_false(retire(&state, &facts, false, T).is_over);
		assert_true(retire(&state, &facts, true, T).is_over);
		facts.can_publish = true;
		assert_in_range(next(&state, &facts, T + 1).action, ROTATION_PUBLISH_EMPTY, ROTATION_UNPUBLISH);
	}
}

/* ---- reports and hands ---- */

/* What is under way for the idle slot says nothing of the retirement. */
static void
retirement__hears_no_report_of_the_rotation(void **unused)
{
	struct rotation_facts facts = usual_facts();

	(void)unused;
	for (int action = ROTATION_SWITCH; action <= ROTATION_ACTION_COUNT; action++) {
		struct rotation_state state = used_state();
		struct rotation_state after;
		struct rotation_order order = { .action = (enum rotation_action)action,
			.slot = SLOT_ALTERNATE, .asked_at = T + 1 };

		state.retirement = ROTATION_EMPTYING;
		state.since = T;
		assert_int_equal(
		    rotation_done(&state, &facts, &policy, &order, ROTATION_DONE, T + 1, &after),
		    action == ROTATION_PUBLISH_EMPTY ? STATUS_OK : STATUS_CONFLICT);
	}
}

static void
retirement__is_not_rotated_by_hand(void **unused)
{
	struct rotation_facts facts = usual_facts();
	struct rotation_state state = used_state();
	struct rotation_state after;
	struct error err;

	(void)unused;
	state.retirement = ROTATION_LEAVING;
	assert_int_equal(rotation_ask(&state, &facts, &policy, T, &after, &err), STATUS_REFUSED);
	assert_non_null(strstr(err.text, "deleted"));
}

static void
retirement__that_takes_a_day_in_the_zone_is_an_alarm(void **unused)
{
	struct rotation_facts facts = usual_facts();
	struct rotation_state state = used_state();

	(void)unused;
	state.retirement = ROTATION_REMOVING;
	state.since = T;
	assert_false(next(&state, &facts, T + DAY).is_alarm);
	assert_true(next(&state, &facts, T + DAY + 1).is_alarm);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(retirement__waits_for_mail_empties_and_removes),
		cmocka_unit_test(retirement__waits_for_the_longest_ttl_of_both_slots),
		cmocka_unit_test(retirement__of_a_direct_set_has_nothing_to_publish),
		cmocka_unit_test(retirement__of_a_set_that_never_signed_waits_for_nothing),
		cmocka_unit_test(retirement__of_a_revoked_set_does_not_wait_for_mail),
		cmocka_unit_test(retirement__goes_on_whatever_the_idle_slot_is_in),
		cmocka_unit_test(quiet__begins_when_no_milter_can_choose_the_key),
		cmocka_unit_test(quiet__comes_before_the_wait_for_mail),
		cmocka_unit_test(quiet__comes_before_a_revoked_set_is_gone),
		cmocka_unit_test(quiet__is_not_in_the_future),
		cmocka_unit_test(quiet__is_not_of_before_an_activation),
		cmocka_unit_test(quiet__ends_with_an_activation),
		cmocka_unit_test(at_once__goes_to_what_the_wait_is_for),
		cmocka_unit_test(at_once__a_direct_set_is_gone),
		cmocka_unit_test(retirement__once_more_changes_nothing),
		cmocka_unit_test(no_zone__is_an_alarm_that_only_at_once_ends),
		cmocka_unit_test(retirement__hears_no_report_of_the_rotation),
		cmocka_unit_test(retirement__is_not_rotated_by_hand),
		cmocka_unit_test(retirement__that_takes_a_day_in_the_zone_is_an_alarm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
