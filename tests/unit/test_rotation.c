/* SPDX-License-Identifier: ISC */
/* The rotation, step by step. How it lives for years is in test_rotation_years.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <limits.h>
#include <string.h>

#include "keys/rotation.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define MINUTE INT64_C(60)
#define HOUR INT64_C(3600)
#define DAY (24 * HOUR)
#define T (20000 * DAY) /* when things begin */

static const struct rotation_policy policy = {
	.every_s = 30 * DAY,
	.retire_after_s = 13 * DAY,
	.ttl_s = HOUR,
	.margin_s = 10 * MINUTE,
	.proof_life_s = DAY,
	.queue_life_s = 5 * DAY,
	.signature_life_s = 7 * DAY,
};

#define RETIRED_S (13 * DAY + 10 * MINUTE)
#define SETTLED_S (HOUR + 10 * MINUTE)

/* Both slots, delegated, active; the digests differ. */
static struct rotation_facts
usual_facts(void)
{
	struct rotation_facts facts = {
		.publication = PUBLICATION_DELEGATED,
		.is_active = true,
		.has_key = { true, true },
	};

	memset(facts.key_sha256[SLOT_PRIMARY], 0xa1, ROTATION_DIGEST_SIZE);
	memset(facts.key_sha256[SLOT_ALTERNATE], 0xb1, ROTATION_DIGEST_SIZE);
	return facts;
}

/* Primary signs; the step began at T, with all it takes to be in it. */
static struct rotation_state
state_in(enum rotation_step step)
{
	struct rotation_facts facts = usual_facts();
	struct rotation_state state;

	rotation_begin(SLOT_PRIMARY, T, &state);
	state.step = step;
	if (step == ROTATION_SETTLING || step == ROTATION_READY)
		memcpy(state.seen_key_sha256, facts.key_sha256[SLOT_ALTERNATE],
		    ROTATION_DIGEST_SIZE);
	if (step == ROTATION_READY)
		state.proved_at = T;
	if (step == ROTATION_SWITCHING || step == ROTATION_RETIRING)
		state.switched_at = T;
	return state;
}

static struct rotation_order
order_of(enum rotation_action action, int64_t asked_at)
{
	struct rotation_facts facts = usual_facts();
	struct rotation_order order = {
		.action = action,
		.slot = SLOT_ALTERNATE,
		.asked_at = asked_at,
	};

	memcpy(order.key_sha256, facts.key_sha256[SLOT_ALTERNATE], ROTATION_DIGEST_SIZE);
	return order;
}

static struct rotation_order
next(const struct rotation_state *state, const struct rotation_facts *facts, int64_t now)
{
	struct rotation_order order;

	rotation_next(state, facts, &policy, now, &order);
	return order;
}

/* ---- words ---- */

static void
check_words(const struct word *words, int first, int last)
{
	for (int value = first; value <= last; value++) {
		int found = 0;

		assert_string_not_equal(word_text(words, value), "unknown");
		assert_int_equal(
		    word_value(words, slice_from_text(word_text(words, value)), &found), STATUS_OK);
		assert_int_equal(found, value);
	}
	assert_string_equal(word_text(words, last + 1), "unknown");
}

static void
rotation__has_a_word_for_everything(void **state)
{
	(void)state;
	check_words(rotation_step_words, ROTATION_PUBLISHING, ROTATION_STEP_COUNT);
	check_words(rotation_action_words, ROTATION_WAIT, ROTATION_ACTION_COUNT);
	check_words(rotation_reason_words, ROTATION_DAMAGED, ROTATION_REASON_COUNT);
	check_words(rotation_retirement_words, ROTATION_LEAVING, ROTATION_RETIREMENT_COUNT);
}

/* ---- what to do ---- */

static void
rotation__says_what_comes_next(void **unused)
{
	static const struct {
		enum rotation_step step;
		int64_t after_s;
		enum rotation_action action;
		enum rotation_reason reason;
		int64_t at_s; /* after T */
	} rows[] = {
		{ ROTATION_PUBLISHING, 0, ROTATION_PUBLISH, ROTATION_NOT_PUBLISHED, MINUTE },
		{ ROTATION_APPEARING, 5, ROTATION_CHECK_DNS, ROTATION_NOT_SEEN, 5 + MINUTE },
		{ ROTATION_SETTLING, 0, ROTATION_WAIT, ROTATION_AWAITS_TTL, SETTLED_S },
		{ ROTATION_SETTLING, SETTLED_S - 1, ROTATION_WAIT, ROTATION_AWAITS_TTL, SETTLED_S },
		{ ROTATION_SETTLING, SETTLED_S, ROTATION_CHECK_DNS, ROTATION_NOT_PROVED,
		    SETTLED_S + MINUTE },
		{ ROTATION_READY, 0, ROTATION_WAIT, ROTATION_NOT_DUE, DAY },
		{ ROTATION_READY, DAY - 1, ROTATION_WAIT, ROTATION_NOT_DUE, DAY },
		{ ROTATION_READY, DAY, ROTATION_CHECK_DNS, ROTATION_PROOF_TOO_OLD, DAY + MINUTE },
		{ ROTATION_READY, 40 * DAY, ROTATION_CHECK_DNS, ROTATION_PROOF_TOO_OLD,
		    40 * DAY + MINUTE },
		{ ROTATION_SWITCHING, 0, ROTATION_FOLLOW, ROTATION_AWAITS_VIEWS, MINUTE },
		{ ROTATION_RETIRING, 0, ROTATION_WAIT, ROTATION_AWAITS_MAIL, RETIRED_S },
		{ ROTATION_RETIRING, RETIRED_S - 1, ROTATION_WAIT, ROTATION_AWAITS_MAIL, RETIRED_S },
		{ ROTATION_RETIRING, RETIRED_S, ROTATION_GENERATE, ROTATION_RETIRED,
		    RETIRED_S + MINUTE },
	};
	struct rotation_facts facts = usual_facts();

	(void)unused;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct rotation_state state = state_in(rows[i].step);
		struct rotation_order order = next(&state, &facts, T + rows[i].after_s);

		assert_int_equal(order.action, rows[i].action);
		assert_int_equal(order.reason, rows[i].reason);
		assert_int_equal(order.at - T, rows[i].at_s);
		assert_int_equal(order.slot, SLOT_ALTERNATE);
		assert_int_equal(order.asked_at, T + rows[i].after_s);
		assert_memory_equal(order.key_sha256, facts.key_sha256[SLOT_ALTERNATE],
		    ROTATION_DIGEST_SIZE);
	}
}

