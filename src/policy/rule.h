/* SPDX-License-Identifier: ISC */
/*
 * One thing the configuration says of where mail comes from: it came in by this
 * listener, this daemon name, this login, from this network. By such rules mail
 * is ours, and an organization's.
 */
#ifndef POLICY_RULE_H
#define POLICY_RULE_H

#include "policy/decide.h"

extern const struct word rule_words[]; /* "listener", "daemon-name", "login", "client" */

/* Does it hold for the message? */
bool rule_holds(const struct decide_rule *rule, const struct decide_facts *facts);

/* The first that holds; NULL. */
const struct decide_rule *rule_find(
    const struct decide_rules *rules, const struct decide_facts *facts);

/*
 * Does a login fit? "*" is any, "*@example.com" any of that domain; the case of
 * ASCII letters does not count, since to many who check passwords it does not.
 */
bool rule_takes_login(struct slice pattern, struct slice login);

#endif
