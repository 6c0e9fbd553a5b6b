/* SPDX-License-Identifier: ISC */
/* What came of an order: the state afterwards. */
#include "keys/rotation.h"

#include <limits.h>
#include <string.h>

#include "keys/rotation_move.h"

static void
done_switch(struct rotation_state *state, const struct rotation_order *order, int64_t now)
{
	(void)order;
	rotation_switch(state, now);
}

static void
done_follow(struct rotation_state *state, const struct rotation_order *order, int64_t now)
{
	(void)order;
	rotation_enter(state, ROTATION_RETIRING, now);
}

static void
done_generate(struct rotation_state *state, const struct rotation_order *order, int64_t now)
{
	rotation_enter(state, ROTATION_PUBLISHING, now);
	state->is_revoked[order->slot] = false;
}

/* To be published is not to be seen: until then its failures go on counting. */
static void
done_publish(struct rotation_state *state, const struct rotation_order *order, int64_t now)
{
	(void)order;
	state->step = ROTATION_APPEARING;
	state->since = now;
}

/* Only the key that was there since before the wait for the TTL is proved by it. */
static void
done_check(struct rotation_state *state, const struct rotation_order *order, int64_t now)
{
	bool has_settled = state->step != ROTATION_APPEARING &&
	    memcmp(state->seen_key_sha256, order->key_sha256, ROTATION_DIGEST_SIZE) == 0;

	if (!has_settled) {
		rotation_forget_proof(state);
		rotation_enter(state, ROTATION_SETTLING, now);
		memcpy(state->seen_key_sha256, order->key_sha256, ROTATION_DIGEST_SIZE);
		return;
	}
	if (state->step == ROTATION_SETTLING)
		rotation_enter(state, ROTATION_READY, now);
	state->attempts = 0;
	if (order->asked_at > state->proved_at)
		state->proved_at = order->asked_at;
}

static void
done_mend_clock(struct rotation_state *state, const struct rotation_order *order, int64_t now)
{
	(void)order;
	rotation_mend_clock(state, now);
}

static void
done_quiet(struct rotation_state *state, const struct rotation_order *order, int64_t now)
{
	(void)order;
	state->quiet_since = now;
}

static void
done_empty(struct rotation_state *state, const struct rotation_order *order, int64_t now)
{
	(void)order;
	rotation_enter_retirement(state, ROTATION_EMPTYING, now);
	for (int i = 0; i < SLOT_COUNT; i++)
		state->is_revoked[i] = true;
}

static void
done_publish_empty(struct rotation_state *state, const struct rotation_order *order, int64_t now)
{
	(void)order;
	rotation_enter_retirement(state, ROTATION_EMPTIED, now);
}

static void
done_remove(struct rotation_state *state, const struct rotation_order *order, int64_t now)
{
	(void)order;
	rotation_enter_retirement(state, ROTATION_REMOVING, now);
}

static void
done_unpublish(struct rotation_state *state, const struct rotation_order *order, int64_t now)
{
	(void)order;
	rotation_enter_retirement(state, ROTATION_REMOVED, now);
}

/* With the set goes its state. */
static void
done_delete(struct rotation_state *state, const struct rotation_order *order, int64_t now)
{
	(void)state;
	(void)order;
	(void)now;
}

typedef void effect(struct rotation_state *state, const struct rotation_order *order, int64_t now);

static effect *const effects[ROTATION_ACTION_COUNT + 1] = {
	[ROTATION_SWITCH] = done_switch,
	[ROTATION_FOLLOW] = done_follow,
	[ROTATION_GENERATE] = done_generate,
	[ROTATION_PUBLISH] = done_publish,
	[ROTATION_CHECK_DNS] = done_check,
	[ROTATION_MEND_CLOCK] = done_mend_clock,
	[ROTATION_QUIET] = done_quiet,
	[ROTATION_EMPTY] = done_empty,
	[ROTATION_PUBLISH_EMPTY] = done_publish_empty,
	[ROTATION_REMOVE] = done_remove,
	[ROTATION_UNPUBLISH] = done_unpublish,
	[ROTATION_DELETE] = done_delete,
};

static void
try_again(struct rotation_state *state, int64_t now)
{
	if (state->attempts < UINT_MAX)
		state->attempts++;
	state->tried_at = now;
}

/* Something else is there: whatever it is, publishing again is the remedy, and the waits begin again. */
static void
send_back(struct rotation_state *state, int64_t now)
{
	rotation_forget_proof(state);
	state->step = ROTATION_PUBLISHING;
	state->since = now;
	try_again(state, now);
}

/* The action whose report is welcome in a step also when rotation_next only waits. */
static const enum rotation_action welcome[ROTATION_STEP_COUNT + 1] = {
	[ROTATION_PUBLISHING] = ROTATION_PUBLISH,
	[ROTATION_APPEARING] = ROTATION_CHECK_DNS,
	[ROTATION_READY] = ROTATION_CHECK_DNS,
	[ROTATION_SWITCHING] = ROTATION_FOLLOW,
};

/*
 * Asked for then and asked for now: between the two the clock may have been
 * set, or so much time gone that it should not be done any more.
 */
static bool
counts(const struct rotation_state *state, const struct rotation_order *order,
    const struct rotation_order *then, const struct rotation_order *present)
{
	if (present->action == ROTATION_REST || order->action < ROTATION_SWITCH ||
	    order->asked_at > present->asked_at || order->slot != present->slot ||
	    memcmp(order->key_sha256, present->key_sha256, ROTATION_DIGEST_SIZE) != 0)
		return false;
	if (state->retirement == ROTATION_STAYS && order->action == welcome[state->step])
		return order->asked_at >= state->since;
	return order->action == then->action && order->action == present->action;
}

enum status
rotation_done(const struct rotation_state *state, const struct rotation_facts *facts,
    const struct rotation_policy *policy, const struct rotation_order *order,
    enum rotation_outcome outcome, int64_t now, struct rotation_state *ret_state)
{
	struct rotation_state after = *state;
	struct rotation_order then;
	struct rotation_order present;

	rotation_next(state, facts, policy, order->asked_at, &then);
	rotation_next(state, facts, policy, now, &present);
	if (!counts(state, order, &then, &present))
		return STATUS_CONFLICT;
	if (outcome == ROTATION_DONE)
		effects[order->action](&after, order, now);
	else if (outcome == ROTATION_FAILED && order->action == ROTATION_CHECK_DNS)
		send_back(&after, now);
	else if (order->action != ROTATION_QUIET)
		try_again(&after, now);
	*ret_state = after;
	return STATUS_OK;
}
