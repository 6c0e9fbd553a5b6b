/* SPDX-License-Identifier: ISC */
#include "ctl/opendkim/plan.h"

#include <stdlib.h>

#include "keys/domain.h"

struct planning {
	struct source *source;
	const struct tables *tables;
	struct plan *plan;
};

static enum status
room(struct planning *p, size_t count, size_t size, void *ret_pointer)
{
	void *memory = arena_alloc(p->source->arena, (count + 1) * size);

	if (memory == NULL)
		return STATUS_NO_MEMORY;
	memset(memory, 0, (count + 1) * size);
	memcpy(ret_pointer, &memory, sizeof(memory));
	return STATUS_OK;
}

/* ---- which senders there are ---- */

static int
compare_names(const void *left, const void *right)
{
	return slice_compare(*(const struct slice *)left, *(const struct slice *)right);
}

static bool
has_key_of_sender(const struct signing_table *rules)
{
	for (size_t i = 0; i < rules->count; i++) {
		if (slice_equal(rules->rules[i].key_name, SLICE_LITERAL("%")))
			return true;
	}
	return false;
}

/* A key found by the sender's domain names that domain. */
static bool
is_sender_name(struct slice name)
{
	char domain[DOMAIN_MAX + 1];

	return domain_normalize(name, domain) == STATUS_OK &&
	    slice_equal(slice_from_text(domain), name);
}

static size_t
collect_names(const struct tables *tables, struct slice *names)
{
	bool has_names = has_key_of_sender(&tables->rules);
	size_t count = 0;

	names[count++] = SLICE_EMPTY;
	for (size_t i = 0; i < tables->rules.index_count; i++)
		names[count++] = tables->rules.index[i].domain;
	for (size_t i = 0; i < tables->keys.count; i++) {
		const struct signing_key *key = &tables->keys.keys[i];

		if (key->trouble == NULL && !signing_key_is_of_sender(key))
			names[count++] = key->domain;
		if (has_names && is_sender_name(key->name))
			names[count++] = key->name;
	}
	return count;
}

static size_t
sort_names(struct slice *names, size_t count)
{
	size_t kept = 0;

	qsort(names, count, sizeof(*names), compare_names);
	for (size_t i = 0; i < count; i++) {
		if (kept == 0 || !slice_equal(names[kept - 1], names[i]))
			names[kept++] = names[i];
	}
	return kept;
}

/* Two classes a name; there are no senders at "". */
static enum status
make_senders(struct planning *p)
{
	size_t max = 1 + p->tables->rules.index_count + 2 * p->tables->keys.count;
	struct plan *plan = p->plan;
	struct slice *names;
	size_t count;
	enum status status = room(p, max, sizeof(*names), &names);

	if (status != STATUS_OK)
		return status;
	count = sort_names(names, collect_names(p->tables, names));
	status = room(p, 2 * count, sizeof(*plan->senders), &plan->senders);
	for (size_t i = 0; i < count && status == STATUS_OK; i++) {
		if (names[i].len > 0)
			plan->senders[plan->sender_count++].domain = names[i];
		plan->senders[plan->sender_count].domain = names[i];
		plan->senders[plan->sender_count++].is_below = true;
	}
	return status;
}

/* ---- what opendkim signs ---- */

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

