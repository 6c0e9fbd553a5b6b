/* SPDX-License-Identifier: ISC */
/* Activation and its warnings. The gate is gate.c, the others are conflict.c. */
#include "lifecycle/lifecycle.h"

#include "keys/domain.h"
#include "lifecycle/audit_text.h"
#include "lifecycle/conflict.h"
#include "lifecycle/find.h"
#include "lifecycle/gate.h"
#include "lifecycle/rotate.h"

/* ---- warnings ---- */

/* The senders at a domain, or below it, that active keys of the list take. */
static unsigned
senders_of(const struct match_list *list, enum algorithm algorithm)
{
	unsigned senders = 0;

	for (size_t i = 0; i < list->count; i++) {
		if (list->entries[i].algorithm == algorithm)
			senders |= list->entries[i].domain_match;
	}
	return senders;
}

/* A key above the domain that takes subdomains takes all its senders. */
static enum status
find_senders_above(struct store *store, const struct domain_key *key, enum algorithm algorithm,
    unsigned *ret_senders, struct error *err)
{
	struct slice above = domain_parent(slice_from_text(key->set.domain));
	enum status status = STATUS_OK;

	*ret_senders = SENDERS_NONE;
	for (; above.len > 0 && status == STATUS_OK; above = domain_parent(above)) {
		struct match_list list = { 0 };

		/* a tail of a NUL-terminated text is one */
		status = store_active_at(store, key->org, above.ptr, &list, err);
		if ((senders_of(&list, algorithm) & SENDERS_AT_SUBDOMAINS) != 0)
			*ret_senders = SENDERS_AT_BOTH;
	}
	return status;
}

static enum status
warn_of_ed25519(struct store *store, struct lifecycle_outcome *outcome, struct error *err)
{
	const struct domain_key *key = &outcome->key;
	struct match_list list = { 0 };
	unsigned above = SENDERS_NONE;
	enum status status = STATUS_OK;

	if (key->set.algorithm != ALGORITHM_ED25519_SHA256)
		return status;
	status = find_senders_above(store, key, ALGORITHM_RSA_SHA256, &above, err);
	if (status == STATUS_OK)
		status = store_active_at(store, key->org, key->set.domain, &list, err);
	above |= senders_of(&list, ALGORITHM_RSA_SHA256);
	if (status == STATUS_OK && ((unsigned)key->domain_match & ~above) != 0)
		outcome->warnings |= LIFECYCLE_ED25519_ALONE;
	return status;
}

/* What the key gives up itself, and neither one beside it nor one above it takes. */
static enum status
warn_of_loss(struct store *store, struct lifecycle_outcome *outcome, struct error *err)
{
	const struct conflict_plan *plan = &outcome->plan;
	unsigned lost = plan->loses;
	unsigned above = SENDERS_NONE;
	enum status status = STATUS_OK;

	for (size_t i = 0; i < plan->count; i++)
		lost &= ~(unsigned)plan->effects[i].gains;
	if (lost != 0)
		status = find_senders_above(
		    store, &outcome->key, outcome->key.set.algorithm, &above, err);
	if (status == STATUS_OK && (lost & ~above) != 0)
		outcome->warnings |= LIFECYCLE_LEFT_UNSIGNED;
	return status;
}

enum status
lifecycle_find_warnings(struct store *store, struct lifecycle_outcome *outcome, struct error *err)
{
	enum status status;

	if (outcome->plan.is_shadowed)
		outcome->warnings |= LIFECYCLE_SHADOWED;
	outcome->warnings |= lifecycle_set_warnings(&outcome->key.set);
	status = warn_of_ed25519(store, outcome, err);
	return status == STATUS_OK ? warn_of_loss(store, outcome, err) : status;
}

/* ---- activate ---- */

static enum status
activate(struct store *store, const struct lifecycle_by *by, const struct key_id *id,
    const struct lifecycle_activation *how, struct lifecycle_outcome *outcome,
    struct error *err)
{
	const char *action =
	    how->without_dns_check ? "key activate --without-dns-check" : "key activate";
	struct lifecycle_others others = { .count = 0 };
	struct domain_key before = { 0 };
	enum status status = lifecycle_find_id(store, id, &before, err);

	if (status == STATUS_OK)
		status = lifecycle_check_stays(&before.set, err);
	if (status != STATUS_OK)
		return status;
	outcome->key = before;
	outcome->was_active = before.is_active;
	if (!before.is_active) {
		outcome->key.is_active = true;
		outcome->key.activated_at = by->now;
	}
	status = lifecycle_find_others(store, &before, &others, err);
	if (status == STATUS_OK)
		status = lifecycle_find_plan(
		    &others, &before, before.domain_match, &outcome->plan, err);
	if (status == STATUS_OK)
		status = lifecycle_find_warnings(store, outcome, err);
	if (status != STATUS_OK || before.is_active)
		return status;
	status = lifecycle_pass_gate(store, &before, how, by->now, err);
	if (status == STATUS_OK)
		status = lifecycle_apply_plan(store, by, &others, &before, outcome, err);
	if (status == STATUS_OK)
		status = audit_text_add(store, by, action, &before, &outcome->key, NULL, err);
	return status;
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
	if (status == STATUS_OK && !how->dry_run)
		status = store_commit(store, text);
	if (status == STATUS_OK)
		*ret_outcome = outcome;
	store_rollback(store);
	return status;
}
