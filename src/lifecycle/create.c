/* SPDX-License-Identifier: ISC */
/* Before a key signs: prepare, create, join. */
#include "lifecycle/lifecycle.h"

#include "keys/key_size.h"
#include "lifecycle/audit_text.h"
#include "lifecycle/find.h"
#include "lifecycle/new.h"

/* The names of the record's fields, for *ret_field. */
static const char *const selector_fields[SLOT_COUNT] = { "selector", "alternate_selector" };

static enum status
take_algorithm(const struct lifecycle_request *request, struct key_set *set, const char **field,
    struct error *err)
{
	set->algorithm = request->algorithm != 0 ? request->algorithm : ALGORITHM_RSA_SHA256;
	*field = "algorithm";
	if (set->algorithm != ALGORITHM_RSA_SHA256 && set->algorithm != ALGORITHM_ED25519_SHA256)
		return error_set(
		    err, STATUS_INVALID, "the algorithm is none of rsa-sha256 and ed25519-sha256");
	*field = "key_size";
	return key_size_check(set->algorithm, request->key_bits, &set->key_bits, err);
}

static enum status
take_selector(struct store *store, const struct lifecycle_request *request, int64_t now,
    enum slot slot, const uint8_t *random, struct key_set *set, struct error *err)
{
	char made[SELECTOR_MAX + 1];
	struct slice text = request->selectors[slot];

	selector_make(now, slot, random, made);
	if (text.len == 0)
		text = slice_from_text(made);
	return lifecycle_new_selector(store, text, set, slot, err);
}

static enum status
take_selectors(struct store *store, const struct lifecycle_request *request, int64_t now,
    const uint8_t *random, struct key_set *set, const char **field, struct error *err)
{
	for (int i = 0; i < SLOT_COUNT; i++) {
		enum status status;

		*field = selector_fields[i];
		status = take_selector(store, request, now, (enum slot)i,
		    random + (size_t)i * SELECTOR_RANDOM_SIZE, set, err);
		if (status != STATUS_OK)
			return status;
	}
	if (strcmp(set->slots[SLOT_PRIMARY].selector, set->slots[SLOT_ALTERNATE].selector) == 0)
		return error_set(err, STATUS_INVALID,
		    "selector and alternate_selector must differ: each names a key of its own");
	return STATUS_OK;
}

/* Where the owner's CNAMEs will lead. */
static enum status
take_targets(const struct lifecycle_request *request, const uint8_t *random, struct key_set *set,
    const char **field, struct error *err)
{
	enum status status = STATUS_OK;

	for (int i = 0; i < SLOT_COUNT && status == STATUS_OK; i++) {
		struct key_slot *slot = &set->slots[i];

		*field = selector_fields[i];
		status = target_make(slot->selector, request->provider_zone,
		    random + (size_t)i * TARGET_RANDOM_SIZE, slot->txt_record_name, err);
	}
	return status;
}

static enum status
take_publication(const struct lifecycle_request *request, const uint8_t *random,
    struct key_set *set, const char **field, struct error *err)
{
	bool has_zone = request->provider_zone != NULL && request->provider_zone[0] != '\0';

	set->publication = request->publication;
	if (set->publication == 0)
		set->publication = has_zone ? PUBLICATION_DELEGATED : PUBLICATION_DIRECT;
	set->publish_state = PUBLISH_IN_PROGRESS;
	if (set->publication == PUBLICATION_DIRECT)
		return STATUS_OK;
	*field = "publication";
	if (!has_zone)
		return error_set(err, STATUS_INVALID,
		    "there is no zone to publish delegated keys in: set provider_zone in the "
		    "configuration");
	return take_targets(request, random, set, field, err);
}

enum status
lifecycle_prepare(struct store *store, const struct lifecycle_request *request, int64_t now,
    const uint8_t random[LIFECYCLE_RANDOM_SIZE], struct domain_key *ret_key,
    const char **ret_field, struct error *err)
{
	struct domain_key key = { 0 };
	const char *field = NULL;
	enum status status = lifecycle_new_place(request, &key, &field, err);

	if (status == STATUS_OK)
		status = take_algorithm(request, &key.set, &field, err);
	if (status == STATUS_OK)
		status = take_selectors(
		    store, request, now, random + ID_SIZE, &key.set, &field, err);
	if (status == STATUS_OK)
		status = take_publication(request,
		    random + ID_SIZE + (size_t)SLOT_COUNT * SELECTOR_RANDOM_SIZE, &key.set, &field, err);
	if (status != STATUS_OK) {
		if (ret_field != NULL)
			*ret_field = field;
		return status;
	}
	lifecycle_new_begin(request, now, random, &key);
	*ret_key = key;
	return STATUS_OK;
}

/* ---- create ---- */

enum status
lifecycle_create(struct store *store, const struct lifecycle_by *by,
    const struct lifecycle_generated keys[SLOT_COUNT], struct domain_key *key, struct error *err)
{
	struct domain_key created = *key;
	enum status status = store_begin(store, err);

	if (status != STATUS_OK)
		return status;
	status = lifecycle_new_set(store, by, keys, &created, err);
	if (status == STATUS_OK)
		status = store_commit(store, err);
	if (status == STATUS_OK)
		*key = created;
	store_rollback(store);
	return status;
}

/* ---- join ---- */

static enum status
find_set(struct store *store, const struct lifecycle_request *request, const char *domain,
    const struct handle *handle, struct key_set *ret_set, struct error *err)
{
	struct key_set set = { 0 };
	enum slot slot = SLOT_PRIMARY;
	enum status status = store_find_set_by_handle(store, handle, &set, &slot, err);

	if (status == STATUS_NOT_FOUND)
		return error_set(err, status, "nobody was given this private_key handle here");
	if (status != STATUS_OK)
		return status;
	if (strcmp(set.domain, domain) != 0)
		return error_set(err, STATUS_INVALID,
		    "the private_key handle belongs to keys of %s, and signs for no domain but that: not for %s",
		    set.domain, domain);
	if (request->algorithm != 0 && request->algorithm != set.algorithm)
		return error_set(err, STATUS_INVALID,
		    "the algorithm of a key set is its own: the private_key handle belongs to %s keys",
		    word_text(algorithm_words, (int)set.algorithm));
	status = lifecycle_check_stays(&set, err);
	if (status != STATUS_OK)
		return status;
	*ret_set = set;
	return STATUS_OK;
}

enum status
lifecycle_join(struct store *store, const struct lifecycle_by *by,
    const struct lifecycle_request *request, const struct handle *handle,
    const uint8_t random[ID_SIZE], struct domain_key *ret_key, struct error *err)
{
	struct domain_key key = { 0 };
	const char *field = NULL;
	enum status status = lifecycle_new_place(request, &key, &field, err);

	if (status == STATUS_OK)
		status = store_begin(store, err);
	if (status != STATUS_OK)
		return status;
	memcpy(key.id.bytes, random, ID_SIZE);
	key.created_at = by->now;
	status = find_set(store, request, key.set.domain, handle, &key.set, err);
	if (status == STATUS_OK)
		status = store_insert_key(store, &key, err);
	if (status == STATUS_OK)
		status = audit_text_add(
		    store, by, "key create --private-key", NULL, &key, NULL, err);
	if (status == STATUS_OK && !request->dry_run)
		status = store_commit(store, err);
	if (status == STATUS_OK)
		*ret_key = key;
	store_rollback(store);
	return status;
}
