/* SPDX-License-Identifier: ISC */
/* What somebody may ask of a rotation: to switch now, to revoke a key. */
#include "keys/rotation.h"

#include "keys/rotation_move.h"

/* ---- rotate ---- */

/* Why the idle slot of a step is not switched to. A READY one has its own reasons. */
static const char *const refusals[ROTATION_STEP_COUNT + 1] = {
	[ROTATION_PUBLISHING] = "the record of the next key is not known to be published yet",
	[ROTATION_APPEARING] = "the record of the next key is not seen at every name server yet: see signetctl "
	                       "key check",
	[ROTATION_SETTLING] = "resolvers may still remember what was published before the next key",
	[ROTATION_READY] = "the last proof of the next key is too old: check the key first",
	[ROTATION_SWITCHING] = "the last switch has not reached every milter yet",
	[ROTATION_RETIRING] = "mail signed with the key before the last switch is still on its way",
};

static enum status
check_set(
    const struct rotation_state *state, const struct rotation_facts *facts, struct error *err)
{
	if (!rotation_is_sane(state) || !facts->has_key[state->signing_slot])
		return error_set(err, STATUS_REFUSED, "the state of the rotation is damaged");
	if (state->retirement != ROTATION_STAYS)
		return error_set(err, STATUS_REFUSED, "the key set is deleted, and on its way out");
	if (!facts->has_key[rotation_idle_slot(state)])
		return error_set(err, STATUS_REFUSED,
		    "the key set has one slot only: there is no other key to rotate to");
	if (state->is_revoked[state->signing_slot])
		return error_set(err, STATUS_REFUSED,
		    "the signing key is revoked and there was no other: create a new key");
	if (!facts->is_active)
		return error_set(err, STATUS_REFUSED,
		    "no organization signs with this key: activate it first");
	return STATUS_OK;
}

enum status
rotation_ask(const struct rotation_state *state, const struct rotation_facts *facts,
    const struct rotation_policy *policy, int64_t now, struct rotation_state *ret_state,
    struct error *err)
{
	struct rotation_state after = *state;
	enum status status = check_set(state, facts, err);

	if (status != STATUS_OK)
		return status;
	if (rotation_is_ahead(&after, policy, now))
		rotation_mend_clock(&after, now);
	if (!rotation_is_proved(&after, facts, policy, now))
		return error_set(err, STATUS_REFUSED, "%s", refusals[after.step]);
	if (now < rotation_switch_not_before(&after, policy))
		return error_set(
		    err, STATUS_REFUSED, "the last switch was less than retire_after ago");
	rotation_switch(&after, now);
	*ret_state = after;
	return STATUS_OK;
}

/* ---- revoke ---- */

/* The next key, or the one before: its place gets another, when the empty p= has been there for long. */
static void
revoke_idle(struct rotation_state *state, int64_t now)
{
	if (state->step == ROTATION_SWITCHING || state->step == ROTATION_RETIRING)
		return;
	rotation_forget_proof(state);
	rotation_enter(state, ROTATION_RETIRING, now);
}

enum status
rotation_revoke(const struct rotation_state *state, const struct rotation_facts *facts,
    const struct rotation_policy *policy, enum slot slot, int64_t now,
    struct rotation_revocation *ret_revocation, struct error *err)
{
	struct rotation_revocation revocation = { .state = *state };
	struct rotation_state *after = &revocation.state;

	if (!rotation_is_sane(state))
		return error_set(err, STATUS_INVALID, "the state of the rotation is damaged");
	if ((slot != SLOT_PRIMARY && slot != SLOT_ALTERNATE) || !facts->has_key[slot])
		return error_set(err, STATUS_INVALID, "there is no key in the %s slot",
		    word_text(slot_words, (int)slot));
	revocation.was_revoked = state->is_revoked[slot];
	if (rotation_is_ahead(after, policy, now))
		rotation_mend_clock(after, now);
	after->is_revoked[slot] = true;
	if (slot != after->signing_slot)
		revoke_idle(after, now);
	else if (rotation_is_proved(after, facts, policy, now))
		rotation_switch(after, now);
	revocation.deactivates = after->is_revoked[after->signing_slot];
	*ret_revocation = revocation;
	return STATUS_OK;
}
