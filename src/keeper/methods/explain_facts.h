/* SPDX-License-Identifier: ISC */
/*
 * What Explain is told about a message, as a question to policy/decide.h: who
 * sends it and whence, and what signetctl has counted and measured in it.
 */
#ifndef KEEPER_METHODS_EXPLAIN_FACTS_H
#define KEEPER_METHODS_EXPLAIN_FACTS_H

#include "dkim/address.h"
#include "keeper/call.h"

#define EXPLAIN_SENDERS_MAX ADDRESS_LIST_MAX

/* Slices point into the call. */
struct question {
	struct keeper *keeper;
	const struct edition *edition;
	struct decide_facts facts; /* flaws: of its header */
	struct measure measure;    /* all of it: flaws and places */
	const json_t *counts;      /* how often its header has each field that may be signed; NULL: it has none */
	struct slice senders[EXPLAIN_SENDERS_MAX];
	struct network client;
};

/* ret_question must not move afterwards. False: the call has been answered. */
MUST_CHECK bool explain_facts_read(struct call *call, struct question *ret_question);

#endif
