/* SPDX-License-Identifier: ISC */
#include "keys/rotation_move.h"

#include <string.h>

int64_t
rotation_later(int64_t time, int64_t seconds)
{
	int64_t sum;

	if (seconds <= 0)
		return time;
	return __builtin_add_overflow(time, seconds, &sum) ? ROTATION_NEVER : sum;
}

/* Resolvers keep nothing longer than a week, whatever its TTL (RFC 8767 §4). */
#define TTL_MAX_S (7 * 86400)

int64_t
rotation_memory_s(
    const struct rotation_facts *facts, const struct rotation_policy *policy, enum slot slot)
{
	int64_t seen_ttl_s = facts->seen_ttl_s[slot];

	if (seen_ttl_s > TTL_MAX_S)
		seen_ttl_s = TTL_MAX_S;
	return seen_ttl_s > policy->ttl_s ? seen_ttl_s : policy->ttl_s;
}

enum slot
rotation_idle_slot(const struct rotation_state *state)
{
	return state->signing_slot == SLOT_PRIMARY ? SLOT_ALTERNATE : SLOT_PRIMARY;
}

bool
rotation_is_sane(const struct rotation_state *state)
{
	return state->step >= ROTATION_PUBLISHING && state->step <= ROTATION_RETIRING &&
	    state->retirement >= ROTATION_STAYS && state->retirement <= ROTATION_REMOVED &&
	    (state->signing_slot == SLOT_PRIMARY || state->signing_slot == SLOT_ALTERNATE);
}

bool
rotation_is_proved(const struct rotation_state *state, const struct rotation_facts *facts,
    const struct rotation_policy *policy, int64_t now)
{
	enum slot idle = rotation_idle_slot(state);

	return state->step == ROTATION_READY && !state->is_revoked[idle] &&
	    state->proved_at != 0 && now < rotation_later(state->proved_at, policy->proof_life_s) &&
	    memcmp(facts->key_sha256[idle], state->seen_key_sha256, ROTATION_DIGEST_SIZE) == 0;
}

int64_t
rotation_switch_not_before(const struct rotation_state *state, const struct rotation_policy *policy)
{
	if (state->switched_at == 0)
		return 0;
	return rotation_later(
	    rotation_later(state->switched_at, policy->retire_after_s), policy->margin_s);
}

bool
rotation_is_ahead(
    const struct rotation_state *state, const struct rotation_policy *policy, int64_t now)
{
	int64_t limit = rotation_later(now, policy->margin_s);

	return state->began_at > limit || state->switched_at > limit || state->since > limit ||
	    state->tried_at > limit || state->proved_at > limit || state->activated_at > limit ||
	    state->quiet_since > limit;
}

void
rotation_enter(struct rotation_state *state, enum rotation_step step, int64_t now)
{
	state->step = step;
	state->since = now;
	state->attempts = 0;
	state->tried_at = 0;
}

void
rotation_enter_retirement(
    struct rotation_state *state, enum rotation_retirement step, int64_t now)
{
	rotation_enter(state, state->step, now);
	state->retirement = step;
}

void
rotation_forget_proof(struct rotation_state *state)
{
	state->proved_at = 0;
	memset(state->seen_key_sha256, 0, ROTATION_DIGEST_SIZE);
}

void
rotation_switch(struct rotation_state *state, int64_t now)
{
	state->signing_slot = rotation_idle_slot(state);
	state->switched_at = now;
	rotation_forget_proof(state);
	rotation_enter(state, ROTATION_SWITCHING, now);
}

static void
hold_back(int64_t *time, int64_t now)
{
	if (*time > now)
		*time = now;
}

void
rotation_mend_clock(struct rotation_state *state, int64_t now)
{
	hold_back(&state->began_at, now);
	hold_back(&state->switched_at, now);
	hold_back(&state->since, now);
	hold_back(&state->tried_at, now);
	hold_back(&state->activated_at, now);
	hold_back(&state->quiet_since, now);
	if (state->proved_at > now)
		state->proved_at = 0;
}