static void
rotation__switches_when_due_with_a_fresh_proof(void **unused)
{
	struct rotation_facts facts = usual_facts();
	struct rotation_state state = state_in(ROTATION_READY);
	struct rotation_order order;

	(void)unused;
	state.proved_at = T + 30 * DAY - HOUR;
	order = next(&state, &facts, T + 30 * DAY - 1);
	assert_int_equal(order.action, ROTATION_WAIT);
	assert_int_equal(order.reason, ROTATION_NOT_DUE);
	assert_int_equal(order.at, T + 30 * DAY);
	order = next(&state, &facts, T + 30 * DAY);
	assert_int_equal(order.action, ROTATION_SWITCH);
	assert_int_equal(order.reason, ROTATION_DUE);
	assert_int_equal(order.slot, SLOT_ALTERNATE);
	assert_int_equal(next(&state, &facts, T + 31 * DAY - HOUR - 1).action, ROTATION_SWITCH);
	assert_int_equal(next(&state, &facts, T + 31 * DAY - HOUR).action, ROTATION_CHECK_DNS);
}

/* Also when the period is made shorter than it should be. */
static void
rotation__never_switches_twice_within_retire_after(void **unused)
{
	struct rotation_policy hasty = policy;
	struct rotation_facts facts = usual_facts();
	struct rotation_state state = state_in(ROTATION_READY);
	struct rotation_state after;
	struct rotation_order order;
	struct error err;

	(void)unused;
	hasty.every_s = 1;
	hasty.proof_life_s = 100 * DAY;
	state.switched_at = T;
	rotation_next(&state, &facts, &hasty, T + RETIRED_S - 1, &order);
	assert_int_equal(order.action, ROTATION_WAIT);
	assert_int_equal(order.at, T + RETIRED_S);
	assert_int_equal(rotation_ask(&state, &facts, &hasty, T + RETIRED_S - 1, &after, &err),
	    STATUS_REFUSED);
	assert_non_null(strstr(err.text, "retire_after"));
	rotation_next(&state, &facts, &hasty, T + RETIRED_S, &order);
	assert_int_equal(order.action, ROTATION_SWITCH);
	assert_int_equal(
	    rotation_ask(&state, &facts, &hasty, T + RETIRED_S, &after, &err), STATUS_OK);
}

static void
rotation__waits_for_the_longest_ttl_that_was_seen(void **unused)
{
	static const struct {
		int64_t seen_ttl_s;
		int64_t wait_s;
	} rows[] = {
		{ 0, SETTLED_S },
		{ 60, SETTLED_S },
		{ DAY, DAY + 10 * MINUTE },
		{ 365 * DAY, 7 * DAY + 10 * MINUTE }, /* resolvers forget earlier */
		{ INT64_MAX, 7 * DAY + 10 * MINUTE },
	};
	struct rotation_state state = state_in(ROTATION_SETTLING);

	(void)unused;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct rotation_facts facts = usual_facts();

		facts.seen_ttl_s[SLOT_ALTERNATE] = rows[i].seen_ttl_s;
		facts.seen_ttl_s[SLOT_PRIMARY] = 3 * DAY; /* another name */
		assert_int_equal(next(&state, &facts, T).at - T, rows[i].wait_s);
	}
}

static void
rotation__off_goes_on_until_the_next_key_is_proved(void **unused)
{
	struct rotation_policy off = policy;
	struct rotation_facts facts = usual_facts();
	struct rotation_state state = state_in(ROTATION_RETIRING);
	struct rotation_order order;

	(void)unused;
	off.every_s = 0;
	rotation_next(&state, &facts, &off, T + RETIRED_S, &order);
	assert_int_equal(order.action, ROTATION_GENERATE);
	assert_false(order.is_alarm);
	state = state_in(ROTATION_READY);
	state.proved_at = T + 1000 * DAY;
	rotation_next(&state, &facts, &off, T + 1000 * DAY, &order);
	assert_int_equal(order.action, ROTATION_WAIT);
	assert_int_equal(order.reason, ROTATION_OFF);
	assert_int_equal(order.at, T + 1001 * DAY);
	assert_int_equal(rotation_due_at(&state, &off), 0);
}

static void
rotation__waits_for_the_owner_of_a_direct_set(void **unused)
{
	struct rotation_facts facts = usual_facts();
	struct rotation_state state = state_in(ROTATION_APPEARING);
	struct rotation_order order;

	(void)unused;
	facts.publication = PUBLICATION_DIRECT;
	state.attempts = 100;
	state.tried_at = T;
	order = next(&state, &facts, T + HOUR);
	assert_int_equal(order.action, ROTATION_CHECK_DNS);
	assert_int_equal(order.reason, ROTATION_AWAITS_OWNER);
	assert_false(order.is_alarm);
	/* until the rotation is a day late */
	assert_false(next(&state, &facts, T + 31 * DAY).is_alarm);
	assert_true(next(&state, &facts, T + 31 * DAY + 1).is_alarm);
	state.step = ROTATION_PUBLISHING;
	assert_int_equal(next(&state, &facts, T + HOUR).reason, ROTATION_AWAITS_OWNER);
}

