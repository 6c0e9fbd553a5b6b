/* SPDX-License-Identifier: ISC */
/* Another match, or test mode, for a key that exists. */
#include "lifecycle/lifecycle.h"

#include "lifecycle/audit_text.h"
#include "lifecycle/conflict.h"
#include "lifecycle/find.h"
#include "lifecycle/gate.h"
#include "store/rotation.h"

/* ---- the match ---- */

static enum status
change_active(struct store *store, const struct lifecycle_by *by,
    const struct lifecycle_activation *how, const struct domain_key *before,
    struct lifecycle_outcome *outcome, struct error *err)
{
	struct lifecycle_others others = { .count = 0 };
	enum status status = lifecycle_find_others(store, before, &others, err);

	outcome->key.activated_at = by->now;
	if (status == STATUS_OK)
		status = lifecycle_find_plan(
		    &others, before, outcome->key.domain_match, &outcome->plan, err);
	if (status == STATUS_OK)
		status = lifecycle_find_warnings(store, outcome, err);
	if (status == STATUS_OK)
		status = lifecycle_pass_gate(store, before, how, by->now, err);
	if (status == STATUS_OK)
		status = lifecycle_apply_plan(store, by, &others, before, outcome, err);
	return status;
}

static enum status
change_match(struct store *store, const struct lifecycle_by *by,
    const struct lifecycle_activation *how, const struct domain_key *before,
    struct lifecycle_outcome *outcome, struct error *err)
{
	if (outcome->key.domain_match == before->domain_match)
		return STATUS_OK;
	outcome->has_changed = true;
	if (before->is_active)
		return change_active(store, by, how, before, outcome, err);
	return lifecycle_write_match(store, &outcome->key, err);
}

/* ---- test mode ---- */

/* What was seen in DNS was another record; nothing is known of this one. */
static void
forget_looks(struct key_set *set)
{
	for (int i = 0; i < SLOT_COUNT; i++) {
		set->slots[i].dns = (struct dns_status){ .state = DNS_UNCHECKED };
		set->slots[i].publish = (struct publish_status){ .state = PUBLISH_IN_PROGRESS };
	}
	set->publish_state = PUBLISH_IN_PROGRESS;
}

static enum status
write_test_mode(struct store *store, const struct key_set *set, struct error *err)
{
	enum status status = store_set_test_mode(store, set->number, set->test_mode, err);

	for (int i = 0; i < SLOT_COUNT && status == STATUS_OK; i++) {
		if (!set->slots[i].has_key)
			continue;
		status = store_set_dns(store, set->number, (enum slot)i, &set->slots[i].dns, err);
		if (status == STATUS_OK)
			status = store_set_publish(
			    store, set->number, (enum slot)i, &set->slots[i].publish, err);
	}
	if (status == STATUS_OK)
		status = store_wake_rotation(store, set->number, err);
	return status;
}

static enum status
change_test_mode(struct store *store, const struct lifecycle_change *change,
    struct lifecycle_outcome *outcome, struct error *err)
{
	struct key_set *set = &outcome->key.set;
	enum status status;

	if (!change->has_test_mode || change->test_mode == set->test_mode)
		return STATUS_OK;
	status = lifecycle_check_owner(store, &outcome->key, err);
	if (status != STATUS_OK)
		return status;
	outcome->has_changed = true;
	set->test_mode = change->test_mode;
	outcome->warnings &= ~(unsigned)LIFECYCLE_TEST_MODE;
	if (set->test_mode && outcome->key.is_active)
		outcome->warnings |= LIFECYCLE_TEST_MODE;
	forget_looks(set);
	return write_test_mode(store, set, err);
}

/* ---- update ---- */

static enum status
update(struct store *store, const struct lifecycle_by *by, const struct key_id *id,
    const struct lifecycle_change *change, const struct lifecycle_activation *how,
    struct lifecycle_outcome *outcome, struct error *err)
{
	const char *action =
	    how->without_dns_check ? "key update --without-dns-check" : "key update";
	struct domain_key before = { 0 };
	enum status status = lifecycle_find_id(store, id, &before, err);

	if (status == STATUS_OK)
		status = lifecycle_check_stays(&before.set, err);
	if (status != STATUS_OK)
		return status;
	outcome->key = before;
	outcome->was_active = before.is_active;
	if (change->domain_match != 0)
		outcome->key.domain_match = change->domain_match;
	status = change_match(store, by, how, &before, outcome, err);
	/* behind the gate, which judges the record that is there */
	if (status == STATUS_OK)
		status = change_test_mode(store, change, outcome, err);
	if (status == STATUS_OK && outcome->has_changed)
		status = audit_text_add(store, by, action, &before, &outcome->key, NULL, err);
	return status;
}

enum status
lifecycle_update(struct store *store, const struct lifecycle_by *by, const struct key_id *id,
    const struct lifecycle_change *change, const struct lifecycle_activation *how,
    struct lifecycle_outcome *ret_outcome, struct error *err)
{
	struct lifecycle_outcome outcome = { 0 };
	enum status status = store_begin(store, err);

	if (status != STATUS_OK)
		return status;
	status = update(store, by, id, change, how, &outcome, err);
	if (status == STATUS_OK && outcome.has_changed && !how->dry_run)
		status = store_commit(store, err);
	if (status == STATUS_OK)
		*ret_outcome = outcome;
	store_rollback(store);
	return status;
}
