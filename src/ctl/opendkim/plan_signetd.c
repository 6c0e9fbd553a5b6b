/* SPDX-License-Identifier: ISC */
#include "ctl/opendkim/planning.h"

#include "keys/domain.h"

size_t
plan_find_keys(const struct plan *plan, struct slice domain)
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
	size_t first = plan_find_keys(plan, domain);
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
