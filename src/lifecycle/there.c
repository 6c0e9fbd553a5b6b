/* SPDX-License-Identifier: ISC */
#include "lifecycle/there.h"

#include "lifecycle/new.h"

/* ---- looking ---- */

/* What is looked for, and the best of what was seen. */
struct search {
	const struct domain_key *wanted; /* selectors that are not named are empty */
	int64_t set_number;              /* 0: any set of the algorithm */
	struct domain_key best;
	bool has_best;
};

static bool
has_selectors(const struct key_set *set, const struct key_set *wanted)
{
	for (int i = 0; i < SLOT_COUNT; i++) {
		const char *selector = wanted->slots[i].selector;

		if (selector[0] != '\0' && strcmp(selector, set->slots[i].selector) != 0)
			return false;
	}
	return true;
}

/* Deleted, or its signing key revoked: it never signs again, and who wants a key is to make another. */
static bool
is_at_its_end(const struct key_set *set)
{
	return set->is_retiring || set->slots[set->signing_slot].is_revoked;
}

static bool
is_wanted(const struct search *search, const struct domain_key *key)
{
	const struct domain_key *wanted = search->wanted;

	if (key->domain_match != wanted->domain_match)
		return false;
	if (search->set_number != 0)
		return key->set.number == search->set_number;
	return !is_at_its_end(&key->set) && key->set.algorithm == wanted->set.algorithm &&
	    has_selectors(&key->set, &wanted->set);
}

static bool
is_better(const struct domain_key *key, const struct domain_key *best)
{
	if (key->is_active != best->is_active)
		return key->is_active;
	return key->created_at > best->created_at;
}

static enum status
look(void *context, const struct domain_key *key)
{
	struct search *search = context;

	if (!is_wanted(search, key) || (search->has_best && !is_better(key, &search->best)))
		return STATUS_OK;
	search->best = *key;
	search->has_best = true;
	return STATUS_OK;
}

static enum status
run_search(struct store *store, struct search *search, struct domain_key *ret_key,
    struct error *err)
{
	struct store_filter filter = { .org = search->wanted->org, .domain = search->wanted->set.domain };
	enum status status = store_list_keys(store, &filter, look, search, err);

	if (status == STATUS_OK && !search->has_best)
		return STATUS_NOT_FOUND;
	if (status == STATUS_OK)
		*ret_key = search->best;
	return status;
}

static enum status
take_selectors(const struct lifecycle_request *request, struct domain_key *wanted,
    const char **field, struct error *err)
{
	static const char *const fields[SLOT_COUNT] = { "selector", "alternate_selector" };
	enum status status = STATUS_OK;

	for (int i = 0; i < SLOT_COUNT && status == STATUS_OK; i++) {
		*field = fields[i];
		if (request->selectors[i].len > 0)
			status = selector_check(request->selectors[i], wanted->set.domain,
			    wanted->set.slots[i].selector, err);
	}
	return status;
}

enum status
lifecycle_there_find(struct store *store, const struct lifecycle_request *request,
    struct domain_key *ret_key, const char **ret_field, struct error *err)
{
	struct domain_key wanted = { 0 };
	struct search search = { .wanted = &wanted };
	const char *field = NULL;
	enum status status = lifecycle_new_place(request, &wanted, &field, err);

	wanted.set.algorithm = request->algorithm != 0 ? request->algorithm : ALGORITHM_RSA_SHA256;
	if (status == STATUS_OK)
		status = take_selectors(request, &wanted, &field, err);
	if (status == STATUS_OK)
		return run_search(store, &search, ret_key, err);
	if (ret_field != NULL)
		*ret_field = field;
	return status;
}

/* ---- or making ---- */

enum status
lifecycle_there_or_create(struct store *store, const struct lifecycle_by *by,
    const struct lifecycle_request *request, const struct lifecycle_generated keys[SLOT_COUNT],
    struct domain_key *key, bool *ret_was_there, struct error *err)
{
	struct domain_key found = *key;
	bool was_there = true;
	enum status status = store_begin(store, err);

	if (status != STATUS_OK)
		return status;
	status = lifecycle_there_find(store, request, &found, NULL, err);
	if (status == STATUS_NOT_FOUND) {
		was_there = false;
		status = lifecycle_new_set(store, by, keys, &found, err);
		if (status == STATUS_OK)
			status = store_commit(store, err);
	}
	store_rollback(store);
	if (status != STATUS_OK)
		return status;
	*key = found;
	*ret_was_there = was_there;
	return status;
}

/* The record that is in the way of another like it. */
static enum status
find_joined(struct store *store, const struct lifecycle_request *request,
    const struct handle *handle, struct domain_key *ret_key, struct error *err)
{
	struct domain_key wanted = { 0 };
	struct search search = { .wanted = &wanted };
	const char *field = NULL;
	enum slot slot = SLOT_PRIMARY;
	enum status status = lifecycle_new_place(request, &wanted, &field, err);

	if (status == STATUS_OK)
		status = store_find_set_by_handle(store, handle, &wanted.set, &slot, err);
	if (status != STATUS_OK)
		return status;
	search.set_number = wanted.set.number;
	return run_search(store, &search, ret_key, err);
}

enum status
lifecycle_there_or_join(struct store *store, const struct lifecycle_by *by,
    const struct lifecycle_request *request, const struct handle *handle,
    const uint8_t random[ID_SIZE], struct domain_key *ret_key, bool *ret_was_there,
    struct error *err)
{
	enum status status = lifecycle_join(store, by, request, handle, random, ret_key, err);

	if (status == STATUS_OK)
		*ret_was_there = false;
	if (status != STATUS_CONFLICT ||
	    find_joined(store, request, handle, ret_key, NULL) != STATUS_OK)
		return status;
	*ret_was_there = true;
	return STATUS_OK;
}