static bool
is_same(const struct signature *a, const struct signature *b)
{
	return a->key == b->key && slice_equal(a->domain, b->domain);
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

/* Of the rules that match the first, or with MultipleSignatures all. */
static enum status
sign(struct planning *p, struct senders *senders)
{
	struct rule *rules[SIGNING_TABLE_MATCH_MAX];
	size_t count =
	    signing_table_match(&p->tables->rules, senders->domain, senders->is_below, rules);
	enum status status =
	    room(p, count, sizeof(*senders->signatures), &senders->signatures);

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

/* ---- the keys of the senders' own domains ---- */

static bool
has_signature(const struct senders *senders, const struct signature *wanted)
{
	for (size_t i = 0; i < senders->count; i++) {
		if (is_same(&senders->signatures[i], wanted))
			return true;
	}
	return false;
}

/* The first of the signatures that the senders' own domain makes; signetd has room for no other. */
static const struct signature *
own_signature(const struct senders *senders)
{
	for (size_t i = 0; i < senders->count; i++) {
		if (slice_equal(senders->signatures[i].domain, senders->domain))
			return &senders->signatures[i];
	}
	return NULL;
}

static enum status
add_key(struct planning *p, const struct signature *signature, enum domain_match match)
{
	struct plan_key *key = &p->plan->keys[p->plan->key_count++];

	*key = (struct plan_key){ .key = signature->key, .domain = signature->domain };
	key->domain_match = match;
	signature->key->is_planned = true;
	key->path =
	    signing_key_path(p->source, signature->key, p->tables->base, signature->domain);
	return key->path != NULL ? STATUS_OK : STATUS_NO_MEMORY;
}

static enum status
add_own(struct planning *p, const struct senders *at, const struct senders *below)
{
	const struct signature *here = own_signature(at);
	const struct signature *there = own_signature(below);
	enum status status = STATUS_OK;

	if (here != NULL && has_signature(below, here))
		return add_key(p, here, MATCH_DOMAIN_AND_SUBDOMAINS);
	if (here != NULL)
		status = add_key(p, here, MATCH_DOMAIN_ONLY);
	if (there != NULL && status == STATUS_OK)
		status = add_key(p, there, MATCH_SUBDOMAINS_ONLY);
	return status;
}

static enum status
add_all_own(struct planning *p)
{
	struct plan *plan = p->plan;
	enum status status = STATUS_OK;

	for (size_t i = 0; i + 1 < plan->sender_count && status == STATUS_OK; i++) {
		if (!plan->senders[i].is_below)
			status = add_own(p, &plan->senders[i], &plan->senders[i + 1]);
	}
	return status;
}

/* ---- the keys that sign everybody's mail ---- */

static bool
is_at_or_below(struct slice domain, struct slice top)
{
	while (domain.len > top.len)
		domain = domain_parent(domain);
	return slice_equal(domain, top);
}

/* Has everybody whose mail is signed at all this signature? */
static bool
is_everybodys(const struct plan *plan, const struct signature *signature)
{
	for (size_t i = 0; i < plan->sender_count; i++) {
		const struct senders *senders = &plan->senders[i];

		if (senders->count > 0 && !has_signature(senders, signature))
			return false;
	}
	return true;
}

static bool
is_in_also(const struct plan *plan, const struct signature *signature)
{
	for (size_t i = 0; i < plan->also_count; i++) {
		if (slice_equal(plan->also_sign[i]->domain, signature->domain))
			return true;
	}
	return false;
}

/* The key at its own domain, whatever it matches there; NULL: none yet. */
static struct plan_key *
find_own(const struct plan *plan, struct slice domain)
{
	for (size_t i = 0; i < plan->key_count; i++) {
		if (slice_equal(plan->keys[i].domain, domain))
			return &plan->keys[i];
	}
	return NULL;
}

/* also_sign takes what signs mail from that very domain: it must be this key. */
static enum status
find_or_add(struct planning *p, const struct signature *signature)
{
	struct plan *plan = p->plan;
	struct plan_key *found = find_own(plan, signature->domain);
	enum status status = STATUS_OK;

	if (found != NULL && found->key != signature->key)
		return STATUS_OK;
	if (found != NULL && found->domain_match == MATCH_SUBDOMAINS_ONLY)
		found->domain_match = MATCH_DOMAIN_AND_SUBDOMAINS;
	if (found == NULL) {
		found = &plan->keys[plan->key_count];
		status = add_key(p, signature, MATCH_DOMAIN_ONLY);
	}
	if (status == STATUS_OK)
		plan->also_sign[plan->also_count++] = found;
	return status;
}

static enum status
add_also(struct planning *p, const struct senders *senders)
{
	enum status status = STATUS_OK;

	for (size_t i = 0; i < senders->count && status == STATUS_OK; i++) {
		const struct signature *signature = &senders->signatures[i];

		if (p->plan->also_count < PLAN_ALSO_MAX &&
		    !is_at_or_below(senders->domain, signature->domain) &&
		    !is_in_also(p->plan, signature) && is_everybodys(p->plan, signature))
			status = find_or_add(p, signature);
	}
	return status;
}

/* Senders whom no rule names come first: what signs their mail may sign alone. */
static enum status
add_all_also(struct planning *p)
{
	struct plan *plan = p->plan;
	enum status status = STATUS_OK;

	for (size_t i = 0; i < plan->sender_count && status == STATUS_OK; i++)
		status = add_also(p, &plan->senders[i]);
	plan->has_fallback = plan->also_count > 0 && plan->senders[0].count > 0;
	return status;
}

/* ---- what signetd would sign ---- */

static size_t
find_keys(const struct plan *plan, struct slice domain)
{
	size_t low = 0;
	size_t high = plan->key_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (slice_compare(plan->keys[middle].domain, domain) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The plan is the source of match_find: the id of an entry is the index of its key. */
static enum status
find_entries(void *context, struct slice org, struct slice domain, struct match_list *ret_list)
{
	const struct plan *plan = context;
	size_t first = find_keys(plan, domain);
	struct match_list list = { .count = 0 };

	(void)org;
	for (size_t i = first; i < plan->key_count && slice_equal(plan->keys[i].domain, domain); i++) {
		struct match_entry *entry = &list.entries[list.count++];

		entry->algorithm = ALGORITHM_RSA_SHA256;
		entry->domain_match = plan->keys[i].domain_match;
		memcpy(entry->id.bytes, &i, sizeof(i));
	}
	*ret_list = list;
	return list.count > 0 ? STATUS_OK : STATUS_NOT_FOUND;
}

static const struct plan_key *
key_of(const struct plan *plan, const struct match_choice *choice)
{
	size_t index;

	memcpy(&index, choice->entry.id.bytes, sizeof(index));
	return &plan->keys[index];
}

/* A sender of the class: below a domain, one whom nobody names. */
static bool
name_sender(const struct senders *senders, char ret_name[DOMAIN_MAX + 1])
{
	static const char below[] = "_.";
	size_t before = senders->is_below ? sizeof(below) - 1 : 0;

	if (before + senders->domain.len > DOMAIN_MAX || senders->domain.len == 0)
		return false;
	memcpy(ret_name, below, before);
	memcpy(ret_name + before, senders->domain.ptr, senders->domain.len);
	ret_name[before + senders->domain.len] = '\0';
	return true;
}

static const struct plan_key *
own_key(const struct plan *plan, const struct senders *senders)
{
	struct match_source source = { find_entries, (void *)(uintptr_t)plan };
	struct match_choices choices;
	char name[DOMAIN_MAX + 1];

	if (!name_sender(senders, name))
		return NULL;
	if (match_find(&source, SLICE_EMPTY, slice_from_text(name), &choices) != STATUS_OK)
		return NULL;
	return key_of(plan, &choices.choices[0]);
}

size_t
plan_sign(const struct plan *plan, const struct senders *senders,
    const struct plan_key *ret_keys[1 + PLAN_ALSO_MAX])
{
	const struct plan_key *own = own_key(plan, senders);
	size_t count = 0;

	if (own != NULL)
		ret_keys[count++] = own;
	for (size_t i = 0; i < plan->also_count && (own != NULL || plan->has_fallback); i++) {
		if (plan->also_sign[i] != own)
			ret_keys[count++] = plan->also_sign[i];
	}
	return count;
}

/* d= and s= are what a verifier sees: of two lines of the KeyTable they may be the same. */
static bool
is_signed(const struct senders *senders, const struct plan_key *key)
{
	for (size_t i = 0; i < senders->count; i++) {
		const struct signature *signature = &senders->signatures[i];

		if (slice_equal(signature->domain, key->domain) &&
		    slice_equal_nocase(signature->key->selector, key->key->selector))
			return true;
	}
	return false;
}

bool
plan_is_same(const struct plan *plan, const struct senders *senders)
{
	const struct plan_key *keys[1 + PLAN_ALSO_MAX];
	size_t count = plan_sign(plan, senders, keys);

	if (senders->is_put_off)
		return count == 0;
	if (senders->is_lost || senders->is_unbounded || count != senders->count)
		return false;
	for (size_t i = 0; i < count; i++) {
		if (!is_signed(senders, keys[i]))
			return false;
	}
	return true;
}

/* ---- all of it ---- */

static int
compare_keys(const void *left, const void *right)
{
	const struct plan_key *a = left;
	const struct plan_key *b = right;
	int order = slice_compare(a->domain, b->domain);

	return order != 0 ? order : (int)a->domain_match - (int)b->domain_match;
}

/* also_sign points into the keys, which have to be sorted first. */
static enum status
add_keys(struct planning *p)
{
	struct plan *plan = p->plan;
	enum status status =
	    room(p, plan->sender_count + PLAN_ALSO_MAX, sizeof(*plan->keys), &plan->keys);

	if (status == STATUS_OK)
		status = add_all_own(p);
	if (status == STATUS_OK)
		status = add_all_also(p);
	return status;
}

static void
sort_keys(struct plan *plan)
{
	struct plan_key also[PLAN_ALSO_MAX];

	for (size_t i = 0; i < plan->also_count; i++)
		also[i] = *plan->also_sign[i];
	qsort(plan->keys, plan->key_count, sizeof(*plan->keys), compare_keys);
	for (size_t i = 0; i < plan->also_count; i++) {
		for (size_t k = find_keys(plan, also[i].domain); k < plan->key_count; k++) {
			if (plan->keys[k].key == also[i].key)
				plan->also_sign[i] = &plan->keys[k];
			if (plan->keys[k].key == also[i].key)
				break;
		}
	}
}

static void
mark_differences(const struct plan *plan)
{
	for (size_t i = 0; i < plan->sender_count; i++) {
		const struct senders *senders = &plan->senders[i];
		bool differs = !plan_is_same(plan, senders);

		for (size_t k = 0; k < senders->count; k++)
			senders->signatures[k].rule->differs |= differs;
	}
}

enum status
plan_make(struct source *source, const struct tables *tables, struct plan *ret_plan)
{
	struct plan plan = { .sender_count = 0 };
	struct planning p = { source, tables, &plan };
	enum status status = make_senders(&p);

	for (size_t i = 0; i < plan.sender_count && status == STATUS_OK; i++)
		status = sign(&p, &plan.senders[i]);
	if (status == STATUS_OK)
		status = add_keys(&p);
	if (status != STATUS_OK)
		return status;
	sort_keys(&plan);
	mark_differences(&plan);
	*ret_plan = plan;
	return STATUS_OK;
}
