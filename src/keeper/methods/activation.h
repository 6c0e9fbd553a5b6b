/* SPDX-License-Identifier: ISC */
/*
 * What ActivateKey and UpdateKey have in common: unless all slots were proved
 * of late, look at DNS → the gate, the conflict table, the store, in one
 * transaction → let the views follow → answer.
 */
#ifndef KEEPER_METHODS_ACTIVATION_H
#define KEEPER_METHODS_ACTIVATION_H

#include "keeper/call.h"
#include "lifecycle/lifecycle.h"

struct activation {
	struct call *call;
	struct key_id id;
	struct lifecycle_activation how;
	struct lifecycle_change change; /* UpdateKey */
	void (*run)(struct activation *activation); /* changes the store and answers the call */
};

/*
 * Runs the activation (a copy of it) now, or after a look at DNS where one may
 * open the gate that is before it; answers the call itself when that shows
 * that it will stay shut. allow_without_dns_check is filled in.
 */
void activation_start(
    const struct activation *wanted, const struct domain_key *key, bool has_gate);

/* For run: answers with what came of it, and lets signing see it; flag is a member of the answer. */
void activation_answer(struct activation *activation, const struct lifecycle_outcome *outcome,
    const char *flag, bool value);

#endif