static void
rotation__stands_still(void **unused)
{
	static const struct {
		bool has_signing, has_idle, is_revoked, is_active;
		enum rotation_reason reason;
	} rows[] = {
		{ false, true, false, true, ROTATION_DAMAGED },
		{ true, false, false, true, ROTATION_ONE_SLOT },
		{ true, true, true, true, ROTATION_REVOKED },
		{ true, true, false, false, ROTATION_INACTIVE },
		{ false, false, true, false, ROTATION_DAMAGED },
	};

	(void)unused;
	for (size_t i = 0; i < COUNT(rows); i++) {
		for (int step = 1; step <= ROTATION_STEP_COUNT; step++) {
			struct rotation_facts facts = usual_facts();
			struct rotation_state state = state_in((enum rotation_step)step);
			struct rotation_order order;

			facts.has_key[SLOT_PRIMARY] = rows[i].has_signing;
			facts.has_key[SLOT_ALTERNATE] = rows[i].has_idle;
			facts.is_active = rows[i].is_active;
			state.is_revoked[SLOT_PRIMARY] = rows[i].is_revoked;
			state.quiet_since = rows[i].is_active ? 0 : T;
			order = next(&state, &facts, T + 100 * DAY);
			assert_int_equal(order.action, ROTATION_REST);
			assert_int_equal(order.reason, rows[i].reason);
			assert_int_equal(order.at, ROTATION_NEVER);
			assert_int_equal(order.is_alarm, rows[i].reason == ROTATION_DAMAGED);
			/* and hears nothing */
			for (int action = 0; action <= ROTATION_ACTION_COUNT; action++) {
				order = order_of((enum rotation_action)action, T + 100 * DAY);
				assert_int_equal(rotation_done(&state, &facts, &policy, &order,
				                     ROTATION_DONE, T + 100 * DAY, &state),
				    STATUS_CONFLICT);
			}
		}
	}
}

static void
rotation__tries_again_with_growing_pauses(void **unused)
{
	static const int64_t pauses_s[] = { 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600, 3600 };
	struct rotation_facts facts = usual_facts();
	struct rotation_state state = state_in(ROTATION_SWITCHING);
	int64_t now = T;

	(void)unused;
	for (size_t i = 0; i < COUNT(pauses_s); i++) {
		struct rotation_order order = next(&state, &facts, now);

		assert_int_equal(order.action, ROTATION_FOLLOW);
		assert_int_equal(rotation_done(&state, &facts, &policy, &order, ROTATION_TEMPORARY,
		                     now, &state),
		    STATUS_OK);
		assert_int_equal(state.step, ROTATION_SWITCHING);
		order = next(&state, &facts, now);
		assert_int_equal(order.action, ROTATION_WAIT);
		assert_int_equal(order.reason, ROTATION_AWAITS_VIEWS);
		assert_int_equal(order.at, now + pauses_s[i]);
		assert_int_equal(order.is_alarm, i + 1 >= ROTATION_ALARM_ATTEMPTS);
		now = order.at;
	}
}

static void
rotation__counts_no_further_than_it_can(void **unused)
{
	struct rotation_facts facts = usual_facts();
	struct rotation_state state = state_in(ROTATION_SWITCHING);
	struct rotation_order order = order_of(ROTATION_FOLLOW, T);

	(void)unused;
	state.attempts = UINT_MAX;
	assert_int_equal(
	    rotation_done(&state, &facts, &policy, &order, ROTATION_TEMPORARY, T, &state), STATUS_OK);
	assert_int_equal(state.attempts, UINT_MAX);
	assert_int_equal(next(&state, &facts, T).at - T, 3600);
}

/* The pause after a failure never shortens the wait of a step. */
static void
rotation__waits_after_a_failure_as_before(void **unused)
{
	static const struct {
		enum rotation_step step;
		int64_t at_s;
	} rows[] = {
		{ ROTATION_SETTLING, SETTLED_S },
		{ ROTATION_READY, DAY },
		{ ROTATION_RETIRING, RETIRED_S },
	};
	struct rotation_facts facts = usual_facts();

	(void)unused;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct rotation_state state = state_in(rows[i].step);
		struct rotation_order order;

		state.attempts = 1;
		state.tried_at = T;
		order = next(&state, &facts, T + 10 * MINUTE);
		assert_int_equal(order.action, ROTATION_WAIT);
		assert_int_equal(order.at, T + rows[i].at_s);
	}
}

/* ---- what came of it ---- */

#define PUBLISHING ROTATION_PUBLISHING
#define APPEARING ROTATION_APPEARING
#define SETTLING ROTATION_SETTLING
#define READY ROTATION_READY
#define SWITCHING ROTATION_SWITCHING
#define RETIRING ROTATION_RETIRING

/* The step after a report of action, by its outcome; 0: refused. */
static enum rotation_step
step_after(int step, int action, int64_t after_s, int outcome)
{
	static const struct {
		enum rotation_step step;
		int64_t from_s;
		enum rotation_action action;
		enum rotation_step after[ROTATION_OUTCOME_COUNT]; /* done, failed, temporary */
	} rows[] = {
		{ PUBLISHING, 1, ROTATION_PUBLISH, { APPEARING, PUBLISHING, PUBLISHING } },
		{ APPEARING, 1, ROTATION_CHECK_DNS, { SETTLING, PUBLISHING, APPEARING } },
		{ SETTLING, SETTLED_S, ROTATION_CHECK_DNS, { READY, PUBLISHING, SETTLING } },
		{ READY, 1, ROTATION_CHECK_DNS, { READY, PUBLISHING, READY } },
		{ READY, 30 * DAY, ROTATION_SWITCH, { SWITCHING, READY, READY } },
		{ SWITCHING, 1, ROTATION_FOLLOW, { RETIRING, SWITCHING, SWITCHING } },
		{ RETIRING, RETIRED_S, ROTATION_GENERATE, { PUBLISHING, RETIRING, RETIRING } },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		if ((int)rows[i].step == step && (int)rows[i].action == action &&
		    after_s >= rows[i].from_s)
			return rows[i].after[outcome - 1];
	}
	return 0;
}

static void
check_report(int step, int action, int64_t after_s, int outcome)
{
	struct rotation_facts facts = usual_facts();
	struct rotation_state state = state_in((enum rotation_step)step);
	struct rotation_order order = order_of((enum rotation_action)action, T + after_s);
	enum rotation_step expected = step_after(step, action, after_s, outcome);
	bool is_over = outcome == ROTATION_DONE && action != ROTATION_PUBLISH;
	bool has_failed = outcome != ROTATION_DONE;
	struct rotation_state before;
	enum status status;

	if (step == ROTATION_READY)
		state.proved_at = T + after_s - 1;
	state.attempts = 3;
	state.tried_at = T - DAY;
	before = state;
	status = rotation_done(&state, &facts, &policy, &order, (enum rotation_outcome)outcome,
	    T + after_s, &state);
	if (expected == 0) {
		assert_int_equal(status, STATUS_CONFLICT);
		assert_memory_equal(&state, &before, sizeof(state));
		return;
	}
	assert_int_equal(status, STATUS_OK);
	assert_int_equal(state.step, expected);
	assert_int_equal(state.attempts, is_over ? 0 : has_failed ? 4 : 3);
	if (has_failed)
		assert_int_equal(state.tried_at, T + after_s);
	assert_int_equal(state.since, expected != before.step ? T + after_s : T);
	if (expected != SETTLING && expected != READY)
		assert_int_equal(state.proved_at, 0);
}

