/* SPDX-License-Identifier: ISC */
/*
 * Is a message fit to sign? What follows from the flaws that policy/measure.h
 * has seen: each is signed all the same, makes the message go unsigned, or has
 * it refused, as the configuration says (docs/fit.md). Pure.
 */
#ifndef POLICY_FITNESS_H
#define POLICY_FITNESS_H

#include "policy/measure.h"
#include "policy/reason.h"

struct fitness_settings {
	enum decision actions[FLAW_COUNT + 1]; /* by enum flaw: DECISION_SIGN, SKIP or REJECT */
	unsigned lines[FLAW_COUNT + 1]; /* of the configuration, by enum flaw; 0: a default */
	size_t line_max;
};

/*
 * The reason for which a message with these flaws is not signed: of those that
 * have it refused the first, else of those that make it go unsigned; false when
 * there is none.
 */
bool fitness_judge(
    const struct fitness_settings *settings, flaw_set flaws, enum reason *ret_reason);

/* What a reason comes to: of a flaw's what the configuration says, else what it always does. */
enum decision fitness_decision(const struct fitness_settings *settings, enum reason reason);

/* The line of the configuration that says it; 0: none. */
unsigned fitness_line(const struct fitness_settings *settings, enum reason reason);

/*
 * What the sender of a refused message is told: which field or line, and what to
 * do. Without line ends and "%". False: the reason is no flaw's, its own row says it.
 */
bool fitness_put_text(
    enum reason reason, const struct measure *measure, struct buf *out);

#endif
