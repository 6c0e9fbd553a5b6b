/* SPDX-License-Identifier: ISC */
#include "policy/rule.h"

#include "policy/rule_index.h"

const struct word rule_words[] = {
	{ RULE_LISTENER, "listener" },
	{ RULE_DAEMON_NAME, "daemon-name" },
	{ RULE_LOGIN, "login" },
	{ RULE_NETWORK, "client" },
	{ 0, NULL },
};

bool
rule_takes_login(struct slice pattern, struct slice login)
{
	struct slice end = slice_after(pattern, 1);

	if (!slice_starts_with(pattern, SLICE_LITERAL("*")))
		return slice_equal_nocase(pattern, login);
	return login.len > end.len &&
	    slice_equal_nocase(slice_after(login, login.len - end.len), end);
}

static bool
has_client(const struct decide_rule *rule, const struct network *client)
{
	if (client == NULL || rule->is_local)
		return client == NULL && rule->is_local;
	return network_has(&rule->network, client);
}

bool
rule_holds(const struct decide_rule *rule, const struct decide_facts *facts)
{
	switch (rule->kind) {
	case RULE_LISTENER:
		return rule->listener == facts->listener;
	case RULE_DAEMON_NAME:
		return slice_equal(rule->text, facts->daemon_name);
	case RULE_LOGIN:
		return rule_takes_login(rule->text, facts->login);
	case RULE_NETWORK:
		return has_client(rule, facts->client);
	}
	return false;
}

const struct decide_rule *
rule_find(const struct decide_rules *rules, const struct decide_facts *facts)
{
	if (rules->index != NULL)
		return rule_index_find(rules->index, facts);
	for (size_t i = 0; i < rules->count; i++) {
		if (rule_holds(&rules->rules[i], facts))
			return &rules->rules[i];
	}
	return NULL;
}
