/* SPDX-License-Identifier: ISC */
/*
 * Brings one key of the plan into the running signetd: imports it unless it is
 * there, and activates it unless it signs. Doing it again does no harm.
 */
#ifndef CTL_OPENDKIM_CARRY_H
#define CTL_OPENDKIM_CARRY_H

#include "base/words.h"
#include "ctl/opendkim/plan.h"
#include "ctl/session.h"

enum carry_state {
	CARRY_PLANNED = 1, /* of --dry-run */
	CARRY_SIGNS,       /* imported and activated */
	CARRY_THERE,       /* it signed before */
	CARRY_INACTIVE,    /* there, and does not sign */
	CARRY_FAILED,      /* not there */
};

extern const struct word carry_words[]; /* "planned", "signs", "there", "inactive", "failed" */

struct carried {
	enum carry_state state;
	char id[ID_TEXT_SIZE];
	struct error why;  /* CARRY_INACTIVE, CARRY_FAILED */
	json_t *warnings;  /* of the import, and of the activation */
	json_t *effects;   /* on other keys */
};

/* Fills *ret_carried, whatever comes of it; carried_done frees it. */
void carry_key(struct session *session, const struct plan_key *key, struct carried *ret_carried);

/* Only looks whether its file can be opened. */
void carry_plan(const struct plan_key *key, struct carried *ret_carried);

/* Frees its JSON. */
void carried_done(struct carried *carried);

#endif
