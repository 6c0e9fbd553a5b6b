/* SPDX-License-Identifier: ISC */
#include "ctl/opendkim/planning.h"

static bool
is_same(const struct signature *a, const struct signature *b)
{
	return a->key == b->key && slice_equal(a->domain, b->domain);
}

bool
signature_is_among(const struct senders *senders, const struct signature *wanted)
{
	for (size_t i = 0; i < senders->count; i++) {
		if (is_same(&senders->signatures[i], wanted))
			return true;
	}
	return false;
}

/* d= and the name of a key may be the sender's domain; below a domain nobody wrote it down. */
static bool
resolve(const struct tables *tables, struct rule *rule, struct senders *senders,
    struct signature *signature)
{
	bool is_named = slice_equal(rule->key_name, SLICE_LITERAL("%"));
	struct signing_key *key;

	if (is_named && senders->is_below)
		key = NULL;
	else
		key = key_table_find(&tables->keys, is_named ? senders->domain : rule->key_name);
	if (key == NULL) {
		senders->is_put_off = true;
		return false;
	}
	key->is_used = true;
	senders->is_lost |= key->trouble != NULL;
	senders->is_unbounded |= signing_key_is_of_sender(key) && senders->is_below;
	if (senders->is_lost || senders->is_unbounded)
		return false;
	*signature = (struct signature){ key, rule,
		signing_key_is_of_sender(key) ? senders->domain : key->domain };
	return true;
}

/*
 * Of more than two lines that match, opendkim (2.11 and before) signs by the
 * first and the last: it loses those in between. Signing twice by one key is
 * signing once.
 */
static void
keep_ends(struct senders *senders)
{
	struct signature *signatures = senders->signatures;

	if (senders->count > 1) {
		signatures[1] = signatures[senders->count - 1];
		senders->count = is_same(&signatures[0], &signatures[1]) ? 1 : 2;
	}
	for (size_t i = 0; i < senders->count; i++)
		signatures[i].rule->is_used = true;
}

static void
sign_by(struct planning *p, struct rule *rule, struct senders *senders)
{
	if (resolve(p->tables, rule, senders, &senders->signatures[senders->count])) {
		senders->count++;
		return;
	}
	rule->is_used = true;
	if (senders->is_put_off)
		rule->lacks_key = true;
	else
		rule->differs = true;
}

enum status
planning_sign_as_opendkim(struct planning *p, struct senders *senders)
{
	struct rule *rules[SIGNING_TABLE_MATCH_MAX];
	size_t count =
	    signing_table_match(&p->tables->rules, senders->domain, senders->is_below, rules);
	enum status status =
	    planning_room(p, count, sizeof(*senders->signatures), &senders->signatures);

	if (!p->tables->has_multiple && count > 1)
		count = 1;
	for (size_t i = 0; i < count && status == STATUS_OK && !senders->is_put_off; i++)
		sign_by(p, rules[i], senders);
	if (senders->is_put_off)
		senders->count = 0;
	if (status == STATUS_OK)
		keep_ends(senders);
	return status;
}
