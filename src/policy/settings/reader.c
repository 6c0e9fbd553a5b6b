/* SPDX-License-Identifier: ISC */
#include "policy/settings/reader.h"

#include "policy/rule_index.h"

/* So few are asked sooner than looked up. */
#define ASKED_MAX 24

enum status
reader_fail_memory(const struct reader *r)
{
	return error_set(r->err, STATUS_NO_MEMORY, "no memory for the rules of signing");
}

void *
reader_reserve(struct reader *r, enum setting setting, size_t size)
{
	return arena_alloc(&r->decide->arena, (settings_count(r->settings, setting) + 1) * size);
}

struct slice
reader_text(const struct reader *r, enum setting setting, unsigned index)
{
	return slice_from_text(settings_text(r->settings, setting, index));
}

static unsigned
find_listener(const struct settings *settings, const char *name)
{
	unsigned count = settings_count(settings, SETTING_LISTENER_NAME);
	unsigned i = 0;

	while (i < count && strcmp(settings_text(settings, SETTING_LISTENER_NAME, i), name) != 0)
		i++;
	return i;
}

enum status
reader_rule(struct reader *r, enum setting setting, unsigned index, enum rule_kind kind,
    struct decide_rule *rule)
{
	struct slice text = reader_text(r, setting, index);

	*rule = (struct decide_rule){
		.kind = kind, .text = text, .line = settings_line(r->settings, setting, index)
	};
	if (kind == RULE_LISTENER)
		rule->listener =
		    find_listener(r->settings, settings_text(r->settings, setting, index));
	if (kind != RULE_NETWORK)
		return STATUS_OK;
	rule->is_local = slice_equal(text, SLICE_LITERAL("local"));
	return rule->is_local ? STATUS_OK : network_parse(text, &rule->network, r->err);
}

enum status
reader_make_rules(struct reader *r, const struct decide_rule *rules, size_t count,
    struct decide_rules *ret_rules)
{
	const struct rule_index *index = NULL;

	if (count > ASKED_MAX &&
	    rule_index_make(rules, count, &r->decide->arena, &index) != STATUS_OK)
		return reader_fail_memory(r);
	*ret_rules = (struct decide_rules){ rules, count, index };
	return STATUS_OK;
}

enum status
reader_rules(
    struct reader *r, enum setting setting, enum rule_kind kind, struct decide_rules *ret_rules)
{
	unsigned count = settings_count(r->settings, setting);
	struct decide_rule *rules = reader_reserve(r, setting, sizeof(*rules));
	enum status status = rules != NULL ? STATUS_OK : reader_fail_memory(r);

	for (unsigned i = 0; i < count && status == STATUS_OK; i++)
		status = reader_rule(r, setting, i, kind, &rules[i]);
	return status == STATUS_OK ? reader_make_rules(r, rules, count, ret_rules) : status;
}