static void
rotation__takes_what_a_step_waits_for_and_nothing_else(void **unused)
{
	/* just after the step began, after its wait, and when the rotation is due */
	static const int64_t times_s[] = { 1, SETTLED_S - 1, SETTLED_S, RETIRED_S - 1, RETIRED_S,
		30 * DAY - 1, 30 * DAY };

	(void)unused;
	for (int step = 1; step <= ROTATION_STEP_COUNT; step++) {
		for (int action = 0; action <= ROTATION_ACTION_COUNT + 1; action++) {
			for (size_t i = 0; i < COUNT(times_s); i++) {
				for (int outcome = 1; outcome <= ROTATION_OUTCOME_COUNT; outcome++)
					check_report(step, action, times_s[i], outcome);
			}
		}
	}
}

static void
rotation__writes_what_a_switch_is(void **unused)
{
	struct rotation_facts facts = usual_facts();
	struct rotation_state state = state_in(READY);
	struct rotation_order order;
	int64_t now = T + 30 * DAY;

	(void)unused;
	state.proved_at = now - HOUR;
	order = next(&state, &facts, now);
	assert_int_equal(
	    rotation_done(&state, &facts, &policy, &order, ROTATION_DONE, now, &state), STATUS_OK);
	assert_int_equal(state.signing_slot, SLOT_ALTERNATE);
	assert_int_equal(state.switched_at, now);
	assert_int_equal(rotation_due_at(&state, &policy), now + 30 * DAY);
	/* the mail signed until the milters knew of it counts from then */
	order = next(&state, &facts, now + 1);
	assert_int_equal(order.slot, SLOT_PRIMARY);
	assert_int_equal(rotation_done(&state, &facts, &policy, &order, ROTATION_DONE,
	                     now + 2 * DAY, &state),
	    STATUS_OK);
	assert_int_equal(next(&state, &facts, now + 3 * DAY).at, now + 2 * DAY + RETIRED_S);
}

static void
rotation__hears_no_report_of_another_time_or_key(void **unused)
{
	static const struct {
		const char *what;
		int64_t asked_s; /* after T */
		int64_t now_s;
		int slot;
		int key;
		enum status status;
	} rows[] = {
		{ "in time", 10, 20, SLOT_ALTERNATE, 0xb1, STATUS_OK },
		{ "asked before the step began", -1, 20, SLOT_ALTERNATE, 0xb1, STATUS_CONFLICT },
		{ "asked later than now", 21, 20, SLOT_ALTERNATE, 0xb1, STATUS_CONFLICT },
		{ "the other slot", 10, 20, SLOT_PRIMARY, 0xa1, STATUS_CONFLICT },
		{ "the same key in the other slot", 10, 20, SLOT_PRIMARY, 0xb1, STATUS_CONFLICT },
		{ "the key before", 10, 20, SLOT_ALTERNATE, 0xb0, STATUS_CONFLICT },
	};
	static const struct {
		enum rotation_step step;
		enum rotation_action action;
	} steps[] = {
		{ PUBLISHING, ROTATION_PUBLISH },
		{ APPEARING, ROTATION_CHECK_DNS },
		{ READY, ROTATION_CHECK_DNS },
		{ SWITCHING, ROTATION_FOLLOW },
	};
	struct rotation_facts facts = usual_facts();

	(void)unused;
	for (size_t i = 0; i < COUNT(rows) * COUNT(steps); i++) {
		size_t row = i % COUNT(rows);
		struct rotation_state state = state_in(steps[i / COUNT(rows)].step);
		struct rotation_order order =
		    order_of(steps[i / COUNT(rows)].action, T + rows[row].asked_s);

		order.slot = (enum slot)rows[row].slot;
		memset(order.key_sha256, rows[row].key, ROTATION_DIGEST_SIZE);
		if (rotation_done(&state, &facts, &policy, &order, ROTATION_DONE,
		        T + rows[row].now_s, &state) != rows[row].status)
			fail_msg("step %zu: %s", i / COUNT(rows), rows[row].what);
	}
}

/* The report of a check that was asked for before the TTL was over, or that the clock took back. */
static void
rotation__asks_again_when_the_time_was_wrong(void **unused)
{
	static const struct {
		enum rotation_step step;
		enum rotation_action action;
		int64_t asked_s;
		int64_t now_s;
		enum status status;
	} rows[] = {
		{ SETTLING, ROTATION_CHECK_DNS, SETTLED_S - 1, SETTLED_S, STATUS_CONFLICT },
		{ SETTLING, ROTATION_CHECK_DNS, SETTLED_S, SETTLED_S - 1, STATUS_CONFLICT },
		{ SETTLING, ROTATION_CHECK_DNS, SETTLED_S, SETTLED_S, STATUS_OK },
		{ RETIRING, ROTATION_GENERATE, RETIRED_S - 1, RETIRED_S, STATUS_CONFLICT },
		{ RETIRING, ROTATION_GENERATE, RETIRED_S, RETIRED_S - 1, STATUS_CONFLICT },
		{ RETIRING, ROTATION_GENERATE, RETIRED_S, RETIRED_S + DAY, STATUS_OK },
		{ READY, ROTATION_SWITCH, 30 * DAY - 1, 30 * DAY, STATUS_CONFLICT },
		{ READY, ROTATION_SWITCH, 30 * DAY, 30 * DAY + 1, STATUS_OK },
		/* the proof ends meanwhile */
		{ READY, ROTATION_SWITCH, 30 * DAY, 31 * DAY, STATUS_CONFLICT },
	};
	struct rotation_facts facts = usual_facts();

	(void)unused;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct rotation_state state = state_in(rows[i].step);
		struct rotation_order order = order_of(rows[i].action, T + rows[i].asked_s);

		if (rows[i].step == READY)
			state.proved_at = T + 30 * DAY - 1;
		assert_int_equal(rotation_done(&state, &facts, &policy, &order, ROTATION_DONE,
		                     T + rows[i].now_s, &state),
		    rows[i].status);
	}
}

