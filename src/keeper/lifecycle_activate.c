/* SPDX-License-Identifier: ISC */
/* Activation: what it does to the others, and what is to be warned of. The gate is lifecycle_gate.c. */
#include "keeper/lifecycle.h"

#include "keeper/audit_text.h"
#include "keeper/lifecycle_find.h"
#include "keeper/lifecycle_gate.h"
#include "keeper/lifecycle_rotate.h"
#include "keys/domain.h"

/* ---- the others ---- */

/* The active keys of the same organization, domain and algorithm. */
struct others {
	enum algorithm algorithm;
	size_t count;
	struct domain_key keys[CONFLICT_MAX];
};

static enum status
take_other(void *context, const struct domain_key *key)
{
	struct others *others = context;

	if (key->set.algorithm != others->algorithm)
		return STATUS_OK;
	if (others->count == CONFLICT_MAX)
		return STATUS_DAMAGED;
	others->keys[others->count++] = *key;
	return STATUS_OK;
}

static enum status
find_others(struct store *store, const struct domain_key *key, struct others *ret_others,
    struct error *err)
{
	struct store_filter filter = {
		.org = key->org,
		.domain = key->set.domain,
		.only_active = true,
	};
	struct others others = { .algorithm = key->set.algorithm };
	enum status status;

	*err = (struct error){ 0 };
	status = store_list_keys(store, &filter, take_other, &others, err);
	if (status == STATUS_DAMAGED && err->text[0] == '\0')
		return error_set(err, status, "too many keys of %s are active", key->set.domain);
	if (status == STATUS_OK)
		*ret_others = others;
	return status;
}

static enum status
find_plan(const struct others *others, const struct domain_key *key,
    struct conflict_plan *ret_plan, struct error *err)
{
	struct conflict_key active[CONFLICT_MAX];
	struct conflict_key new = { key->id, key->domain_match };
	enum status status;

	for (size_t i = 0; i < others->count; i++)
		active[i] = (struct conflict_key){ others->keys[i].id,
			others->keys[i].domain_match };
	status = conflict_find(active, others->count, &new, ret_plan);
	if (status != STATUS_OK)
		return error_set(err, STATUS_DAMAGED,
		    "two active keys of %s have the same domain_match", key->set.domain);
	return STATUS_OK;
}

static enum status
update_other(struct store *store, const struct domain_key *after, struct error *err)
{
	char id[ID_TEXT_SIZE];
	enum status status = store_update_key(store, after, err);

	if (status != STATUS_CONFLICT)
		return status;
	key_id_print(&after->id, id);
	return error_prepend(err, status, "%s cannot become %s", id,
	    word_text(domain_match_words, (int)after->domain_match));
}

static enum status
apply_effect(struct store *store, const struct lifecycle_by *by, const struct domain_key *before,
    const struct conflict_effect *effect, const struct key_id *because, struct error *err)
{
	struct domain_key after = *before;
	bool is_narrowed = effect->kind == CONFLICT_NARROWED;
	enum status status;

	if (effect->kind == CONFLICT_STAYS)
		return STATUS_OK;
	after.domain_match = effect->after;
	after.is_active = is_narrowed;
	if (!is_narrowed)
		after.deactivated_at = by->now;
	status = update_other(store, &after, err);
	if (status != STATUS_OK)
		return status;
	return audit_text_add(store, by, is_narrowed ? "key narrow" : "key deactivate", before,
	    &after, because, err);
}

/* The new key is none of the others: it is not active, so each effect is of the key beside it. */
static enum status
apply_plan(struct store *store, const struct lifecycle_by *by, const struct others *others,
    const struct conflict_plan *plan, const struct key_id *because, struct error *err)
{
	enum status status = STATUS_OK;

	for (size_t i = 0; i < plan->count && status == STATUS_OK; i++)
		status = apply_effect(
		    store, by, &others->keys[i], &plan->effects[i], because, err);
	return status;
}

/* ---- warnings ---- */

/* The senders at a domain, or below it, that active RSA keys of the list take. */
static unsigned
rsa_senders(const struct match_list *list)
{
	unsigned senders = 0;

	for (size_t i = 0; i < list->count; i++) {
		if (list->entries[i].algorithm == ALGORITHM_RSA_SHA256)
			senders |= list->entries[i].domain_match;
	}
	return senders;
}

