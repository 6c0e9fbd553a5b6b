/* SPDX-License-Identifier: ISC */
#include "policy/settings/reader.h"

static const struct {
	enum setting setting;
	enum rule_kind kind;
} org_lists[] = {
	{ SETTING_ORG_LISTENERS, RULE_LISTENER },
	{ SETTING_ORG_DAEMON_NAMES, RULE_DAEMON_NAME },
	{ SETTING_ORG_LOGINS, RULE_LOGIN },
	{ SETTING_ORG_NETWORKS, RULE_NETWORK },
};
#define ORG_LIST_COUNT (sizeof(org_lists) / sizeof(org_lists[0]))

/* Adds what one list says of the organization; *used counts its elements over all organizations. */
static enum status
read_org_list(struct reader *r, size_t list, unsigned org, unsigned *used,
    struct decide_rule *rules, size_t *rule_count)
{
	enum setting setting = org_lists[list].setting;
	enum status status = STATUS_OK;

	while (*used < settings_count(r->settings, setting) &&
	    settings_group(r->settings, setting, *used) == org && status == STATUS_OK) {
		struct decide_rule *rule = &rules[(*rule_count)++];

		status = reader_rule(r, setting, (*used)++, org_lists[list].kind, rule);
		rule->org = reader_text(r, SETTING_ORG_NAME, org);
	}
	return status;
}

/* In the order of the organizations: the first rule that holds is the first organization's. */
enum status
organization_rules_read(struct reader *r)
{
	unsigned used[ORG_LIST_COUNT] = { 0 };
	size_t total = 1;
	size_t count = 0;
	struct decide_rule *rules;
	enum status status = STATUS_OK;

	for (size_t i = 0; i < ORG_LIST_COUNT; i++)
		total += settings_count(r->settings, org_lists[i].setting);
	rules = arena_alloc(&r->decide->arena, total * sizeof(*rules));
	if (rules == NULL)
		return reader_fail_memory(r);
	for (unsigned org = 0; org < settings_count(r->settings, SETTING_ORG_NAME); org++) {
		for (size_t i = 0; i < ORG_LIST_COUNT && status == STATUS_OK; i++)
			status = read_org_list(r, i, org, &used[i], rules, &count);
	}
	return status == STATUS_OK ? reader_make_rules(r, rules, count, &r->decide->org_rules) : status;
}

enum status
organization_header_read(struct reader *r)
{
	r->decide->org_header = reader_text(r, SETTING_ORG_HEADER_NAME, 0);
	r->decide->org_header_line = settings_line(r->settings, SETTING_ORG_HEADER_NAME, 0);
	return reader_rules(
	    r, SETTING_ORG_HEADER_NETWORKS, RULE_NETWORK, &r->decide->org_header_networks);
}
