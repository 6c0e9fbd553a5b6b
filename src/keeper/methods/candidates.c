/* SPDX-License-Identifier: ISC */
#include "keeper/methods/candidates.h"

#include <stdlib.h>
#include <string.h>

#include "keys/domain.h"

#define FIRST_CAPACITY 16

struct search {
	struct candidates found;
	bool wants_active; /* these, or the others */
	size_t idle;       /* of the others, at this domain */
};

static enum status
grow(struct candidates *candidates)
{
	size_t capacity = candidates->capacity > 0 ? 2 * candidates->capacity : FIRST_CAPACITY;
	struct candidate *keys =
	    reallocarray(candidates->keys, capacity, sizeof(*candidates->keys));

	if (keys == NULL)
		return STATUS_NO_MEMORY;
	candidates->keys = keys;
	candidates->capacity = capacity;
	return STATUS_OK;
}

static enum status
add(struct candidates *candidates, const struct domain_key *key)
{
	const struct key_slot *slot = &key->set.slots[key->set.signing_slot];
	enum status status = STATUS_OK;
	struct candidate *candidate;

	if (candidates->count == candidates->capacity)
		status = grow(candidates);
	if (status != STATUS_OK)
		return status;
	candidate = &candidates->keys[candidates->count++];
	*candidate = (struct candidate){ .id = key->id, .algorithm = key->set.algorithm,
		.domain_match = key->domain_match, .is_active = key->is_active };
	memcpy(candidate->domain, key->set.domain, sizeof(candidate->domain));
	memcpy(candidate->selector, slot->selector, sizeof(candidate->selector));
	return STATUS_OK;
}

/* STATUS_TOO_LARGE ends the list: enough. */
static enum status
take(void *context, const struct domain_key *key)
{
	struct search *search = context;

	if (key->is_active != search->wants_active)
		return STATUS_OK;
	if (!key->is_active && search->idle++ == CANDIDATES_IDLE_MAX) {
		search->found.is_cut = true;
		return STATUS_TOO_LARGE;
	}
	return add(&search->found, key);
}

static enum status
list_at(struct store *store, struct search *search, const struct store_filter *filter,
    struct error *err)
{
	enum status status = store_list_keys(store, filter, take, search, err);

	return status == STATUS_TOO_LARGE ? STATUS_OK : status;
}

static enum status
find_at(struct store *store, struct search *search, const char *org, const char *domain,
    struct error *err)
{
	struct store_filter filter = { .org = org, .domain = domain, .only_active = true };
	enum status status;

	search->wants_active = true;
	status = list_at(store, search, &filter, err);
	search->wants_active = false;
	search->idle = 0;
	filter.only_active = false;
	return status == STATUS_OK ? list_at(store, search, &filter, err) : status;
}

enum status
candidates_find(struct store *store, const char *org, const char *sender,
    struct candidates *ret_candidates, struct error *err)
{
	struct search search = { .idle = 0 };
	struct slice domain = slice_from_text(sender);
	struct store_above above;
	enum status status = store_keys_above(store, org, sender, &above, err);

	for (; domain.len > 0 && status == STATUS_OK; domain = domain_parent(domain)) {
		/* a tail of a NUL-terminated text is one */
		if (above.has_keys[domain.len])
			status = find_at(store, &search, org, domain.ptr, err);
	}
	if (status == STATUS_OK)
		*ret_candidates = search.found;
	else
		candidates_free(&search.found);
	return status;
}

void
candidates_free(struct candidates *candidates)
{
	free(candidates->keys);
	*candidates = (struct candidates){ 0 };
}