static void
rotation__proves_only_the_key_that_has_settled(void **unused)
{
	static const enum rotation_step steps[] = { SETTLING, READY };

	(void)unused;
	for (size_t i = 0; i < COUNT(steps); i++) {
		struct rotation_facts facts = usual_facts();
		struct rotation_state state = state_in(steps[i]);
		int64_t now = T + SETTLED_S;
		struct rotation_order order;

		memset(facts.key_sha256[SLOT_ALTERNATE], 0xb2, ROTATION_DIGEST_SIZE);
		order = next(&state, &facts, now);
		assert_int_equal(order.action, ROTATION_CHECK_DNS);
		assert_int_equal(rotation_done(&state, &facts, &policy, &order, ROTATION_DONE, now,
		                     &state),
		    STATUS_OK);
		assert_int_equal(state.step, SETTLING);
		assert_int_equal(state.since, now);
		assert_int_equal(next(&state, &facts, now).at, now + SETTLED_S);
		order = next(&state, &facts, now + SETTLED_S);
		assert_int_equal(rotation_done(&state, &facts, &policy, &order, ROTATION_DONE,
		                     now + SETTLED_S, &state),
		    STATUS_OK);
		assert_int_equal(state.step, READY);
	}
}

/* A proof is as old as its question, and an older one that comes late takes nothing away. */
static void
rotation__dates_a_proof_by_its_question(void **unused)
{
	struct rotation_facts facts = usual_facts();
	struct rotation_state state = state_in(READY);
	struct rotation_order later = order_of(ROTATION_CHECK_DNS, T + 2 * HOUR);
	struct rotation_order earlier = order_of(ROTATION_CHECK_DNS, T + HOUR);

	(void)unused;
	assert_int_equal(rotation_done(&state, &facts, &policy, &later, ROTATION_DONE, T + 3 * HOUR,
	                     &state),
	    STATUS_OK);
	assert_int_equal(state.proved_at, T + 2 * HOUR);
	assert_int_equal(rotation_done(&state, &facts, &policy, &earlier, ROTATION_DONE,
	                     T + 4 * HOUR, &state),
	    STATUS_OK);
	assert_int_equal(state.proved_at, T + 2 * HOUR);
}

/* Publishing, which succeeds, and finding something else take turns, ever slower. */
static void
rotation__counts_failures_until_the_record_is_seen(void **unused)
{
	struct rotation_facts facts = usual_facts();
	struct rotation_state state = state_in(APPEARING);
	int64_t now = T;

	(void)unused;
	for (unsigned i = 1; i <= ROTATION_ALARM_ATTEMPTS; i++) {
		struct rotation_order order = next(&state, &facts, now);

		assert_int_equal(order.action, ROTATION_CHECK_DNS);
		assert_int_equal(rotation_done(&state, &facts, &policy, &order, ROTATION_FAILED,
		                     now, &state),
		    STATUS_OK);
		assert_int_equal(state.step, PUBLISHING);
		assert_int_equal(state.attempts, i);
		now = next(&state, &facts, now).at;
		order = next(&state, &facts, now);
		assert_int_equal(order.action, ROTATION_PUBLISH);
		assert_int_equal(order.is_alarm, i == ROTATION_ALARM_ATTEMPTS);
		assert_int_equal(rotation_done(&state, &facts, &policy, &order, ROTATION_DONE, now,
		                     &state),
		    STATUS_OK);
	}
	assert_true(now - T > 3 * HOUR);
}

/* ---- the clock ---- */

static void
rotation__mends_a_clock_that_went_back_once(void **unused)
{
	struct rotation_facts facts = usual_facts();
	struct rotation_state state = state_in(RETIRING);
	int64_t now = T - 100 * DAY;
	struct rotation_order order;

	(void)unused;
	order = next(&state, &facts, now);
	assert_int_equal(order.action, ROTATION_MEND_CLOCK);
	assert_int_equal(order.reason, ROTATION_CLOCK_WENT_BACK);
	assert_true(order.is_alarm);
	assert_int_equal(
	    rotation_done(&state, &facts, &policy, &order, ROTATION_DONE, now, &state), STATUS_OK);
	assert_int_equal(state.began_at, now);
	assert_int_equal(state.switched_at, now);
	order = next(&state, &facts, now);
	assert_int_equal(order.action, ROTATION_WAIT);
	assert_int_equal(order.at, now + RETIRED_S);
	assert_false(order.is_alarm);
	assert_int_equal(rotation_due_at(&state, &policy), now + 30 * DAY);
}

static void
rotation__bears_a_clock_that_is_inexact(void **unused)
{
	static const size_t times[] = { offsetof(struct rotation_state, began_at),
		offsetof(struct rotation_state, switched_at), offsetof(struct rotation_state, since),
		offsetof(struct rotation_state, tried_at), offsetof(struct rotation_state, proved_at) };
	struct rotation_facts facts = usual_facts();

	(void)unused;
	for (size_t i = 0; i < COUNT(times); i++) {
		struct rotation_state state = state_in(READY);
		int64_t time = T + policy.margin_s;

		memcpy((char *)&state + times[i], &time, sizeof(time));
		assert_int_not_equal(next(&state, &facts, T).action, ROTATION_MEND_CLOCK);
		time++;
		memcpy((char *)&state + times[i], &time, sizeof(time));
		assert_int_equal(next(&state, &facts, T).action, ROTATION_MEND_CLOCK);
	}
}

