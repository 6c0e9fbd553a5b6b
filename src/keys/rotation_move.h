/* SPDX-License-Identifier: ISC */
/* What the files of the rotation share: keys/rotation*.c alone. */
#ifndef KEYS_ROTATION_MOVE_H
#define KEYS_ROTATION_MOVE_H

#include "keys/rotation.h"

/* Everything an answer depends on. */
struct rotation_look {
	const struct rotation_state *state;
	const struct rotation_facts *facts;
	const struct rotation_policy *policy;
	int64_t now;
	enum slot idle;
};

#define ROTATION_AT_ONCE INT64_MIN

/* The plan of a step: what comes next, and when. */
struct rotation_plan {
	enum rotation_action action;
	int64_t at; /* not before */
	enum rotation_reason waiting; /* why not yet */
	enum rotation_reason acting;  /* why then */
};

/* While the set retires. */
struct rotation_plan rotation_plan_retirement(const struct rotation_look *look);

/* How long resolvers may remember what was at the name of a slot. */
int64_t rotation_memory_s(const struct rotation_facts *facts, const struct rotation_policy *policy,
    enum slot slot);

/* time + seconds, ROTATION_NEVER where that is too far. Negative seconds are none. */
int64_t rotation_later(int64_t time, int64_t seconds);

/* The one that does not sign. */
enum slot rotation_idle_slot(const struct rotation_state *state);

/* A state that the functions here could have made. */
bool rotation_is_sane(const struct rotation_state *state);

/* Does the idle slot hold a next key with a proof that is not too old? */
bool rotation_is_proved(const struct rotation_state *state, const struct rotation_facts *facts,
    const struct rotation_policy *policy, int64_t now);

/* The earliest time of another switch. */
int64_t rotation_switch_not_before(
    const struct rotation_state *state, const struct rotation_policy *policy);

/* Is a time of the state ahead of the clock by more than the margin? */
bool rotation_is_ahead(
    const struct rotation_state *state, const struct rotation_policy *policy, int64_t now);

/* Begins a step; failures are forgotten. */
void rotation_enter(struct rotation_state *state, enum rotation_step step, int64_t now);

/* Begins a step of the retirement. */
void rotation_enter_retirement(
    struct rotation_state *state, enum rotation_retirement step, int64_t now);

/* No key of the idle slot is known to be in DNS any more. */
void rotation_forget_proof(struct rotation_state *state);

/* The idle slot signs from now on. */
void rotation_switch(struct rotation_state *state, int64_t now);

/* Times ahead of now become now, so that each wait begins again; a proof is none. */
void rotation_mend_clock(struct rotation_state *state, int64_t now);

#endif
