/* SPDX-License-Identifier: ISC */
#include "policy/decide_settings.h"

#include <stdlib.h>

#include "keys/domain.h"
#include "policy/rule_index.h"

/* Far above what TABLE_LIST_MAX elements of each list need. */
#define ARENA_MAX (16U << 20)

/* What is being read. */
struct reader {
	const struct settings *settings;
	struct decide_settings *decide;
	struct error *err;
};

static enum status
fail_memory(const struct reader *r)
{
	return error_set(r->err, STATUS_NO_MEMORY, "no memory for the rules of signing");
}

/* Room for all values of a setting; NULL without memory. */
static void *
reserve(struct reader *r, enum setting setting, size_t size)
{
	return arena_alloc(&r->decide->arena, (settings_count(r->settings, setting) + 1) * size);
}

static struct slice
text_at(const struct reader *r, enum setting setting, unsigned index)
{
	return slice_from_text(settings_text(r->settings, setting, index));
}

/* ---- where mail comes from ---- */

static unsigned
find_listener(const struct settings *settings, const char *name)
{
	unsigned count = settings_count(settings, SETTING_LISTENER_NAME);
	unsigned i = 0;

	while (i < count && strcmp(settings_text(settings, SETTING_LISTENER_NAME, i), name) != 0)
		i++;
	return i;
}

/* Texts point into the settings. */
static enum status
read_rule(struct reader *r, enum setting setting, unsigned index, enum rule_kind kind,
    struct decide_rule *rule)
{
	struct slice text = text_at(r, setting, index);

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

/* So few are asked sooner than looked up. */
#define ASKED_MAX 24

static enum status
make_rules(struct reader *r, const struct decide_rule *rules, size_t count,
    struct decide_rules *ret_rules)
{
	const struct rule_index *index = NULL;

	if (count > ASKED_MAX &&
	    rule_index_make(rules, count, &r->decide->arena, &index) != STATUS_OK)
		return fail_memory(r);
	*ret_rules = (struct decide_rules){ rules, count, index };
	return STATUS_OK;
}

/* The whole of a list. */
static enum status
read_rules(struct reader *r, enum setting setting, enum rule_kind kind, struct decide_rules *ret_rules)
{
	unsigned count = settings_count(r->settings, setting);
	struct decide_rule *rules = reserve(r, setting, sizeof(*rules));
	enum status status = rules != NULL ? STATUS_OK : fail_memory(r);

	for (unsigned i = 0; i < count && status == STATUS_OK; i++)
		status = read_rule(r, setting, i, kind, &rules[i]);
	return status == STATUS_OK ? make_rules(r, rules, count, ret_rules) : status;
}

static enum status
read_outbound_listeners(struct reader *r)
{
	unsigned count = settings_count(r->settings, SETTING_LISTENER_OUTBOUND);
	struct decide_rule *rules = reserve(r, SETTING_LISTENER_OUTBOUND, sizeof(*rules));
	size_t used = 0;

	if (rules == NULL)
		return fail_memory(r);
	for (unsigned i = 0; i < count; i++) {
		if (settings_number(r->settings, SETTING_LISTENER_OUTBOUND, i) != OUTBOUND_ALWAYS)
			continue;
		rules[used++] = (struct decide_rule){ .kind = RULE_LISTENER, .listener = i,
			.line = settings_line(r->settings, SETTING_LISTENER_OUTBOUND, i) };
	}
	return make_rules(r, rules, used, &r->decide->outbound_listeners);
}

static enum status
read_outbound(struct reader *r)
{
	enum status status = read_outbound_listeners(r);

	if (status == STATUS_OK)
		status = read_rules(r, SETTING_OUTBOUND_DAEMON_NAMES, RULE_DAEMON_NAME,
		    &r->decide->outbound_daemons);
	if (status == STATUS_OK)
		status = read_rules(
		    r, SETTING_TRUSTED_NETWORKS, RULE_NETWORK, &r->decide->trusted_networks);
	return status;
}

/* ---- organizations ---- */

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

		status = read_rule(r, setting, (*used)++, org_lists[list].kind, rule);
		rule->org = text_at(r, SETTING_ORG_NAME, org);
	}
	return status;
}