/* A proof of the future says nothing about today. */
static void
rotation__forgets_a_proof_of_the_future(void **unused)
{
	struct rotation_facts facts = usual_facts();
	struct rotation_state state = state_in(READY);
	struct rotation_order order;

	(void)unused;
	state.proved_at = T + 10 * DAY;
	order = next(&state, &facts, T);
	assert_int_equal(
	    rotation_done(&state, &facts, &policy, &order, ROTATION_DONE, T, &state), STATUS_OK);
	assert_int_equal(state.step, READY);
	order = next(&state, &facts, T);
	assert_int_equal(order.action, ROTATION_CHECK_DNS);
	assert_int_equal(order.reason, ROTATION_PROOF_TOO_OLD);
}

/* ---- by hand ---- */

static void
rotation__switches_by_hand(void **unused)
{
	static const int64_t periods_s[] = { 30 * DAY, 0 };
	struct rotation_facts facts = usual_facts();
	struct rotation_state state = state_in(READY);
	struct rotation_state after;
	struct error err;

	(void)unused;
	for (size_t i = 0; i < COUNT(periods_s); i++) {
		struct rotation_policy with = policy;

		with.every_s = periods_s[i];
		assert_int_equal(
		    rotation_ask(&state, &facts, &with, T + HOUR, &after, &err), STATUS_OK);
		assert_int_equal(after.step, SWITCHING);
		assert_int_equal(after.signing_slot, SLOT_ALTERNATE);
		assert_int_equal(after.switched_at, T + HOUR);
		/* asked twice it is done once */
		assert_int_equal(rotation_ask(&after, &facts, &with, T + HOUR, &after, &err),
		    STATUS_REFUSED);
	}
}

static void
rotation__refuses_a_switch_by_hand_in_words(void **unused)
{
	static const struct {
		enum rotation_step step;
		bool has_idle, is_revoked, is_active;
		int64_t after_s;
		const char *words;
	} rows[] = {
		{ PUBLISHING, true, false, true, HOUR, "not known to be published" },
		{ APPEARING, true, false, true, HOUR, "not seen at every name server" },
		{ SETTLING, true, false, true, 2 * HOUR, "may still remember" },
		{ READY, true, false, true, DAY, "proof of the next key is too old" },
		{ READY, true, false, true, -DAY, "proof of the next key is too old" },
		{ SWITCHING, true, false, true, HOUR, "not reached every milter" },
		{ RETIRING, true, false, true, 2 * HOUR, "on its way" },
		{ READY, false, false, true, HOUR, "one slot" },
		{ READY, true, true, true, HOUR, "revoked" },
		{ READY, true, false, false, HOUR, "activate it first" },
		{ (enum rotation_step)0, true, false, true, HOUR, "damaged" },
		{ (enum rotation_step)7, true, false, true, HOUR, "damaged" },
	};

	(void)unused;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct rotation_facts facts = usual_facts();
		struct rotation_state state = state_in(rows[i].step);
		struct rotation_state after = state;
		struct error err;

		/* no proof counts but that of a READY slot */
		memcpy(state.seen_key_sha256, facts.key_sha256[SLOT_ALTERNATE],
		    ROTATION_DIGEST_SIZE);
		state.proved_at = T;
		facts.has_key[SLOT_ALTERNATE] = rows[i].has_idle;
		facts.is_active = rows[i].is_active;
		state.is_revoked[SLOT_PRIMARY] = rows[i].is_revoked;
		assert_int_equal(
		    rotation_ask(&state, &facts, &policy, T + rows[i].after_s, &after, &err),
		    STATUS_REFUSED);
		assert_non_null(strstr(err.text, rows[i].words));
		assert_int_equal(after.signing_slot, SLOT_PRIMARY);
	}
}

static void
rotation__revokes(void **unused)
{
	static const struct {
		enum rotation_step step;
		int64_t after_s;
		enum slot slot;
		bool deactivates;
		enum rotation_step after;
		enum slot signing;
	} rows[] = {
		/* the signing key: the next one is proved, or nothing can sign */
		{ READY, HOUR, SLOT_PRIMARY, false, SWITCHING, SLOT_ALTERNATE },
		{ READY, DAY, SLOT_PRIMARY, true, READY, SLOT_PRIMARY },
		{ PUBLISHING, HOUR, SLOT_PRIMARY, true, PUBLISHING, SLOT_PRIMARY },
		{ APPEARING, HOUR, SLOT_PRIMARY, true, APPEARING, SLOT_PRIMARY },
		{ SETTLING, DAY, SLOT_PRIMARY, true, SETTLING, SLOT_PRIMARY },
		{ SWITCHING, HOUR, SLOT_PRIMARY, true, SWITCHING, SLOT_PRIMARY },
		{ RETIRING, HOUR, SLOT_PRIMARY, true, RETIRING, SLOT_PRIMARY },
		/* the idle one: its place is to get another key */
		{ PUBLISHING, HOUR, SLOT_ALTERNATE, false, RETIRING, SLOT_PRIMARY },
		{ APPEARING, HOUR, SLOT_ALTERNATE, false, RETIRING, SLOT_PRIMARY },
		{ SETTLING, HOUR, SLOT_ALTERNATE, false, RETIRING, SLOT_PRIMARY },
		{ READY, HOUR, SLOT_ALTERNATE, false, RETIRING, SLOT_PRIMARY },
		{ SWITCHING, HOUR, SLOT_ALTERNATE, false, SWITCHING, SLOT_PRIMARY },
		{ RETIRING, HOUR, SLOT_ALTERNATE, false, RETIRING, SLOT_PRIMARY },
	};
	struct rotation_facts facts = usual_facts();

	(void)unused;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct rotation_state state = state_in(rows[i].step);
		struct rotation_revocation first;
		struct rotation_revocation again;
		struct error err;

		assert_int_equal(rotation_revoke(&state, &facts, &policy, rows[i].slot,
		                     T + rows[i].after_s, &first, &err),
		    STATUS_OK);
		assert_int_equal(first.deactivates, rows[i].deactivates);
		assert_false(first.was_revoked);
		assert_int_equal(first.state.step, rows[i].after);
		assert_int_equal(first.state.signing_slot, rows[i].signing);
		assert_true(first.state.is_revoked[rows[i].slot]);
		assert_false(first.state.is_revoked[1 - rows[i].slot]);
		/* asked again, since the answer was lost: it must not take the next key, too */
		assert_int_equal(rotation_revoke(&first.state, &facts, &policy, rows[i].slot,
		                     T + rows[i].after_s + 1, &again, &err),
		    STATUS_OK);
		assert_true(again.was_revoked);
		assert_int_equal(again.deactivates, first.deactivates);
		assert_memory_equal(&again.state, &first.state, sizeof(first.state));
	}
}

