/* SPDX-License-Identifier: ISC */
/*
 * The parts of Explain (keeper/methods/explain.c): its facts, which signetctl
 * has read from the message, and its answer in words.
 */
#ifndef KEEPER_METHODS_EXPLAIN_H
#define KEEPER_METHODS_EXPLAIN_H

#include "dkim/address.h"
#include "keeper/methods/methods.h"

#define EXPLAIN_SENDERS_MAX ADDRESS_LIST_MAX

/* All that a question to policy/decide.h needs; slices point into the call. */
struct explain_question {
	struct keeper *keeper;
	const struct edition *edition;
	struct decide_facts facts;
	flaw_set body_flaws;
	struct slice senders[EXPLAIN_SENDERS_MAX];
	struct network client;
};

/* Fills it from the call's parameters. It must stay where it is. False: the call has been answered. */
bool explain_read(struct call *call, struct explain_question *ret_question);

/* Answers the call: the verdict, and why each key that could sign does or does not. */
void explain_answer(struct call *call, const struct explain_question *q,
    const struct match_source *source, const struct verdict *verdict);

#endif
