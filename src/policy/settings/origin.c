/* SPDX-License-Identifier: ISC */
#include "policy/settings/reader.h"

static enum status
read_outbound_listeners(struct reader *r)
{
	unsigned count = settings_count(r->settings, SETTING_LISTENER_OUTBOUND);
	struct decide_rule *rules = reader_reserve(r, SETTING_LISTENER_OUTBOUND, sizeof(*rules));
	size_t used = 0;

	if (rules == NULL)
		return reader_fail_memory(r);
	for (unsigned i = 0; i < count; i++) {
		if (settings_number(r->settings, SETTING_LISTENER_OUTBOUND, i) != OUTBOUND_ALWAYS)
			continue;
		rules[used++] = (struct decide_rule){ .kind = RULE_LISTENER, .listener = i,
			.line = settings_line(r->settings, SETTING_LISTENER_OUTBOUND, i) };
	}
	return reader_make_rules(r, rules, used, &r->decide->outbound_listeners);
}

enum status
origin_read(struct reader *r)
{
	enum status status = read_outbound_listeners(r);

	if (status == STATUS_OK)
		status = reader_rules(r, SETTING_OUTBOUND_DAEMON_NAMES, RULE_DAEMON_NAME,
		    &r->decide->outbound_daemons);
	if (status == STATUS_OK)
		status = reader_rules(
		    r, SETTING_TRUSTED_NETWORKS, RULE_NETWORK, &r->decide->trusted_networks);
	return status;
}