static void
rotation__gives_the_place_of_a_revoked_key_to_another(void **unused)
{
	struct rotation_facts facts = usual_facts();
	struct rotation_state state = state_in(RETIRING);
	struct rotation_order order;

	(void)unused;
	state.is_revoked[SLOT_ALTERNATE] = true;
	order = next(&state, &facts, T + RETIRED_S);
	assert_int_equal(order.action, ROTATION_GENERATE);
	assert_int_equal(rotation_done(&state, &facts, &policy, &order, ROTATION_DONE,
	                     T + RETIRED_S, &state),
	    STATUS_OK);
	assert_false(state.is_revoked[SLOT_ALTERNATE]);
	assert_int_equal(state.step, PUBLISHING);
}

/* Not even the revoked one that was proved before. */
static void
rotation__never_switches_to_a_revoked_key(void **unused)
{
	struct rotation_facts facts = usual_facts();
	struct rotation_state state = state_in(READY);
	struct rotation_state after;
	struct error err;

	(void)unused;
	state.is_revoked[SLOT_ALTERNATE] = true;
	state.proved_at = T + 30 * DAY;
	assert_int_equal(next(&state, &facts, T + 30 * DAY).action, ROTATION_CHECK_DNS);
	assert_int_equal(
	    rotation_ask(&state, &facts, &policy, T + 30 * DAY, &after, &err), STATUS_REFUSED);
}

static void
rotation__revokes_by_no_proof_of_the_future(void **unused)
{
	struct rotation_facts facts = usual_facts();
	struct rotation_state state = state_in(READY);
	struct rotation_revocation revocation;
	struct error err;

	(void)unused;
	assert_int_equal(rotation_revoke(&state, &facts, &policy, SLOT_PRIMARY, T - 10 * DAY,
	                     &revocation, &err),
	    STATUS_OK);
	assert_true(revocation.deactivates);
	assert_int_equal(revocation.state.since, T - 10 * DAY);
}

static void
rotation__revokes_only_what_is_there(void **unused)
{
	struct rotation_facts facts = usual_facts();
	struct rotation_state state = state_in(READY);
	struct rotation_revocation revocation;
	struct error err;

	(void)unused;
	facts.has_key[SLOT_ALTERNATE] = false;
	assert_int_equal(
	    rotation_revoke(&state, &facts, &policy, SLOT_ALTERNATE, T, &revocation, &err),
	    STATUS_INVALID);
	assert_non_null(strstr(err.text, "alternate"));
	assert_int_equal(
	    rotation_revoke(&state, &facts, &policy, (enum slot)2, T, &revocation, &err),
	    STATUS_INVALID);
	assert_int_equal(
	    rotation_revoke(&state, &facts, &policy, SLOT_PRIMARY, T, &revocation, &err), STATUS_OK);
	state.step = 0;
	assert_int_equal(
	    rotation_revoke(&state, &facts, &policy, SLOT_PRIMARY, T, &revocation, &err),
	    STATUS_INVALID);
}

/* ---- policy ---- */

static void
rotation__checks_a_policy_in_words(void **unused)
{
	static const struct {
		size_t offset;
		int64_t value;
		const char *words; /* NULL: fine */
	} rows[] = {
		{ offsetof(struct rotation_policy, every_s), 30 * DAY, NULL },
		{ offsetof(struct rotation_policy, every_s), 0, NULL },
		{ offsetof(struct rotation_policy, every_s), 13 * DAY + HOUR + 20 * MINUTE, NULL },
		{ offsetof(struct rotation_policy, every_s), 13 * DAY + HOUR + 20 * MINUTE - 1,
		    "rotation.every: 1127999s is shorter than one round" },
		{ offsetof(struct rotation_policy, every_s), -1, "rotation.every: -1 s" },
		{ offsetof(struct rotation_policy, every_s), INT64_MAX, "rotation.every" },
		{ offsetof(struct rotation_policy, retire_after_s), 12 * DAY + HOUR, NULL },
		{ offsetof(struct rotation_policy, retire_after_s), 12 * DAY + HOUR - 1,
		    "rotation.retire_after: 1040399s is shorter than queue_life" },
		{ offsetof(struct rotation_policy, retire_after_s), 0, "rotation.retire_after" },
		{ offsetof(struct rotation_policy, retire_after_s), 30 * DAY, "rotation.every" },
		{ offsetof(struct rotation_policy, ttl_s), 0, "provider_zone.ttl" },
		{ offsetof(struct rotation_policy, margin_s), 0, NULL },
		{ offsetof(struct rotation_policy, margin_s), -1, "rotation.margin" },
		{ offsetof(struct rotation_policy, margin_s), INT64_MAX, "rotation.margin" },
		{ offsetof(struct rotation_policy, proof_life_s), 2 * HOUR, NULL },
		{ offsetof(struct rotation_policy, proof_life_s), 2 * HOUR - 1, "rotation.proof_life" },
		{ offsetof(struct rotation_policy, queue_life_s), -1, "rotation.queue_life" },
		{ offsetof(struct rotation_policy, queue_life_s), INT64_MIN, "rotation.queue_life" },
		{ offsetof(struct rotation_policy, signature_life_s), -1, "rotation.signature_life" },
		{ offsetof(struct rotation_policy, signature_life_s), 14 * DAY, "mail on its way" },
	};

	(void)unused;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct rotation_policy changed = policy;
		struct error err = { "" };

		memcpy((char *)&changed + rows[i].offset, &rows[i].value, sizeof(int64_t));
		assert_int_equal(rotation_check_policy(&changed, &err),
		    rows[i].words == NULL ? STATUS_OK : STATUS_INVALID);
		if (rows[i].words != NULL)
			assert_non_null(strstr(err.text, rows[i].words));
	}
}

/* ---- whatever it is given ---- */

static uint64_t
draw(uint64_t *random)
{
	*random ^= *random >> 12;
	*random ^= *random << 25;
	*random ^= *random >> 27;
	return *random * UINT64_C(2685821657736338717);
}

