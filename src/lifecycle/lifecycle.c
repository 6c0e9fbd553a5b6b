/* SPDX-License-Identifier: ISC */
/* A key that exists: deactivate, look. Activating it is activate.c, deleting delete.c. */
#include "lifecycle/lifecycle.h"

#include "keys/domain.h"
#include "keys/org.h"
#include "lifecycle/audit_text.h"
#include "lifecycle/find.h"

/* ---- looking ---- */

enum status
lifecycle_find_id(struct store *store, const struct key_id *id, struct domain_key *ret_key,
    struct error *err)
{
	char text[ID_TEXT_SIZE];
	enum status status = store_find_key(store, id, ret_key, err);

	if (status != STATUS_NOT_FOUND)
		return status;
	key_id_print(id, text);
	return error_set(err, status, "there is no key %s", text);
}

static enum status
note_owner(void *context, const struct domain_key *key)
{
	bool *is_here = context;

	(void)key;
	*is_here = true;
	return STATUS_OK;
}

enum status
lifecycle_check_owner(struct store *store, const struct domain_key *key, struct error *err)
{
	struct store_filter owners = { .org = key->set.owner_org, .set_number = key->set.number, .limit = 1 };
	bool is_here = false;
	enum status status = STATUS_OK;

	if (strcmp(key->org, key->set.owner_org) != 0)
		status = store_list_keys(store, &owners, note_owner, &is_here, err);
	if (status != STATUS_OK || !is_here)
		return status;
	return error_set(err, STATUS_REFUSED,
	    "the key set belongs to organization %s, which alone rotates and revokes it and changes "
	    "its test mode",
	    key->set.owner_org);
}

static enum status
parse_id(struct slice text, struct key_id *ret_id, struct error *err)
{
	if (key_id_parse(text, ret_id) == STATUS_OK)
		return STATUS_OK;
	/* who gives a handle by mistake must not find it in a log */
	if (slice_starts_with(text, SLICE_LITERAL("sk_")))
		return error_set(err, STATUS_INVALID,
		    "a key is named by its id (\"dk_…\"), not by a private_key handle");
	return error_set(err, STATUS_INVALID,
	    "\"%.*s\" is not the id of a key: \"dk_\" and 32 hex digits are wanted",
	    SLICE_PRINT(domain_quote(text)));
}

enum status
lifecycle_find(
    struct store *store, struct slice id, struct domain_key *ret_key, struct error *err)
{
	struct key_id parsed = { 0 };
	enum status status = parse_id(id, &parsed, err);

	return status == STATUS_OK ? lifecycle_find_id(store, &parsed, ret_key, err) : status;
}

enum status
lifecycle_list(struct store *store, const struct lifecycle_list *list, store_key_visitor *visit,
    void *context, struct error *err)
{
	char org[ORG_MAX + 1] = "";
	char domain[DOMAIN_MAX + 1] = "";
	struct key_id after = { 0 };
	struct store_filter filter = {
		.org = list->org.len > 0 ? org : NULL,
		.domain = list->domain.len > 0 ? domain : NULL,
		.only_active = list->only_active,
		.after = list->after.len > 0 ? &after : NULL,
		.limit = list->limit,
	};
	enum status status = STATUS_OK;

	if (filter.org != NULL)
		status = org_check(list->org, org, err);
	if (status == STATUS_OK && filter.domain != NULL)
		status = domain_check(list->domain, domain, err);
	if (status == STATUS_OK && filter.after != NULL)
		status = parse_id(list->after, &after, err);
	if (status != STATUS_OK)
		return status;
	return store_list_keys(store, &filter, visit, context, err);
}

/* ---- deactivate ---- */

static enum status
deactivate(struct store *store, const struct lifecycle_by *by, const struct key_id *id,
    struct domain_key *ret_key, struct error *err)
{
	struct domain_key before = { 0 };
	struct domain_key after;
	enum status status = lifecycle_find_id(store, id, &before, err);

	if (status != STATUS_OK)
		return status;
	after = before;
	if (before.is_active) {
		after.is_active = false;
		after.deactivated_at = by->now;
		status = store_update_key(store, &after, err);
		if (status == STATUS_OK)
			status = audit_text_add(
			    store, by, "key deactivate", &before, &after, NULL, err);
	}
	if (status == STATUS_OK)
		*ret_key = after;
	return status;
}

enum status
lifecycle_deactivate(struct store *store, const struct lifecycle_by *by, const struct key_id *id,
    struct domain_key *ret_key, struct error *err)
{
	struct domain_key key = { 0 };
	enum status status = store_begin(store, err);

	if (status != STATUS_OK)
		return status;
	status = deactivate(store, by, id, &key, err);
	if (status == STATUS_OK)
		status = store_commit(store, err);
	if (status == STATUS_OK)
		*ret_key = key;
	store_rollback(store);
	return status;
}
