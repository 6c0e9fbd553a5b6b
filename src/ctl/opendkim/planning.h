/* SPDX-License-Identifier: ISC */
/*
 * A plan (ctl/opendkim/plan.h) being made, in the order of its steps: for the
 * files plan*.c alone. Memory is the arena's of the source; all answer
 * STATUS_OK or STATUS_NO_MEMORY.
 */
#ifndef CTL_OPENDKIM_PLANNING_H
#define CTL_OPENDKIM_PLANNING_H

#include "ctl/opendkim/plan.h"

struct planning {
	struct source *source;
	const struct tables *tables;
	struct plan *plan;
};

/* ---- plan_senders.c: which classes of senders there are ---- */

MUST_CHECK enum status planning_find_senders(struct planning *p);

/* ---- plan_opendkim.c: what opendkim signs ---- */

/* Of the rules that match the first, or with MultipleSignatures all. */
MUST_CHECK enum status planning_sign_as_opendkim(struct planning *p, struct senders *senders);

bool signature_is_among(const struct senders *senders, const struct signature *wanted);

/* ---- plan_own.c: the keys of the senders' own domains ---- */

MUST_CHECK enum status planning_add_own(struct planning *p);

/* ---- plan_also.c: the keys that sign everybody's mail; after those ---- */

MUST_CHECK enum status planning_add_also(struct planning *p);

/* ---- plan_signetd.c ---- */

/* The place of the first key of a domain, or where it would be; the keys are sorted. */
size_t plan_find_keys(const struct plan *plan, struct slice domain);

/* ---- plan.c ---- */

/* Zeroed, for count of them and one more, size octets each. */
MUST_CHECK enum status planning_room(
    struct planning *p, size_t count, size_t size, void *ret_pointer);

/* There is room for it. */
MUST_CHECK enum status planning_add_key(
    struct planning *p, const struct signature *signature, enum domain_match match);

#endif