/* In the order of the organizations: the first rule that holds is the first organization's. */
static enum status
read_organizations(struct reader *r)
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
		return fail_memory(r);
	for (unsigned org = 0; org < settings_count(r->settings, SETTING_ORG_NAME); org++) {
		for (size_t i = 0; i < ORG_LIST_COUNT && status == STATUS_OK; i++)
			status = read_org_list(r, i, org, &used[i], rules, &count);
	}
	return status == STATUS_OK ? make_rules(r, rules, count, &r->decide->org_rules) : status;
}

static const char *
text_or_null(const struct reader *r, enum setting setting, unsigned index)
{
	const char *text = settings_text(r->settings, setting, index);

	return text[0] != '\0' ? text : NULL;
}

static enum status
read_rewrites(struct reader *r)
{
	struct decide_rewrite *rewrites = reserve(r, SETTING_ORG_NAME, sizeof(*rewrites));
	size_t used = 0;

	if (rewrites == NULL)
		return fail_memory(r);
	for (unsigned i = 0; i < settings_count(r->settings, SETTING_ORG_NAME); i++) {
		struct decide_rewrite rewrite = {
			.org = text_at(r, SETTING_ORG_NAME, i),
			.envelope_sender = text_or_null(r, SETTING_ORG_ENVELOPE_SENDER, i),
			.sender_header = text_or_null(r, SETTING_ORG_SENDER_HEADER, i),
		};

		if (rewrite.envelope_sender != NULL || rewrite.sender_header != NULL)
			rewrites[used++] = rewrite;
	}
	r->decide->rewrites = rewrites;
	r->decide->rewrite_count = used;
	return STATUS_OK;
}

static enum status
read_org_header(struct reader *r)
{
	r->decide->org_header = text_at(r, SETTING_ORG_HEADER_NAME, 0);
	r->decide->org_header_line = settings_line(r->settings, SETTING_ORG_HEADER_NAME, 0);
	return read_rules(
	    r, SETTING_ORG_HEADER_NETWORKS, RULE_NETWORK, &r->decide->org_header_networks);
}

/* ---- logins ---- */

static struct decide_scope
scope_of(struct slice text)
{
	if (slice_equal(text, SLICE_LITERAL("@")))
		return (struct decide_scope){ .kind = SCOPE_OWN };
	if (slice_starts_with(text, SLICE_LITERAL(".")))
		return (struct decide_scope){ SCOPE_BELOW, slice_after(text, 1) };
	return (struct decide_scope){ SCOPE_DOMAIN, text };
}

static enum status
read_bindings(struct reader *r)
{
	unsigned total = settings_count(r->settings, SETTING_LOGIN_DOMAINS);
	unsigned count = settings_count(r->settings, SETTING_LOGIN_LOGIN);
	struct decide_binding *bindings = reserve(r, SETTING_LOGIN_LOGIN, sizeof(*bindings));
	struct decide_scope *scopes = reserve(r, SETTING_LOGIN_DOMAINS, sizeof(*scopes));
	unsigned used = 0;

	if (bindings == NULL || scopes == NULL)
		return fail_memory(r);
	for (unsigned i = 0; i < count; i++) {
		unsigned first = used;

		while (used < total && settings_group(r->settings, SETTING_LOGIN_DOMAINS, used) == i) {
			scopes[used] = scope_of(text_at(r, SETTING_LOGIN_DOMAINS, used));
			used++;
		}
		bindings[i] = (struct decide_binding){ text_at(r, SETTING_LOGIN_LOGIN, i),
			&scopes[first], used - first,
			settings_line(r->settings, SETTING_LOGIN_LOGIN, i) };
	}
	r->decide->bindings = bindings;
	r->decide->binding_count = count;
	r->decide->binding_decision =
	    settings_number(r->settings, SETTING_LOGIN_VIOLATION, 0) == LOGIN_VIOLATION_ACCEPT
	    ? DECISION_SKIP
	    : DECISION_REJECT;
	return STATUS_OK;
}

/* ---- keys ---- */

static enum status
read_domain(struct reader *r, enum setting setting, unsigned index, struct slice *ret_domain)
{
	struct slice text = text_at(r, setting, index);
	char domain[DOMAIN_MAX + 1];

	if (domain_normalize(text, domain) != STATUS_OK)
		return error_set(r->err, STATUS_INVALID, "%s:%u: \"%.*s\" is no domain",
		    settings_path(r->settings), settings_line(r->settings, setting, index),
		    SLICE_PRINT(domain_quote(text)));
	if (arena_copy(&r->decide->arena, slice_from_text(domain), ret_domain) != STATUS_OK)
		return fail_memory(r);
	return STATUS_OK;
}

