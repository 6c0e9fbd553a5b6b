/* SPDX-License-Identifier: ISC */
#include "lifecycle/rotate.h"

#include "lifecycle/audit_text.h"
#include "lifecycle/find.h"
#include "lifecycle/gate.h"

/* ---- reading ---- */

static enum status
read_facts(struct store *store, struct lifecycle_rotation *rotation, struct error *err)
{
	const struct key_set *set = &rotation->set;
	struct rotation_facts *facts = &rotation->facts;
	enum status status = store_find_active(store, set->number, &rotation->active, err);

	*facts = (struct rotation_facts){ .publication = set->publication,
		.is_active = status == STATUS_OK };
	if (status == STATUS_NOT_FOUND)
		status = STATUS_OK;
	for (int i = 0; i < SLOT_COUNT && status == STATUS_OK; i++) {
		facts->has_key[i] = set->slots[i].has_key;
		facts->seen_ttl_s[i] = set->slots[i].seen_ttl_s;
		if (facts->has_key[i])
			status = lifecycle_hash_key(&set->slots[i], facts->key_sha256[i], err);
	}
	return status;
}

enum status
lifecycle_read_rotation(struct store *store, int64_t set_number,
    struct lifecycle_rotation *ret_rotation, struct error *err)
{
	enum status status = store_find_set(store, set_number, &ret_rotation->set, err);

	if (status == STATUS_OK)
		status = store_find_rotation(store, set_number, &ret_rotation->kept, err);
	if (status == STATUS_OK)
		status = read_facts(store, ret_rotation, err);
	return status;
}

enum status
lifecycle_begin_rotation(
    struct store *store, const struct key_set *set, int64_t now, struct error *err)
{
	struct store_rotation rotation = { .look_at = 0 };
	enum status status = store_find_rotation(store, set->number, &rotation, err);

	if (status == STATUS_OK)
		return store_wake_rotation(store, set->number, err);
	if (status != STATUS_NOT_FOUND)
		return status;
	rotation_begin(set->signing_slot, now, &rotation.state);
	return store_set_rotation(store, set->number, &rotation, err);
}

/* ---- what came of an order ---- */

/* The words of the audit for what it must tell; NULL for what it need not. */
static const char *const actions[ROTATION_ACTION_COUNT + 1] = {
	[ROTATION_SWITCH] = "rotate",
	[ROTATION_GENERATE] = "make next key",
	[ROTATION_MEND_CLOCK] = "mend clock",
};

static void
fill_slot(const struct lifecycle_generated *made, struct key_slot *slot)
{
	slot->handle = made->handle;
	memcpy(slot->public_key, made->public_key, made->public_key_len);
	slot->public_key_len = made->public_key_len;
}

static enum status
store_new_key(struct store *store, const struct lifecycle_report *report, struct error *err)
{
	struct key_slot slot = { .has_key = true };

	fill_slot(report->key, &slot);
	return store_replace_key(
	    store, report->set_number, report->order.slot, &slot, &report->key->sealed, err);
}

static enum status
add_audit(struct store *store, const struct lifecycle_rotation *before,
    const struct lifecycle_report *report, int64_t now, struct error *err)
{
	const struct lifecycle_by by = { .now = now, .actor = "signetd",
		.on_behalf_of = before->set.owner_org };
	struct domain_key old = { .set = before->set };
	struct domain_key new = { 0 };
	enum status status = STATUS_OK;

	if (before->facts.is_active)
		status = lifecycle_find_id(store, &before->active, &new, err);
	if (status != STATUS_OK)
		return status;
	old.id = new.id;
	old.domain_match = new.domain_match;
	old.is_active = new.is_active;
	memcpy(old.org, new.org, sizeof(old.org));
	return audit_text_add(store, &by, actions[report->order.action], &old, &new, NULL, err);
}

static enum status
write_report(struct store *store, const struct lifecycle_rotation *before,
    const struct lifecycle_report *report, const struct store_rotation *after, int64_t now,
    struct error *err)
{
	bool is_told = actions[report->order.action] != NULL && report->outcome == ROTATION_DONE;
	enum status status = STATUS_OK;

	if (!is_told)
		return store_keep_rotation(store, report->set_number, after, err);
	if (report->order.action == ROTATION_GENERATE)
		status = store_new_key(store, report, err);
	if (status == STATUS_OK)
		status = store_set_rotation(store, report->set_number, after, err);
	if (status == STATUS_OK)
		status = add_audit(store, before, report, now, err);
	return status;
}

static enum status
take_report(struct store *store, const struct rotation_policy *policy,
    const struct lifecycle_report *report, int64_t now, bool *ret_counts, struct error *err)
{
	struct lifecycle_rotation before;
	struct store_rotation after;
	enum status status = lifecycle_read_rotation(store, report->set_number, &before, err);

	if (status == STATUS_NOT_FOUND)
		return STATUS_OK;
	if (status != STATUS_OK)
		return status;
	after = before.kept;
	if (rotation_done(&before.kept.state, &before.facts, policy, &report->order, report->outcome, now,
	        &after.state) != STATUS_OK)
		return STATUS_OK;
	*ret_counts = true;
	after.look_at = now;
	after.next_rotation_at = rotation_due_at(&after.state, policy);
	return write_report(store, &before, report, &after, now, err);
}

enum status
lifecycle_report_rotation(struct store *store, const struct rotation_policy *policy,
    const struct lifecycle_report *report, int64_t now, bool *ret_counts, struct error *err)
{
	enum status status = store_begin(store, err);

	*ret_counts = false;
	if (status != STATUS_OK)
		return status;
	status = take_report(store, policy, report, now, ret_counts, err);
	if (status == STATUS_OK)
		status = store_commit(store, err);
	store_rollback(store);
	return status;
}
