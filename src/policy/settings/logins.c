/* SPDX-License-Identifier: ISC */
#include "policy/settings/reader.h"

static struct decide_scope
scope_of(struct slice text)
{
	if (slice_equal(text, SLICE_LITERAL("@")))
		return (struct decide_scope){ .kind = SCOPE_OWN };
	if (slice_starts_with(text, SLICE_LITERAL(".")))
		return (struct decide_scope){ SCOPE_BELOW, slice_after(text, 1) };
	return (struct decide_scope){ SCOPE_DOMAIN, text };
}

/* Those of one group, from *used on, which is then behind them. */
static void
read_scopes(const struct reader *r, unsigned group, struct decide_scope *scopes, unsigned *used)
{
	unsigned total = settings_count(r->settings, SETTING_LOGIN_DOMAINS);

	while (*used < total &&
	    settings_group(r->settings, SETTING_LOGIN_DOMAINS, *used) == group) {
		scopes[*used] = scope_of(reader_text(r, SETTING_LOGIN_DOMAINS, *used));
		++*used;
	}
}

static enum decision
read_violation(const struct reader *r)
{
	uint64_t word = settings_number(r->settings, SETTING_LOGIN_VIOLATION, 0);

	return word == LOGIN_VIOLATION_ACCEPT ? DECISION_SKIP : DECISION_REJECT;
}

enum status
logins_read(struct reader *r)
{
	unsigned count = settings_count(r->settings, SETTING_LOGIN_LOGIN);
	struct decide_binding *bindings = reader_reserve(r, SETTING_LOGIN_LOGIN, sizeof(*bindings));
	struct decide_scope *scopes = reader_reserve(r, SETTING_LOGIN_DOMAINS, sizeof(*scopes));
	unsigned used = 0;

	if (bindings == NULL || scopes == NULL)
		return reader_fail_memory(r);
	for (unsigned i = 0; i < count; i++) {
		unsigned first = used;

		read_scopes(r, i, scopes, &used);
		bindings[i] = (struct decide_binding){ reader_text(r, SETTING_LOGIN_LOGIN, i),
			&scopes[first], used - first,
			settings_line(r->settings, SETTING_LOGIN_LOGIN, i) };
	}
	r->decide->bindings = bindings;
	r->decide->binding_count = count;
	r->decide->binding_decision = read_violation(r);
	return STATUS_OK;
}