/* Elements of a list of domains from first on. */
static enum status
read_domains(struct reader *r, enum setting setting, unsigned first, unsigned count, struct decide_org *org)
{
	struct decide_text *also = arena_alloc(&r->decide->arena, (count + 1) * sizeof(*also));
	enum status status = STATUS_OK;

	if (also == NULL)
		return fail_memory(r);
	if (count > DECIDE_ALSO_MAX)
		return error_set(r->err, STATUS_INVALID, "also_sign has too many domains");
	for (unsigned i = 0; i < count && status == STATUS_OK; i++) {
		also[i].line = settings_line(r->settings, setting, first + i);
		status = read_domain(r, setting, first + i, &also[i].text);
	}
	org->also_sign = also;
	org->also_count = count;
	return status;
}

static enum status
read_also_sign(struct reader *r)
{
	return read_domains(
	    r, SETTING_ALSO_SIGN, 0, settings_count(r->settings, SETTING_ALSO_SIGN), &r->decide->all);
}

static const enum identity identities[] = {
	[SETTING_IDENTITY_HEADER_FROM] = IDENTITY_HEADER_FROM,
	[SETTING_IDENTITY_ENVELOPE_FROM] = IDENTITY_ENVELOPE_FROM,
};

static enum status
read_identities(struct reader *r)
{
	unsigned count = settings_count(r->settings, SETTING_IDENTITY);

	if (count > IDENTITY_COUNT)
		return error_set(r->err, STATUS_INVALID, "identity names something twice");
	for (unsigned i = 0; i < count; i++)
		r->decide->identities[i] =
		    identities[settings_number(r->settings, SETTING_IDENTITY, i)];
	r->decide->identity_count = count;
	r->decide->wants_all_identities =
	    settings_number(r->settings, SETTING_IDENTITY_USE, 0) == IDENTITY_USE_ALL;
	return STATUS_OK;
}

static const enum unverified unverifieds[] = {
	[SETTING_UNVERIFIED_ACCEPT] = UNVERIFIED_ACCEPT,
	[SETTING_UNVERIFIED_FALLBACK] = UNVERIFIED_FALLBACK,
	[SETTING_UNVERIFIED_TEMPFAIL] = UNVERIFIED_TEMPFAIL,
	[SETTING_UNVERIFIED_REJECT] = UNVERIFIED_REJECT,
};

static void
read_unverified_of(struct reader *r, enum setting setting, unsigned index, struct decide_org *org)
{
	org->unverified = unverifieds[settings_number(r->settings, setting, index)];
	org->unverified_line = settings_line(r->settings, setting, index);
}

static enum status
read_unverified(struct reader *r)
{
	read_unverified_of(r, SETTING_UNVERIFIED_DOMAIN, 0, &r->decide->all);
	return STATUS_OK;
}

/* ---- what an organization has otherwise ---- */

/* *first is that of its own domains, and then of the next organization's. */
static enum status
read_org_also_sign(struct reader *r, unsigned index, unsigned *first, struct decide_org *org)
{
	unsigned own = *first;

	while (*first < settings_count(r->settings, SETTING_ORG_ALSO_SIGN) &&
	    settings_group(r->settings, SETTING_ORG_ALSO_SIGN, *first) == index)
		++*first;
	if (own < *first &&
	    slice_equal(text_at(r, SETTING_ORG_ALSO_SIGN, own), SLICE_LITERAL(SETTING_ALSO_DEFAULT)))
		return STATUS_OK;
	return read_domains(r, SETTING_ORG_ALSO_SIGN, own, *first - own, org);
}

static int
compare_orgs(const void *a, const void *b)
{
	return slice_compare(((const struct decide_org *)a)->name, ((const struct decide_org *)b)->name);
}

