/* SPDX-License-Identifier: ISC */
/*
 * What the rules about a trail look at, and the two tables that they are in
 * (verdict/trail_verdict.c asks both). Each table ends with a NULL.
 */
#ifndef VERDICT_TRAIL_QUESTION_H
#define VERDICT_TRAIL_QUESTION_H

#include "verdict/trail_verdict.h"

struct trail_question {
	const struct expectation *expected;
	const struct trail *trail;
};

/* What says may overwrite the row's code and advice. */
struct trail_rule {
	bool (*holds)(const struct trail_question *q);
	enum dns_code code;
	void (*say)(const struct trail_question *q, struct verdict *verdict);
};

extern const struct trail_rule chain_rules[];  /* the CNAMEs, whether or not their end was seen */
extern const struct trail_rule target_rules[]; /* where they lead, of a trail whose end was seen */

/* Is a CNAME asked for? */
bool trail_question_is_delegated(const struct trail_question *q);

/* Advises what should be there. */
void trail_question_advise(const struct trail_question *q, struct verdict *verdict);

/* Is this the key that is expected, whatever is around it? */
bool trail_question_is_ours(const struct trail_question *q, const struct sight_text *text);

#endif
