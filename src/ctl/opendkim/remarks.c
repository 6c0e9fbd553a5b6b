/* SPDX-License-Identifier: ISC */
#include "ctl/opendkim/remarks.h"

/* ---- the KeyTable ---- */

/* A key that the configuration names itself is told of only where it fails. */
static void
report_key(const struct signing_key *key, bool is_line, struct report *report)
{
	if (key->trouble != NULL)
		report_put(report, key->place, key->name, FATE_LOST, "%s", key->trouble);
	else if (!is_line)
		return;
	else if (!key->is_used)
		report_put(report, key->place, key->name, FATE_NOT_NEEDED,
		    "no line of the SigningTable uses it");
	else if (!key->is_planned)
		report_put(report, key->place, key->name, FATE_LOST,
		    "signetd has no use for it: see the senders that differ");
	else
		report_put(report, key->place, key->name, FATE_CARRIED, "see the keys");
}

/* ---- the SigningTable ---- */

/* Why a line is not all there; NULL: it is. */
static const char *
loss_of(const struct tables *tables, const struct rule *rule)
{
	bool is_named = slice_equal(rule->key_name, SLICE_LITERAL("%"));
	const struct signing_key *key = key_table_find(&tables->keys, rule->key_name);

	if (rule->pattern.kind > PATTERN_ENDING)
		return pattern_remark(rule->pattern.kind, tables->rules.is_glob);
	if (!rule->is_used)
		return "opendkim never signs by it: other lines come first";
	if (!is_named && key == NULL)
		return "the KeyTable has no such key: opendkim puts this mail off";
	if (rule->differs)
		return "not for all of its senders: see those that differ";
	return NULL;
}

static enum fate
fate_of(const struct rule *rule)
{
	bool is_for_nobody = rule->pattern.kind == PATTERN_NEVER ||
	    (rule->pattern.kind <= PATTERN_ENDING && !rule->is_used);

	return is_for_nobody ? FATE_NOT_NEEDED : FATE_LOST;
}

/* Without an @ opendkim makes no signature, and lets the mail pass. */
static const char *
identity_remark(const struct rule *rule)
{
	if (rule->identity.len == 0)
		return "";
	if (slice_find(rule->identity, '@') == rule->identity.len)
		return "; signetd signs this mail, opendkim did not: its i= has no @";
	return "; there is no i=";
}

/* What is to be known of a line that is carried over. */
static void
report_carried(const struct tables *tables, const struct rule *rule, struct report *report)
{
	const char *remark = pattern_remark(rule->pattern.kind, tables->rules.is_glob);

	report_put(report, rule->place, rule->text, FATE_CARRIED, "by the key \"%.*s\"%s%s%s%s",
	    SLICE_PRINT(slice_first(rule->key_name, 256)), remark != NULL ? "; " : "",
	    remark != NULL ? remark : "", identity_remark(rule),
	    rule->lacks_key ? "; what opendkim puts off for want of a key, signetd does not sign" : "");
}

static void
report_rule(const struct tables *tables, const struct rule *rule, struct report *report)
{
	const char *loss = loss_of(tables, rule);

	if (loss != NULL)
		report_put(report, rule->place, rule->text, fate_of(rule), "%s", loss);
	else
		report_carried(tables, rule, report);
}

void
remarks_report(const struct tables *tables, bool has_key_table, struct report *report)
{
	for (size_t i = 0; i < tables->keys.count; i++)
		report_key(&tables->keys.keys[i], has_key_table, report);
	for (size_t i = 0; i < tables->rules.count; i++)
		report_rule(tables, &tables->rules.rules[i], report);
}

/* ---- senders that differ ---- */

void
remarks_put_senders(const struct senders *senders, struct buf *out)
{
	if (senders->domain.len == 0) {
		buf_put_text(out, "all other senders");
		return;
	}
	buf_put_text(out, senders->is_below ? "senders below " : "senders at ");
	buf_put(out, senders->domain);
}

static void
put_signature(struct slice domain, struct slice selector, size_t index, struct buf *out)
{
	buf_put_text(out, index > 0 ? " and d=" : "d=");
	buf_put(out, domain);
	buf_put_text(out, " s=");
	buf_put(out, selector);
}

void
remarks_put_opendkim(const struct senders *senders, struct buf *out)
{
	for (size_t i = 0; i < senders->count; i++)
		put_signature(senders->signatures[i].domain, senders->signatures[i].key->selector, i, out);
	if (senders->is_put_off)
		buf_put_text(out, "puts it off");
	else if (senders->is_unbounded)
		buf_put_text(out, "each by his own domain");
	else if (senders->is_lost)
		buf_put_text(out, "by a key that cannot be carried over");
	else if (senders->count == 0)
		buf_put_text(out, "nothing");
}

void
remarks_put_signetd(const struct plan *plan, const struct senders *senders, struct buf *out)
{
	const struct plan_key *keys[1 + PLAN_ALSO_MAX];
	size_t count = plan_sign(plan, senders, keys);

	for (size_t i = 0; i < count; i++)
		put_signature(keys[i]->domain, keys[i]->key->selector, i, out);
	if (count == 0)
		buf_put_text(out, "nothing");
}
