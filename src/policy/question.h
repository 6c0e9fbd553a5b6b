/* SPDX-License-Identifier: ISC */
/* What the parts of a decision share: policy/decide.h is the contract, this is inside. */
#ifndef POLICY_QUESTION_H
#define POLICY_QUESTION_H

#include "policy/decide.h"

/* All that a rule may look at. */
struct question {
	const struct decide_settings *settings;
	const struct decide_facts *facts;
	const struct match_source *source;
	const struct decide_org *org; /* whose the message is: settings->all, until that is found */
};

/* Notes that a rule was asked, what it said, and the line of the configuration it said it by (0: none). */
void question_note(struct verdict *verdict, const char *rule, const char *answer, unsigned line);

/* The sender's domain as keys know it; NOT_FOUND for what is none, such as an address literal. */
MUST_CHECK enum status question_normalize(struct slice domain, char ret_domain[DOMAIN_MAX + 1]);

/* Whose the message is: leaves verdict->org as it is when nothing says so. */
void organization_find(const struct question *q, struct verdict *verdict);

/* What is done with mail of this organization. */
const struct decide_org *organization_settings(const struct decide_settings *settings, struct slice name);

/* May the login use these domains? STATUS_REFUSED: the one it may not is the verdict's sender. */
MUST_CHECK enum status login_check(const struct question *q, struct verdict *verdict);

/*
 * Adds the keys of the identities to what signs, in their order; sender becomes
 * the domain of the first. NOT_FOUND when no identity has a key.
 */
MUST_CHECK enum status identity_add(const struct question *q, struct verdict *verdict);

/* Adds the provider's own keys, each once. NOT_FOUND when there are none. */
MUST_CHECK enum status identity_add_also(const struct question *q, struct verdict *verdict);

/* What the configuration wants changed in mail of the verdict's organization that is signed. */
void organization_rewrite(const struct question *q, struct verdict *verdict);

#endif
