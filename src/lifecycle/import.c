/* SPDX-License-Identifier: ISC */
/* A key that signed elsewhere before: prepare, import. */
#include "lifecycle/lifecycle.h"

#include "lifecycle/new.h"

static enum status
take_given_selector(struct store *store, const struct lifecycle_request *request,
    struct key_set *set, const char **field, struct error *err)
{
	struct slice text = request->selectors[SLOT_PRIMARY];

	*field = "selector";
	if (text.len == 0)
		return error_set(err, STATUS_INVALID,
		    "selector is missing: the name under which the public key is published already");
	return lifecycle_new_selector(store, text, set, SLOT_PRIMARY, err);
}

enum status
lifecycle_prepare_import(struct store *store, const struct lifecycle_request *request,
    int64_t now, const uint8_t random[ID_SIZE], struct domain_key *ret_key,
    const char **ret_field, struct error *err)
{
	struct domain_key key = { 0 };
	const char *field = NULL;
	enum status status = lifecycle_new_place(request, &key, &field, err);

	if (status == STATUS_OK)
		status = take_given_selector(store, request, &key.set, &field, err);
	if (status != STATUS_OK) {
		if (ret_field != NULL)
			*ret_field = field;
		return status;
	}
	lifecycle_new_begin(request, now, random, &key);
	key.set.publication = PUBLICATION_DIRECT;
	key.set.publish_state = PUBLISH_IN_PROGRESS;
	*ret_key = key;
	return STATUS_OK;
}

/* Imported twice it would sign twice, and revoking the one would not revoke the other. */
static enum status
check_new(struct store *store, const struct key_set *set, struct error *err)
{
	const struct key_slot *slot = &set->slots[SLOT_PRIMARY];
	char selector[SELECTOR_MAX + 1];
	enum status status = store_find_public_key(
	    store, set->domain, slot->public_key, slot->public_key_len, selector, err);

	if (status == STATUS_OK)
		return error_set(err, STATUS_CONFLICT, "%s has this key already, with selector \"%s\"",
		    set->domain, selector);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

enum status
lifecycle_import(struct store *store, const struct lifecycle_by *by,
    const struct lifecycle_generated *made, struct domain_key *key, struct error *err)
{
	struct store_sealed sealed[SLOT_COUNT] = { [SLOT_PRIMARY] = made->sealed };
	struct domain_key created = *key;
	enum status status = lifecycle_new_slot(made, &created.set.slots[SLOT_PRIMARY], err);

	if (status == STATUS_OK)
		status = store_begin(store, err);
	if (status != STATUS_OK)
		return status;
	status = check_new(store, &created.set, err);
	if (status == STATUS_OK)
		status = lifecycle_new_insert(store, by, "key import", &created, sealed, err);
	if (status == STATUS_OK)
		status = store_commit(store, err);
	if (status == STATUS_OK)
		*key = created;
	store_rollback(store);
	return status;
}
