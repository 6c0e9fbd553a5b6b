/* SPDX-License-Identifier: ISC */
#include "policy/question.h"

#include "keys/org.h"
#include "policy/rule.h"

/*
 * The header field of who may name one. Several, or what is no name, name
 * nobody: to guess would be to sign for another.
 */
static bool
find_named(const struct question *q, struct verdict *verdict)
{
	const struct decide_rules *networks = &q->settings->org_header_networks;
	const struct decide_rule *rule = rule_find(networks, q->facts);

	if (q->facts->org_header_count == 0)
		return false;
	if (rule == NULL || q->facts->org_header_count > 1 ||
	    org_check(q->facts->org_header, verdict->org, NULL) != STATUS_OK) {
		question_note(verdict, "organization-header", rule == NULL ? "not-trusted" : "malformed",
		    rule == NULL ? q->settings->org_header_line : rule->line);
		return false;
	}
	question_note(verdict, "organization-header", "yes", rule->line);
	return true;
}

/* org is one that org_check has let through. */
static void
take_org(struct slice org, struct verdict *verdict)
{
	struct slice cut = slice_first(org, ORG_MAX);

	memcpy(verdict->org, cut.ptr, cut.len);
	verdict->org[cut.len] = '\0';
}

void
organization_find(const struct question *q, struct verdict *verdict)
{
	const struct decide_rule *rule;

	if (find_named(q, verdict))
		return;
	rule = rule_find(&q->settings->org_rules, q->facts);
	if (rule != NULL)
		take_org(rule->org, verdict);
	question_note(verdict, "organization",
	    rule != NULL ? word_text(rule_words, (int)rule->kind) : "default",
	    rule != NULL ? rule->line : 0);
}

/* A bounce that could bounce would go round in circles (RFC 5321 §4.5.5). */
void
organization_rewrite(const struct question *q, struct verdict *verdict)
{
	for (size_t i = 0; i < q->settings->rewrite_count; i++) {
		const struct decide_rewrite *rewrite = &q->settings->rewrites[i];

		if (!slice_equal(rewrite->org, slice_from_text(verdict->org)))
			continue;
		verdict->rewrite = *rewrite;
		if (q->facts->is_null_sender)
			verdict->rewrite.envelope_sender = NULL;
	}
}

const struct decide_org *
organization_settings(const struct decide_settings *settings, struct slice name)
{
	size_t first = 0;
	size_t end = settings->org_count;

	while (first < end) {
		size_t middle = first + (end - first) / 2;
		int difference = slice_compare(settings->orgs[middle].name, name);

		if (difference == 0)
			return &settings->orgs[middle];
		if (difference < 0)
			first = middle + 1;
		else
			end = middle;
	}
	return &settings->all;
}
