/* SPDX-License-Identifier: ISC */
/* The end of a key set: its records serve mail on its way, are emptied, are removed; then the set goes. */
#include "keys/rotation.h"

#include "keys/rotation_move.h"

/* ---- when ---- */

/* What verifiers refuse already is nothing to wait for. */
static bool
is_all_revoked(const struct rotation_state *state, const struct rotation_facts *facts)
{
	for (int i = 0; i < SLOT_COUNT; i++) {
		if (facts->has_key[i] && !state->is_revoked[i])
			return false;
	}
	return true;
}

static int64_t
mail_s(const struct rotation_state *state, const struct rotation_facts *facts,
    const struct rotation_policy *policy)
{
	return is_all_revoked(state, facts) ? 0 : rotation_later(policy->retire_after_s, policy->margin_s);
}

/* Of both slots the longer. */
static int64_t
memory_s(const struct rotation_facts *facts, const struct rotation_policy *policy)
{
	int64_t primary_s = rotation_memory_s(facts, policy, SLOT_PRIMARY);
	int64_t alternate_s = rotation_memory_s(facts, policy, SLOT_ALTERNATE);

	return rotation_later(primary_s > alternate_s ? primary_s : alternate_s, policy->margin_s);
}

int64_t
rotation_safe_at(const struct rotation_state *state, const struct rotation_facts *facts,
    const struct rotation_policy *policy)
{
	if (facts->is_active || state->quiet_since == 0)
		return 0;
	return rotation_later(state->quiet_since, mail_s(state, facts, policy));
}

/* When LEAVING is over, as far as that is known. */
static int64_t
left_at(const struct rotation_state *state, const struct rotation_facts *facts,
    const struct rotation_policy *policy)
{
	int64_t safe_at = rotation_safe_at(state, facts, policy);

	if (state->began_at == 0)
		return state->since;
	if (safe_at == 0)
		safe_at = rotation_later(state->since, mail_s(state, facts, policy));
	return safe_at > state->since ? safe_at : state->since;
}

int64_t
rotation_gone_at(const struct rotation_state *state, const struct rotation_facts *facts,
    const struct rotation_policy *policy)
{
	bool is_direct = facts->publication == PUBLICATION_DIRECT;
	int64_t at = state->since;

	if (state->retirement == ROTATION_STAYS)
		return 0;
	if (state->retirement == ROTATION_LEAVING)
		at = left_at(state, facts, policy);
	if (is_direct || state->began_at == 0 || state->retirement >= ROTATION_REMOVING)
		return at;
	return rotation_later(at, memory_s(facts, policy));
}

/* ---- the plan of each step ---- */

/* A set that never signed has nothing that resolvers should know of. */
static struct rotation_plan
plan_leaving(const struct rotation_look *look)
{
	struct rotation_plan plan = { .action = ROTATION_EMPTY,
		.at = left_at(look->state, look->facts, look->policy),
		.waiting = ROTATION_AWAITS_MAIL,
		.acting = ROTATION_RETIRED };

	if (look->state->began_at == 0)
		plan.action = ROTATION_REMOVE;
	if (look->facts->publication == PUBLICATION_DIRECT)
		plan.action = ROTATION_DELETE;
	return plan;
}

/* Without a provider zone it waits for one, or for somebody who deletes the set at once. */
static struct rotation_plan
plan_in_zone(const struct rotation_look *look, enum rotation_action action)
{
	bool can = look->facts->can_publish || look->facts->publication == PUBLICATION_DIRECT;

	return (struct rotation_plan){ .action = action,
		.at = can ? ROTATION_AT_ONCE : rotation_later(look->now, ROTATION_RETRY_MAX_S),
		.waiting = ROTATION_NO_ZONE,
		.acting = ROTATION_NOT_PUBLISHED };
}

static struct rotation_plan
plan_emptying(const struct rotation_look *look)
{
	return plan_in_zone(look, ROTATION_PUBLISH_EMPTY);
}

static struct rotation_plan
plan_emptied(const struct rotation_look *look)
{
	return (struct rotation_plan){ .action = ROTATION_REMOVE,
		.at = rotation_later(look->state->since, memory_s(look->facts, look->policy)),
		.waiting = ROTATION_AWAITS_TTL,
		.acting = ROTATION_RETIRED };
}

static struct rotation_plan
plan_removing(const struct rotation_look *look)
{
	return plan_in_zone(look, ROTATION_UNPUBLISH);
}

static struct rotation_plan
plan_removed(const struct rotation_look *look)
{
	(void)look;
	return (struct rotation_plan){ .action = ROTATION_DELETE,
		.at = ROTATION_AT_ONCE,
		.acting = ROTATION_RETIRED };
}

static struct rotation_plan (*const plans[ROTATION_RETIREMENT_COUNT + 1])(
    const struct rotation_look *look) = {
	[ROTATION_LEAVING] = plan_leaving,
	[ROTATION_EMPTYING] = plan_emptying,
	[ROTATION_EMPTIED] = plan_emptied,
	[ROTATION_REMOVING] = plan_removing,
	[ROTATION_REMOVED] = plan_removed,
};

struct rotation_plan
rotation_plan_retirement(const struct rotation_look *look)
{
	return plans[look->state->retirement](look);
}

/* ---- by hand ---- */

static void
begin(struct rotation_end *end, int64_t now)
{
	if (end->state.retirement == ROTATION_STAYS)
		rotation_enter_retirement(&end->state, ROTATION_LEAVING, now);
}

/* What a wait stands before is begun. */
static void
hurry(struct rotation_end *end, int64_t now)
{
	struct rotation_state *state = &end->state;

	if (state->retirement == ROTATION_EMPTIED ||
	    (state->retirement == ROTATION_LEAVING && state->began_at == 0)) {
		rotation_enter_retirement(state, ROTATION_REMOVING, now);
	} else if (state->retirement == ROTATION_LEAVING) {
		rotation_enter_retirement(state, ROTATION_EMPTYING, now);
		for (int i = 0; i < SLOT_COUNT; i++)
			state->is_revoked[i] = true;
	}
}

static bool
is_over(const struct rotation_state *state, const struct rotation_facts *facts,
    const struct rotation_policy *policy, bool at_once, int64_t now)
{
	bool is_safe = state->began_at == 0 ||
	    (state->quiet_since != 0 && left_at(state, facts, policy) <= now);

	if (facts->publication == PUBLICATION_DIRECT)
		return at_once || is_safe;
	return at_once && !facts->can_publish;
}

void
rotation_retire(const struct rotation_state *state, const struct rotation_facts *facts,
    const struct rotation_policy *policy, bool at_once, int64_t now, struct rotation_end *ret_end)
{
	struct rotation_end end = { .state = *state };
	enum rotation_retirement before = state->retirement;

	if (rotation_is_ahead(&end.state, policy, now))
		rotation_mend_clock(&end.state, now);
	begin(&end, now);
	end.is_over = is_over(&end.state, facts, policy, at_once, now);
	if (at_once)
		hurry(&end, now);
	end.was_retiring = before != ROTATION_STAYS && end.state.retirement == before && !end.is_over;
	*ret_end = end;
}
