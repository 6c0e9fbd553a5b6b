/* SPDX-License-Identifier: ISC */
#include "keys/rotation.h"

#include <string.h>

#include "keys/rotation_move.h"

const struct word rotation_step_words[] = {
	{ ROTATION_PUBLISHING, "publishing" },
	{ ROTATION_APPEARING, "appearing" },
	{ ROTATION_SETTLING, "settling" },
	{ ROTATION_READY, "ready" },
	{ ROTATION_SWITCHING, "switching" },
	{ ROTATION_RETIRING, "retiring" },
	{ 0, NULL },
};

const struct word rotation_retirement_words[] = {
	{ ROTATION_LEAVING, "leaving" },
	{ ROTATION_EMPTYING, "emptying" },
	{ ROTATION_EMPTIED, "emptied" },
	{ ROTATION_REMOVING, "removing" },
	{ ROTATION_REMOVED, "removed" },
	{ 0, NULL },
};

const struct word rotation_action_words[] = {
	{ ROTATION_WAIT, "wait" },
	{ ROTATION_REST, "rest" },
	{ ROTATION_SWITCH, "switch" },
	{ ROTATION_FOLLOW, "follow" },
	{ ROTATION_GENERATE, "generate" },
	{ ROTATION_PUBLISH, "publish" },
	{ ROTATION_CHECK_DNS, "check-dns" },
	{ ROTATION_MEND_CLOCK, "mend-clock" },
	{ ROTATION_QUIET, "quiet" },
	{ ROTATION_EMPTY, "empty" },
	{ ROTATION_PUBLISH_EMPTY, "publish-empty" },
	{ ROTATION_REMOVE, "remove" },
	{ ROTATION_UNPUBLISH, "unpublish" },
	{ ROTATION_DELETE, "delete" },
	{ 0, NULL },
};

const struct word rotation_reason_words[] = {
	{ ROTATION_DAMAGED, "damaged" },
	{ ROTATION_ONE_SLOT, "one-slot" },
	{ ROTATION_REVOKED, "revoked" },
	{ ROTATION_INACTIVE, "inactive" },
	{ ROTATION_CLOCK_WENT_BACK, "clock-went-back" },
	{ ROTATION_NOT_PUBLISHED, "not-published" },
	{ ROTATION_NOT_SEEN, "not-seen" },
	{ ROTATION_AWAITS_OWNER, "awaits-owner" },
	{ ROTATION_AWAITS_TTL, "awaits-ttl" },
	{ ROTATION_NOT_PROVED, "not-proved" },
	{ ROTATION_PROOF_TOO_OLD, "proof-too-old" },
	{ ROTATION_NOT_DUE, "not-due" },
	{ ROTATION_OFF, "off" },
	{ ROTATION_DUE, "due" },
	{ ROTATION_AWAITS_VIEWS, "awaits-views" },
	{ ROTATION_AWAITS_MAIL, "awaits-mail" },
	{ ROTATION_RETIRED, "retired" },
	{ ROTATION_NO_ZONE, "no-provider-zone" },
	{ 0, NULL },
};

/* ---- the plan of each step ---- */

static struct rotation_plan
plan_publishing(const struct rotation_look *look)
{
	bool is_direct = look->facts->publication == PUBLICATION_DIRECT;

	return (struct rotation_plan){ .action = ROTATION_PUBLISH,
		.at = ROTATION_AT_ONCE,
		.acting = is_direct ? ROTATION_AWAITS_OWNER : ROTATION_NOT_PUBLISHED };
}

static struct rotation_plan
plan_appearing(const struct rotation_look *look)
{
	bool is_direct = look->facts->publication == PUBLICATION_DIRECT;

	return (struct rotation_plan){ .action = ROTATION_CHECK_DNS,
		.at = ROTATION_AT_ONCE,
		.acting = is_direct ? ROTATION_AWAITS_OWNER : ROTATION_NOT_SEEN };
}

/* From the first sight at every server on, nobody is given anything older to remember. */
static struct rotation_plan
plan_settling(const struct rotation_look *look)
{
	int64_t at = rotation_later(look->state->since, look->policy->margin_s);

	return (struct rotation_plan){ .action = ROTATION_CHECK_DNS,
		.at = rotation_later(at, rotation_memory_s(look->facts, look->policy, look->idle)),
		.waiting = ROTATION_AWAITS_TTL,
		.acting = ROTATION_NOT_PROVED };
}

