/* SPDX-License-Identifier: ISC */
/* Activation and its warnings. The gate is lifecycle_gate.c, the others are lifecycle_conflict.c. */
#include "keeper/lifecycle.h"

#include "keeper/audit_text.h"
#include "keeper/lifecycle_conflict.h"
#include "keeper/lifecycle_find.h"
#include "keeper/lifecycle_gate.h"
#include "keeper/lifecycle_rotate.h"
#include "keys/domain.h"

static const struct word warning_texts[] = {
	{ LIFECYCLE_SHADOWED,
	    "this key signs nothing now: two other active keys of the same domain cover all it "
	    "matches" },
	{ LIFECYCLE_ED25519_ALONE,
	    "many verifiers know RSA only (RFC 8301): activate an rsa-sha256 key beside this one" },
	{ LIFECYCLE_TEST_MODE,
	    "the record says t=y: verifiers may treat signed mail as if it were not" },
	{ 0, NULL },
};

const char *
lifecycle_warning_text(enum lifecycle_warning warning)
{
	return word_text(warning_texts, (int)warning);
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

enum status
lifecycle_find_warnings(struct store *store, struct lifecycle_outcome *outcome, struct error *err)
{
	const struct domain_key *key = &outcome->key;
	unsigned rsa = 0;
	enum status status = STATUS_OK;

	if (outcome->plan.is_shadowed)
		outcome->warnings |= LIFECYCLE_SHADOWED;
	if (key->set.test_mode)
		outcome->warnings |= LIFECYCLE_TEST_MODE;
	if (key->set.algorithm == ALGORITHM_ED25519_SHA256) {
		status = find_rsa_senders(store, key, &rsa, err);
		if (status == STATUS_OK && ((unsigned)key->domain_match & ~rsa) != 0)
			outcome->warnings |= LIFECYCLE_ED25519_ALONE;
	}
	return status;
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
