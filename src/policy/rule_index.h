/* SPDX-License-Identifier: ISC */
/*
 * Many rules of where mail comes from, found without asking one after the
 * other: what a rule takes is a key, the message has few keys that could take
 * it, and each is looked up. Made once for the configuration; any thread may
 * read it. Pure.
 *
 * policy/rule.c alone uses it: what it finds is what the linear reading finds,
 * the first rule that holds.
 */
#ifndef POLICY_RULE_INDEX_H
#define POLICY_RULE_INDEX_H

#include "policy/decide.h"

/* STATUS_NO_MEMORY. The rules must stay; the index lives as long as the arena. */
MUST_CHECK enum status rule_index_make(const struct decide_rule *rules, size_t count,
    struct arena *arena, const struct rule_index **ret_index);

/* The first rule that holds; NULL. */
const struct decide_rule *rule_index_find(
    const struct rule_index *index, const struct decide_facts *facts);

#endif
