/* SPDX-License-Identifier: ISC */
#include "verdict/text_fault.h"

#include "verdict/text_candidate.h"

static bool
is_too_long(const struct text_candidate *c, struct text_fault *fault)
{
	if (!c->is_cut)
		return false;
	SENTENCE_SET(fault->phrase, "is longer than %zu octets", c->text.len);
	return true;
}

static bool
is_empty(const struct text_candidate *c, struct text_fault *fault)
{
	if (slice_trim(c->text).len > 0)
		return false;
	SENTENCE_SET(fault->phrase, "is empty");
	return true;
}

/* Records that have a name of their own elsewhere. */
static const struct {
	struct slice start;
	const char *what;
} kinds[] = {
	{ { "v=spf1", 6 }, "an SPF record" },
	{ { "v=DMARC1", 8 }, "a DMARC record" },
	{ { "v=STSv1", 7 }, "an MTA-STS record" },
	{ { "v=TLSRPTv1", 10 }, "a TLS reporting record" },
	{ { "v=BIMI1", 7 }, "a BIMI record" },
};

static bool
is_other_kind(const struct text_candidate *c, struct text_fault *fault)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (!slice_equal_nocase(slice_first(c->text, kinds[i].start.len), kinds[i].start))
			continue;
		SENTENCE_SET(fault->phrase, "is %s, not a DKIM key: \"%s\"", kinds[i].what,
		    sentence_value(c->text).text);
		return true;
	}
	return false;
}

/* Whatever else the parser refuses: what no rule before has words for. */
static bool
is_unreadable(const struct text_candidate *c, struct text_fault *fault)
{
	if (c->fault == KEY_RECORD_FAULT_NONE)
		return false;
	SENTENCE_SET(fault->phrase, "is no key record: %s",
	    sentence_value(slice_from_text(c->err.text)).text);
	return true;
}

static const struct text_rule whole_rules[] = {
	{ is_too_long, DNS_CODE_BAD_SYNTAX, TEXT_ADVICE_ONLY },
	{ is_empty, DNS_CODE_BAD_SYNTAX, "enter the text of the record" },
	{ is_other_kind, DNS_CODE_BAD_SYNTAX, "move it to its own name, and publish the DKIM key here" },
	{ NULL, DNS_CODE_NONE, NULL },
};

static const struct text_rule last_rules[] = {
	{ is_unreadable, DNS_CODE_BAD_SYNTAX, TEXT_ADVICE_AGAIN },
	{ NULL, DNS_CODE_NONE, NULL },
};

static const struct text_rule *const tables[] = {
	whole_rules,
	text_octet_rules,
	text_tag_rules,
	text_key_rules,
	last_rules,
};

/* Asks one table; false when no rule of it holds. */
static bool
ask(const struct text_rule *rules, const struct text_candidate *c, struct text_fault *fault)
{
	for (const struct text_rule *rule = rules; rule->holds != NULL; rule++) {
		if (!rule->holds(c, fault))
			continue;
		if (rule->code != DNS_CODE_NONE) {
			fault->code = rule->code;
			fault->advice = rule->advice;
		}
		return true;
	}
	return false;
}

void
text_fault_find(struct slice text, bool is_cut, struct key_record *ret_record,
    struct text_fault *ret_fault)
{
	struct text_candidate c = { .text = text, .is_cut = is_cut };
	bool is_faulty = false;

	*ret_fault = (struct text_fault){ .code = DNS_CODE_NONE, .advice = "" };
	c.is_list = tag_list_parse(text, &c.list) == STATUS_OK;
	key_seen_find(text, &c.key);
	(void)key_record_diagnose(text, &c.record, &c.fault, &c.err);
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]) && !is_faulty; i++)
		is_faulty = ask(tables[i], &c, ret_fault);
	if (!is_faulty)
		*ret_record = c.record;
}
