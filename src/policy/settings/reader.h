/* SPDX-License-Identifier: ISC */
/*
 * The settings being read for policy/decide.h, a part of them by each file of
 * this folder: for policy/decide_settings.c alone. What is kept is in the arena
 * of decide, or points into the settings. Where the settings should not have
 * let something through the answer is STATUS_INVALID; else STATUS_NO_MEMORY.
 */
#ifndef POLICY_SETTINGS_READER_H
#define POLICY_SETTINGS_READER_H

#include "policy/decide_settings.h"

struct reader {
	const struct settings *settings;
	struct decide_settings *decide;
	struct error *err;
};

/* ---- the parts, in the order in which they are read ---- */

MUST_CHECK enum status origin_read(struct reader *r);
MUST_CHECK enum status organization_rules_read(struct reader *r);
MUST_CHECK enum status organization_header_read(struct reader *r);
MUST_CHECK enum status logins_read(struct reader *r);
MUST_CHECK enum status identities_read(struct reader *r);
MUST_CHECK enum status organizations_read(struct reader *r); /* also what all have */
MUST_CHECK enum status fit_read(struct reader *r);
MUST_CHECK enum status rewrites_read(struct reader *r);

/* ---- what they share ---- */

/* STATUS_NO_MEMORY, in words. */
enum status reader_fail_memory(const struct reader *r);

/* Room for all values of a setting, size octets each; NULL without memory. */
void *reader_reserve(struct reader *r, enum setting setting, size_t size);

struct slice reader_text(const struct reader *r, enum setting setting, unsigned index);

/* Fills rule from one element of a list; its organization is the caller's to say. */
MUST_CHECK enum status reader_rule(struct reader *r, enum setting setting, unsigned index,
    enum rule_kind kind, struct decide_rule *rule);

/* The rules, which stay where they are, with an index where they are many. */
MUST_CHECK enum status reader_make_rules(struct reader *r, const struct decide_rule *rules,
    size_t count, struct decide_rules *ret_rules);

/* The whole of a list. */
MUST_CHECK enum status reader_rules(
    struct reader *r, enum setting setting, enum rule_kind kind, struct decide_rules *ret_rules);

#endif
