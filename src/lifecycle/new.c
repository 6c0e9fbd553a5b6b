/* SPDX-License-Identifier: ISC */
#include "lifecycle/new.h"

#include "keys/domain.h"
#include "keys/org.h"
#include "lifecycle/audit_text.h"

enum status
lifecycle_new_place(const struct lifecycle_request *request, struct domain_key *key,
    const char **field, struct error *err)
{
	struct slice org = request->org.len > 0 ? request->org : SLICE_LITERAL(ORG_DEFAULT);
	enum domain_match match =
	    request->domain_match != 0 ? request->domain_match : MATCH_DOMAIN_ONLY;
	enum status status;

	*field = "org";
	status = org_check(org, key->org, err);
	if (status != STATUS_OK)
		return status;
	*field = "domain";
	status = domain_check(request->domain, key->set.domain, err);
	if (status != STATUS_OK)
		return status;
	*field = "domain_match";
	if (match < MATCH_DOMAIN_ONLY || match > MATCH_DOMAIN_AND_SUBDOMAINS)
		return error_set(err, STATUS_INVALID,
		    "domain_match is none of DomainOnly, SubdomainsOnly and DomainAndSubdomains");
	key->domain_match = match;
	return STATUS_OK;
}

void
lifecycle_new_begin(const struct lifecycle_request *request, int64_t now,
    const uint8_t id[ID_SIZE], struct domain_key *key)
{
	memcpy(key->id.bytes, id, ID_SIZE);
	memcpy(key->set.owner_org, key->org, sizeof(key->org));
	key->created_at = now;
	key->set.created_at = now;
	key->set.signing_slot = SLOT_PRIMARY;
	key->set.test_mode = request->test_mode;
}

/* What was taken already comes back as CONFLICT with the selector in words. */
static enum status
check_unused(struct store *store, const char *domain, const char *selector, struct error *err)
{
	enum status status = store_find_selector(store, domain, selector, err);

	if (status == STATUS_OK)
		return error_set(err, STATUS_CONFLICT,
		    "selector \"%s\" is used at %s already: choose another one", selector, domain);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

enum status
lifecycle_new_selector(struct store *store, struct slice text, struct key_set *set,
    enum slot slot, struct error *err)
{
	char *selector = set->slots[slot].selector;
	enum status status = selector_check(text, set->domain, selector, err);

	return status == STATUS_OK ? check_unused(store, set->domain, selector, err) : status;
}

enum status
lifecycle_new_slot(
    const struct lifecycle_generated *made, struct key_slot *slot, struct error *err)
{
	if (made->public_key_len == 0 || made->public_key_len > sizeof(slot->public_key) ||
	    made->sealed.len == 0 || made->sealed.len > sizeof(made->sealed.bytes))
		return error_set(err, STATUS_INVALID, "a generated key is empty or too long");
	slot->has_key = true;
	slot->handle = made->handle;
	memcpy(slot->public_key, made->public_key, made->public_key_len);
	slot->public_key_len = made->public_key_len;
	slot->dns.state = DNS_UNCHECKED;
	slot->publish.state = PUBLISH_IN_PROGRESS;
	return STATUS_OK;
}

enum status
lifecycle_new_set(struct store *store, const struct lifecycle_by *by,
    const struct lifecycle_generated keys[SLOT_COUNT], struct domain_key *key, struct error *err)
{
	struct store_sealed sealed[SLOT_COUNT];
	enum status status = STATUS_OK;

	for (int i = 0; i < SLOT_COUNT && status == STATUS_OK; i++) {
		status = lifecycle_new_slot(&keys[i], &key->set.slots[i], err);
		sealed[i] = keys[i].sealed;
	}
	return status == STATUS_OK
	    ? lifecycle_new_insert(store, by, "key create", key, sealed, err) : status;
}

enum status
lifecycle_new_insert(struct store *store, const struct lifecycle_by *by, const char *action,
    struct domain_key *key, const struct store_sealed sealed[SLOT_COUNT], struct error *err)
{
	enum status status = store_insert_set(store, &key->set, sealed, err);

	if (status == STATUS_OK)
		status = store_insert_key(store, key, err);
	if (status == STATUS_OK)
		status = audit_text_add(store, by, action, NULL, key, NULL, err);
	return status;
}