/* A key above the domain that takes subdomains takes all its senders. */
static enum status
find_rsa_senders(
    struct store *store, const struct domain_key *key, unsigned *ret_senders, struct error *err)
{
	struct slice domain = slice_from_text(key->set.domain);
	struct slice above = domain_parent(domain);
	struct match_list list = { 0 };
	enum status status = store_active_at(store, key->org, key->set.domain, &list, err);
	unsigned senders = rsa_senders(&list);

	for (; above.len > 0 && status == STATUS_OK; above = domain_parent(above)) {
		/* a tail of a NUL-terminated text is one */
		status = store_active_at(store, key->org, above.ptr, &list, err);
		if (status == STATUS_OK && (rsa_senders(&list) & SENDERS_AT_SUBDOMAINS) != 0)
			senders = SENDERS_AT_BOTH;
	}
	if (status == STATUS_OK)
		*ret_senders = senders;
	return status;
}

static enum status
find_warnings(struct store *store, struct lifecycle_outcome *outcome, struct error *err)
{
	const struct domain_key *key = &outcome->key;
	unsigned rsa = 0;
	enum status status = STATUS_OK;

	if (outcome->plan.is_shadowed)
		outcome->warnings |= LIFECYCLE_SHADOWED;
	outcome->warnings |= lifecycle_set_warnings(&key->set);
	if (key->set.algorithm == ALGORITHM_ED25519_SHA256) {
		status = find_rsa_senders(store, key, &rsa, err);
		if (status == STATUS_OK && ((unsigned)key->domain_match & ~rsa) != 0)
			outcome->warnings |= LIFECYCLE_ED25519_ALONE;
	}
	return status;
}

/* ---- activate ---- */

static enum status
apply(struct store *store, const struct lifecycle_by *by, const struct lifecycle_activation *how,
    const struct domain_key *before, const struct others *others,
    const struct lifecycle_outcome *outcome, struct error *err)
{
	const char *action =
	    how->without_dns_check ? "key activate --without-dns-check" : "key activate";
	enum status status = lifecycle_pass_gate(store, before, how, by->now, err);

	/* the others first: the place of the one active key must be free */
	if (status == STATUS_OK)
		status = apply_plan(store, by, others, &outcome->plan, &before->id, err);
	if (status == STATUS_OK)
		status = store_update_key(store, &outcome->key, err);
	if (status == STATUS_OK)
		status = lifecycle_begin_rotation(store, &before->set, by->now, err);
	if (status == STATUS_OK)
		status = audit_text_add(store, by, action, before, &outcome->key, NULL, err);
	return status;
}

static enum status
activate(struct store *store, const struct lifecycle_by *by, const struct key_id *id,
    const struct lifecycle_activation *how, struct lifecycle_outcome *outcome,
    struct error *err)
{
	struct domain_key before = { 0 };
	struct others others = { 0 };
	enum status status = lifecycle_find_id(store, id, &before, err);

	if (status == STATUS_OK)
		status = find_others(store, &before, &others, err);
	if (status == STATUS_OK)
		status = find_plan(&others, &before, &outcome->plan, err);
	if (status != STATUS_OK)
		return status;
	outcome->key = before;
	outcome->was_active = before.is_active;
	if (!before.is_active) {
		outcome->key.is_active = true;
		outcome->key.activated_at = by->now;
	}
	status = find_warnings(store, outcome, err);
	if (status != STATUS_OK || how->dry_run || before.is_active)
		return status;
	return apply(store, by, how, &before, &others, outcome, err);
}

enum status
lifecycle_activate(struct store *store, const struct lifecycle_by *by, const struct key_id *id,
    const struct lifecycle_activation *how, struct lifecycle_outcome *ret_outcome,
    struct error *err)
{
	struct lifecycle_outcome outcome = { 0 };
	struct error local;
	struct error *text = err != NULL ? err : &local;
	enum status status = store_begin(store, text);

	if (status != STATUS_OK)
		return status;
	status = activate(store, by, id, how, &outcome, text);
	if (status == STATUS_OK)
		status = store_commit(store, text);
	if (status == STATUS_OK)
		*ret_outcome = outcome;
	store_rollback(store);
	return status;
}