static int64_t
any_time(uint64_t *random)
{
	static const int64_t times[] = { INT64_MIN, INT64_MIN + 1, -1, 0, 1, T, T + 1, T + 40 * DAY,
		INT64_MAX - 1, INT64_MAX };
	uint64_t drawn = draw(random);

	return drawn % 3 == 0 ? (int64_t)draw(random) : times[(drawn >> 8) % COUNT(times)];
}

static struct rotation_state
any_state(uint64_t *random)
{
	struct rotation_state state = state_in((enum rotation_step)(draw(random) % 9));

	state.signing_slot = (enum slot)(draw(random) % 3);
	state.began_at = any_time(random);
	state.switched_at = any_time(random);
	state.since = any_time(random);
	state.attempts = (unsigned)any_time(random);
	state.tried_at = any_time(random);
	state.proved_at = any_time(random);
	state.is_revoked[SLOT_PRIMARY] = draw(random) % 8 == 0;
	state.is_revoked[SLOT_ALTERNATE] = draw(random) % 8 == 0;
	state.activated_at = any_time(random);
	state.quiet_since = any_time(random);
	if (draw(random) % 2 == 0)
		state.retirement = (enum rotation_retirement)(draw(random) % 8);
	return state;
}

static struct rotation_policy
any_policy(uint64_t *random)
{
	return (struct rotation_policy){ any_time(random), any_time(random), any_time(random),
		any_time(random), any_time(random), any_time(random), any_time(random), NULL };
}

static void
rotation__is_total(void **unused)
{
	uint64_t random = 1;

	(void)unused;
	for (int i = 0; i < 200000; i++) {
		struct rotation_facts facts = usual_facts();
		struct rotation_state state = any_state(&random);
		struct rotation_policy some = any_policy(&random);
		int64_t now = any_time(&random);
		struct rotation_state after = state;
		struct rotation_revocation revocation;
		struct rotation_order order;
		struct rotation_end end;
		struct error err;
		enum status status;

		facts.seen_ttl_s[SLOT_ALTERNATE] = any_time(&random);
		facts.is_active = draw(&random) % 2 == 0;
		facts.can_publish = draw(&random) % 2 == 0;
		facts.publication =
		    draw(&random) % 3 == 0 ? PUBLICATION_DIRECT : PUBLICATION_DELEGATED;
		rotation_next(&state, &facts, &some, now, &order);
		assert_in_range(order.action, ROTATION_WAIT, ROTATION_ACTION_COUNT);
		assert_in_range(order.reason, ROTATION_DAMAGED, ROTATION_REASON_COUNT);
		assert_true(order.at > now || now == INT64_MAX);
		status = rotation_done(&state, &facts, &some, &order,
		    (enum rotation_outcome)(1 + draw(&random) % 3), now, &after);
		if (state.since <= now && state.activated_at < now)
			assert_int_equal(status == STATUS_OK, order.action >= ROTATION_SWITCH);
		assert_true(status == STATUS_OK || memcmp(&after, &state, sizeof(state)) == 0);
		if (rotation_ask(&state, &facts, &some, now, &after, &err) == STATUS_OK)
			assert_int_not_equal(after.signing_slot, state.signing_slot);
		if (rotation_revoke(&state, &facts, &some, SLOT_PRIMARY, now, &revocation, &err) ==
		    STATUS_OK)
			assert_true(revocation.state.is_revoked[SLOT_PRIMARY]);
		if (rotation_check_policy(&some, &err) == STATUS_OK)
			assert_true(some.retire_after_s > 0);
		(void)rotation_due_at(&state, &some);
		rotation_retire(&state, &facts, &some, draw(&random) % 2 == 0, now, &end);
		assert_true(end.is_over || end.state.retirement != ROTATION_STAYS);
		assert_true(rotation_gone_at(&end.state, &facts, &some) >= 0 || end.state.since < 0);
		(void)rotation_safe_at(&state, &facts, &some);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rotation__has_a_word_for_everything),
		cmocka_unit_test(rotation__says_what_comes_next),
		cmocka_unit_test(rotation__switches_when_due_with_a_fresh_proof),
		cmocka_unit_test(rotation__never_switches_twice_within_retire_after),
		cmocka_unit_test(rotation__waits_for_the_longest_ttl_that_was_seen),
		cmocka_unit_test(rotation__off_goes_on_until_the_next_key_is_proved),
		cmocka_unit_test(rotation__waits_for_the_owner_of_a_direct_set),
		cmocka_unit_test(rotation__stands_still),
		cmocka_unit_test(rotation__tries_again_with_growing_pauses),
		cmocka_unit_test(rotation__counts_no_further_than_it_can),
		cmocka_unit_test(rotation__waits_after_a_failure_as_before),
		cmocka_unit_test(rotation__takes_what_a_step_waits_for_and_nothing_else),
		cmocka_unit_test(rotation__writes_what_a_switch_is),
		cmocka_unit_test(rotation__hears_no_report_of_another_time_or_key),
		cmocka_unit_test(rotation__asks_again_when_the_time_was_wrong),
		cmocka_unit_test(rotation__proves_only_the_key_that_has_settled),
		cmocka_unit_test(rotation__dates_a_proof_by_its_question),
		cmocka_unit_test(rotation__counts_failures_until_the_record_is_seen),
		cmocka_unit_test(rotation__mends_a_clock_that_went_back_once),
		cmocka_unit_test(rotation__bears_a_clock_that_is_inexact),
		cmocka_unit_test(rotation__forgets_a_proof_of_the_future),
		cmocka_unit_test(rotation__switches_by_hand),
		cmocka_unit_test(rotation__refuses_a_switch_by_hand_in_words),
		cmocka_unit_test(rotation__revokes),
		cmocka_unit_test(rotation__gives_the_place_of_a_revoked_key_to_another),
		cmocka_unit_test(rotation__never_switches_to_a_revoked_key),
		cmocka_unit_test(rotation__revokes_by_no_proof_of_the_future),
		cmocka_unit_test(rotation__revokes_only_what_is_there),
		cmocka_unit_test(rotation__checks_a_policy_in_words),
		cmocka_unit_test(rotation__is_total),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