/* Behind what is of all. */
static enum status
read_orgs(struct reader *r)
{
	unsigned count = settings_count(r->settings, SETTING_ORG_NAME);
	struct decide_org *orgs = reserve(r, SETTING_ORG_NAME, sizeof(*orgs));
	enum status status = STATUS_OK;
	unsigned first = 0;

	if (orgs == NULL)
		return fail_memory(r);
	for (unsigned i = 0; i < count && status == STATUS_OK; i++) {
		orgs[i] = r->decide->all;
		orgs[i].name = text_at(r, SETTING_ORG_NAME, i);
		if (settings_number(r->settings, SETTING_ORG_UNVERIFIED_DOMAIN, i) !=
		    SETTING_UNVERIFIED_DEFAULT)
			read_unverified_of(r, SETTING_ORG_UNVERIFIED_DOMAIN, i, &orgs[i]);
		status = read_org_also_sign(r, i, &first, &orgs[i]);
	}
	if (status == STATUS_OK)
		qsort(orgs, count, sizeof(*orgs), compare_orgs);
	r->decide->orgs = orgs;
	r->decide->org_count = count;
	return status;
}

/* ---- fitness ---- */

static const struct {
	enum flaw flaw;
	enum setting setting;
} fits[] = {
	{ FLAW_NO_FROM, SETTING_FIT_NO_FROM },
	{ FLAW_SEVERAL_FROM, SETTING_FIT_SEVERAL_FROM },
	{ FLAW_DUPLICATE_FIELD, SETTING_FIT_DUPLICATE_FIELD },
	{ FLAW_LONG_HEADER_LINE, SETTING_FIT_LONG_HEADER_LINE },
	{ FLAW_LONG_BODY_LINE, SETTING_FIT_LONG_BODY_LINE },
	{ FLAW_EIGHT_BIT_HEADER, SETTING_FIT_EIGHT_BIT_HEADER },
	{ FLAW_EIGHT_BIT_BODY, SETTING_FIT_EIGHT_BIT_BODY },
	{ FLAW_EIGHT_BIT_UNDECLARED, SETTING_FIT_EIGHT_BIT_UNDECLARED },
	{ FLAW_BARE_CR, SETTING_FIT_BARE_CR },
	{ FLAW_BARE_LF, SETTING_FIT_BARE_LF },
	{ FLAW_NUL, SETTING_FIT_NUL },
};

static const enum decision fit_decisions[] = {
	[SETTING_FIT_SIGN] = DECISION_SIGN,
	[SETTING_FIT_SKIP] = DECISION_SKIP,
	[SETTING_FIT_REJECT] = DECISION_REJECT,
};

static enum status
read_fitness(struct reader *r)
{
	struct fitness_settings *fitness = &r->decide->fitness;

	fitness->line_max = settings_number(r->settings, SETTING_FIT_LINE_MAX, 0);
	for (size_t i = 0; i < sizeof(fits) / sizeof(fits[0]); i++) {
		enum setting setting = fits[i].setting;

		fitness->actions[fits[i].flaw] = fit_decisions[settings_number(r->settings, setting, 0)];
		fitness->lines[fits[i].flaw] = settings_line(r->settings, setting, 0);
	}
	return STATUS_OK;
}

/* ---- all of it ---- */

static enum status (*const parts[])(struct reader *r) = {
	read_outbound,
	read_organizations,
	read_org_header,
	read_bindings,
	read_identities,
	read_also_sign,
	read_unverified,
	read_orgs,
	read_fitness,
	read_rewrites,
};

enum status
decide_settings_read(
    const struct settings *settings, struct decide_settings *ret_decide, struct error *err)
{
	struct decide_settings decide = { .identity_count = 0 };
	struct reader r = { settings, &decide, err };
	enum status status = STATUS_OK;

	arena_init(&decide.arena, ARENA_MAX);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]) && status == STATUS_OK; i++)
		status = parts[i](&r);
	if (status == STATUS_OK)
		*ret_decide = decide;
	else
		arena_done(&decide.arena);
	return status;
}

void
decide_settings_free(struct decide_settings *decide)
{
	arena_done(&decide->arena);
	*decide = (struct decide_settings){ .identity_count = 0 };
}

const char *
decide_settings_listener_name(const struct settings *settings, unsigned listener)
{
	const char *name = settings_text(settings, SETTING_LISTENER_NAME, listener);

	return name[0] != '\0' ? name : settings_text(settings, SETTING_LISTENER_ADDRESS, listener);
}
