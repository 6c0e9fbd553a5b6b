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

const struct word rotation_action_words[] = {
	{ ROTATION_WAIT, "wait" },
	{ ROTATION_REST, "rest" },
	{ ROTATION_SWITCH, "switch" },
	{ ROTATION_FOLLOW, "follow" },
	{ ROTATION_GENERATE, "generate" },
	{ ROTATION_PUBLISH, "publish" },
	{ ROTATION_CHECK_DNS, "check-dns" },
	{ ROTATION_MEND_CLOCK, "mend-clock" },
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
	{ 0, NULL },
};

/* Everything an answer depends on. */
struct look {
	const struct rotation_state *state;
	const struct rotation_facts *facts;
	const struct rotation_policy *policy;
	int64_t now;
	enum slot idle;
};

/* ---- the plan of each step: what comes next, and when ---- */

#define AT_ONCE INT64_MIN

struct plan {
	enum rotation_action action;
	int64_t at; /* not before */
	enum rotation_reason waiting; /* why not yet */
	enum rotation_reason acting;  /* why then */
};

static struct plan
plan_publishing(const struct look *look)
{
	bool is_direct = look->facts->publication == PUBLICATION_DIRECT;

	return (struct plan){ .action = ROTATION_PUBLISH,
		.at = AT_ONCE,
		.acting = is_direct ? ROTATION_AWAITS_OWNER : ROTATION_NOT_PUBLISHED };
}

static struct plan
plan_appearing(const struct look *look)
{
	bool is_direct = look->facts->publication == PUBLICATION_DIRECT;

	return (struct plan){ .action = ROTATION_CHECK_DNS,
		.at = AT_ONCE,
		.acting = is_direct ? ROTATION_AWAITS_OWNER : ROTATION_NOT_SEEN };
}

/* Resolvers keep nothing longer than a week, whatever its TTL (RFC 8767 §4). */
#define TTL_MAX_S (7 * 86400)

/* From the first sight at every server on, nobody is given anything older to remember. */
static struct plan
plan_settling(const struct look *look)
{
	int64_t seen_ttl_s = look->facts->seen_ttl_s[look->idle];
	int64_t at = rotation_later(look->state->since, look->policy->margin_s);

	if (seen_ttl_s > TTL_MAX_S)
		seen_ttl_s = TTL_MAX_S;
	if (seen_ttl_s < look->policy->ttl_s)
		seen_ttl_s = look->policy->ttl_s;
	return (struct plan){ .action = ROTATION_CHECK_DNS,
		.at = rotation_later(at, seen_ttl_s),
		.waiting = ROTATION_AWAITS_TTL,
		.acting = ROTATION_NOT_PROVED };
}

static int64_t
due_at(const struct look *look)
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
static struct plan
plan_ready(const struct look *look)
{
	int64_t switch_at =
	    later_of(due_at(look), rotation_switch_not_before(look->state, look->policy));
	int64_t proof_ends = rotation_later(look->state->proved_at, look->policy->proof_life_s);
	struct plan plan = {
		.action = ROTATION_CHECK_DNS,
		.at = AT_ONCE,
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

static struct plan
plan_switching(const struct look *look)
{
	(void)look;
	return (struct plan){ .action = ROTATION_FOLLOW,
		.at = AT_ONCE,
		.acting = ROTATION_AWAITS_VIEWS };
}

static struct plan
plan_retiring(const struct look *look)
{
	int64_t at = rotation_later(look->state->since, look->policy->retire_after_s);

	return (struct plan){ .action = ROTATION_GENERATE,
		.at = rotation_later(at, look->policy->margin_s),
		.waiting = ROTATION_AWAITS_MAIL,
		.acting = ROTATION_RETIRED };
}

static struct plan (*const plans[ROTATION_STEP_COUNT + 1])(const struct look *look) = {
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

/* Why rotation stands still; 0 when it does not. */
static enum rotation_reason
reason_to_rest(const struct look *look)
{
	if (!rotation_is_sane(look->state) || !look->facts->has_key[look->state->signing_slot])
		return ROTATION_DAMAGED;
	if (!look->facts->has_key[look->idle])
		return ROTATION_ONE_SLOT;
	if (look->state->is_revoked[look->state->signing_slot])
		return ROTATION_REVOKED;
	return look->facts->is_active ? 0 : ROTATION_INACTIVE;
}

static void
follow_plan(const struct look *look, struct rotation_order *order)
{
	struct plan plan = plans[look->state->step](look);
	unsigned attempts = look->state->attempts;
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

/* An owner may take his time, as long as the rotation is not late. */
static bool
needs_somebody(const struct look *look, enum rotation_reason reason)
{
	bool fails = look->state->attempts >= ROTATION_ALARM_ATTEMPTS;

	return reason == ROTATION_CLOCK_WENT_BACK || (fails && reason != ROTATION_AWAITS_OWNER) ||
	    look->now > rotation_later(due_at(look), ROTATION_ALARM_LATE_S);
}

static void
give_order(const struct look *look, struct rotation_order *order)
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
	struct look look = { state, facts, policy, now, rotation_idle_slot(state) };
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
	};
}

int64_t
rotation_due_at(const struct rotation_state *state, const struct rotation_policy *policy)
{
	struct look look = { .state = state, .policy = policy };

	return policy->every_s > 0 ? due_at(&look) : 0;
}