static int64_t
due_at(const struct rotation_look *look)
{
	const struct rotation_state *state = look->state;
	int64_t begin = state->switched_at != 0 ? state->switched_at : state->began_at;

	return look->policy->every_s > 0 ? rotation_later(begin, look->policy->every_s)
	                                 : ROTATION_NEVER;
}

static int64_t
later_of(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* The proof is kept fresh: a lost record is noticed, and a switch by hand is possible at any time. */
static struct rotation_plan
plan_ready(const struct rotation_look *look)
{
	int64_t switch_at =
	    later_of(due_at(look), rotation_switch_not_before(look->state, look->policy));
	int64_t proof_ends = rotation_later(look->state->proved_at, look->policy->proof_life_s);
	struct rotation_plan plan = {
		.action = ROTATION_CHECK_DNS,
		.at = ROTATION_AT_ONCE,
		.waiting = look->policy->every_s > 0 ? ROTATION_NOT_DUE : ROTATION_OFF,
		.acting = ROTATION_PROOF_TOO_OLD,
	};

	if (!rotation_is_proved(look->state, look->facts, look->policy, look->now))
		return plan;
	plan.at = proof_ends;
	if (switch_at < proof_ends) {
		plan.action = ROTATION_SWITCH;
		plan.at = switch_at;
		plan.acting = ROTATION_DUE;
	}
	return plan;
}

static struct rotation_plan
plan_switching(const struct rotation_look *look)
{
	(void)look;
	return (struct rotation_plan){ .action = ROTATION_FOLLOW,
		.at = ROTATION_AT_ONCE,
		.acting = ROTATION_AWAITS_VIEWS };
}

static struct rotation_plan
plan_retiring(const struct rotation_look *look)
{
	int64_t at = rotation_later(look->state->since, look->policy->retire_after_s);

	return (struct rotation_plan){ .action = ROTATION_GENERATE,
		.at = rotation_later(at, look->policy->margin_s),
		.waiting = ROTATION_AWAITS_MAIL,
		.acting = ROTATION_RETIRED };
}

/* Of a set that nobody signs with any more: whether its records may go one day counts from then. */
static struct rotation_plan
plan_quiet(const struct rotation_look *look)
{
	/* what the views held before somebody signed with it again says nothing; within a second nobody knows */
	return (struct rotation_plan){ .action = ROTATION_QUIET,
		.at = rotation_later(look->state->activated_at, 1),
		.waiting = ROTATION_AWAITS_VIEWS,
		.acting = ROTATION_AWAITS_VIEWS };
}

static struct rotation_plan (*const plans[ROTATION_STEP_COUNT + 1])(const struct rotation_look *look) = {
	[ROTATION_PUBLISHING] = plan_publishing,
	[ROTATION_APPEARING] = plan_appearing,
	[ROTATION_SETTLING] = plan_settling,
	[ROTATION_READY] = plan_ready,
	[ROTATION_SWITCHING] = plan_switching,
	[ROTATION_RETIRING] = plan_retiring,
};

/* ---- what to do ---- */

static int64_t
retry_s(unsigned attempts)
{
	int64_t wait_s = ROTATION_RETRY_MIN_S;

	for (unsigned i = 1; i < attempts && wait_s < ROTATION_RETRY_MAX_S; i++)
		wait_s *= 2;
	return wait_s < ROTATION_RETRY_MAX_S ? wait_s : ROTATION_RETRY_MAX_S;
}

static bool
is_retiring(const struct rotation_look *look)
{
	return look->state->retirement != ROTATION_STAYS;
}

static bool
wants_quiet(const struct rotation_look *look)
{
	return !look->facts->is_active && look->state->quiet_since == 0 && look->state->began_at != 0;
}

/* Nobody activates what retires. */
static bool
is_damaged(const struct rotation_look *look)
{
	return !rotation_is_sane(look->state) || !look->facts->has_key[look->state->signing_slot] ||
	    (is_retiring(look) && look->facts->is_active);
}

/* Why rotation stands still; 0 when it does not. */
static enum rotation_reason
reason_to_rest(const struct rotation_look *look)
{
	if (is_damaged(look))
		return ROTATION_DAMAGED;
	if (is_retiring(look) || wants_quiet(look))
		return 0;
	if (!look->facts->has_key[look->idle])
		return ROTATION_ONE_SLOT;
	if (look->state->is_revoked[look->state->signing_slot])
		return ROTATION_REVOKED;
	return look->facts->is_active ? 0 : ROTATION_INACTIVE;
}

static struct rotation_plan
find_plan(const struct rotation_look *look)
{
	if (wants_quiet(look))
		return plan_quiet(look);
	return is_retiring(look) ? rotation_plan_retirement(look) : plans[look->state->step](look);
}

static void
follow_plan(const struct rotation_look *look, struct rotation_order *order)
{
	struct rotation_plan plan = find_plan(look);
	/* the failures are those of the idle slot */
	unsigned attempts = wants_quiet(look) ? 0 : look->state->attempts;
	int64_t retry_at =
	    attempts > 0 ? rotation_later(look->state->tried_at, retry_s(attempts)) : plan.at;

	order->action = ROTATION_WAIT;
	order->reason = look->now < plan.at ? plan.waiting : plan.acting;
	order->at = later_of(plan.at, retry_at);
	if (order->at <= look->now) {
		order->action = plan.action;
		order->at = rotation_later(look->now, retry_s(attempts));
	}
}

/* The switch, or what is to be done in the provider zone for a set to go. */
static bool
is_late(const struct rotation_look *look)
{
	enum rotation_retirement retirement = look->state->retirement;
	int64_t due = look->facts->is_active ? due_at(look) : ROTATION_NEVER;

	if (retirement == ROTATION_EMPTYING || retirement == ROTATION_REMOVING)
		due = look->state->since;
	return look->now > rotation_later(due, ROTATION_ALARM_LATE_S);
}

/* An owner may take his time, as long as the rotation is not late. */
static bool
needs_somebody(const struct rotation_look *look, enum rotation_reason reason)
{
	bool fails = look->state->attempts >= ROTATION_ALARM_ATTEMPTS;

	return reason == ROTATION_CLOCK_WENT_BACK || reason == ROTATION_NO_ZONE ||
	    (fails && reason != ROTATION_AWAITS_OWNER) || is_late(look);
}

static void
give_order(const struct rotation_look *look, struct rotation_order *order)
{
	if (rotation_is_ahead(look->state, look->policy, look->now)) {
		order->action = ROTATION_MEND_CLOCK;
		order->reason = ROTATION_CLOCK_WENT_BACK;
		order->at = rotation_later(look->now, ROTATION_RETRY_MIN_S);
	} else {
		follow_plan(look, order);
	}
	order->is_alarm = needs_somebody(look, order->reason);
}

void
rotation_next(const struct rotation_state *state, const struct rotation_facts *facts,
    const struct rotation_policy *policy, int64_t now, struct rotation_order *ret_order)
{
	struct rotation_look look = { state, facts, policy, now, rotation_idle_slot(state) };
	enum rotation_reason reason = reason_to_rest(&look);
	struct rotation_order order = {
		.action = ROTATION_REST,
		.reason = reason,
		.slot = look.idle,
		.asked_at = now,
		.at = ROTATION_NEVER,
		.is_alarm = reason == ROTATION_DAMAGED,
	};

	memcpy(order.key_sha256, facts->key_sha256[look.idle], ROTATION_DIGEST_SIZE);
	if (reason == 0)
		give_order(&look, &order);
	*ret_order = order;
}

void
rotation_begin(enum slot signing_slot, int64_t now, struct rotation_state *ret_state)
{
	*ret_state = (struct rotation_state){
		.step = ROTATION_PUBLISHING,
		.signing_slot = signing_slot,
		.began_at = now,
		.since = now,
		.activated_at = now,
	};
}

void
rotation_begin_unused(enum slot signing_slot, int64_t now, struct rotation_state *ret_state)
{
	*ret_state = (struct rotation_state){
		.step = ROTATION_PUBLISHING,
		.signing_slot = signing_slot,
		.since = now,
	};
}

void
rotation_activate(struct rotation_state *state, int64_t now)
{
	state->activated_at = now;
	state->quiet_since = 0;
}

int64_t
rotation_due_at(const struct rotation_state *state, const struct rotation_policy *policy)
{
	struct rotation_look look = { .state = state, .policy = policy };

	return policy->every_s > 0 ? due_at(&look) : 0;
}
