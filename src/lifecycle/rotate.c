/* SPDX-License-Identifier: ISC */
#include "lifecycle/rotate.h"

#include "lifecycle/audit_text.h"
#include "lifecycle/find.h"
#include "lifecycle/gate.h"
#include "keys/target.h"

/* ---- reading ---- */

/* A direct set's records are its owner's. */
static bool
can_publish(const struct key_set *set, const struct rotation_policy *policy)
{
	bool can = true;

	for (int i = 0; i < SLOT_COUNT && set->publication == PUBLICATION_DELEGATED; i++) {
		if (set->slots[i].has_key)
			can = can && target_is_in(set->slots[i].txt_record_name, policy->zone);
	}
	return can;
}

static enum status
read_facts(struct store *store, const struct rotation_policy *policy,
    struct lifecycle_rotation *rotation, struct error *err)
{
	const struct key_set *set = &rotation->set;
	struct rotation_facts *facts = &rotation->facts;
	enum status status = store_find_active(store, set->number, &rotation->active, err);

	*facts = (struct rotation_facts){ .publication = set->publication,
		.is_active = status == STATUS_OK,
		.can_publish = can_publish(set, policy) };
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
lifecycle_read_rotation(struct store *store, const struct rotation_policy *policy,
    int64_t set_number, struct lifecycle_rotation *ret_rotation, struct error *err)
{
	enum status status = store_find_set(store, set_number, &ret_rotation->set, err);

	if (status == STATUS_OK)
		status = read_facts(store, policy, ret_rotation, err);
	if (status == STATUS_OK)
		status = store_find_rotation(store, set_number, &ret_rotation->kept, err);
	return status;
}

/* ---- writing ---- */

static enum status
publish_again(struct store *store, const struct key_set *set, struct error *err)
{
	static const struct publish_status at_once = { .state = PUBLISH_IN_PROGRESS };
	enum status status = STATUS_OK;

	for (int i = 0; i < SLOT_COUNT && status == STATUS_OK; i++) {
		if (set->slots[i].has_key && set->publication == PUBLICATION_DELEGATED)
			status = store_set_publish(store, set->number, (enum slot)i, &at_once, err);
	}
	return status;
}

/* A set without a second key has nothing to switch to. */
static int64_t
next_rotation_at(const struct rotation_state *state, const struct rotation_facts *facts,
    const struct rotation_policy *policy)
{
	enum slot other = state->signing_slot == SLOT_PRIMARY ? SLOT_ALTERNATE : SLOT_PRIMARY;

	return state->retirement == ROTATION_STAYS && facts->has_key[other]
	    ? rotation_due_at(state, policy)
	    : 0;
}

static void
set_times(const struct rotation_policy *policy, const struct rotation_facts *facts,
    struct store_rotation *rotation)
{
	rotation->next_rotation_at = next_rotation_at(&rotation->state, facts, policy);
	rotation->safe_to_remove_at = rotation_safe_at(&rotation->state, facts, policy);
	rotation->gone_at = rotation_gone_at(&rotation->state, facts, policy);
}

enum status
lifecycle_time_rotation(struct store *store, const struct rotation_policy *policy,
    const struct lifecycle_rotation *rotation, struct error *err)
{
	const struct store_rotation *kept = &rotation->kept;
	struct store_rotation timed = *kept;

	set_times(policy, &rotation->facts, &timed);
	if (timed.next_rotation_at == kept->next_rotation_at &&
	    timed.safe_to_remove_at == kept->safe_to_remove_at && timed.gone_at == kept->gone_at)
		return STATUS_OK;
	return store_time_rotation(store, rotation->set.number, &timed, err);
}

enum status
lifecycle_write_rotation(struct store *store, const struct rotation_policy *policy,
    const struct lifecycle_rotation *before, struct store_rotation *after, struct error *err)
{
	const struct rotation_state *state = &after->state;
	bool has_moved = state->retirement != before->kept.state.retirement;
	enum status status;

	set_times(policy, &before->facts, after);
	status = store_keep_rotation(store, before->set.number, after, err);
	if (status == STATUS_OK && has_moved &&
	    (state->retirement == ROTATION_EMPTYING || state->retirement == ROTATION_REMOVING))
		status = publish_again(store, &before->set, err);
	return status;
}

static enum status
keep_key(void *context, const struct domain_key *key)
{
	struct domain_key *ret_key = context;

	*ret_key = *key;
	return STATUS_OK;
}

/* *ret_is_there: there was one. */
static enum status
remove_record(struct store *store, const struct lifecycle_by *by, const char *action,
    int64_t set_number, bool *ret_is_there, struct error *err)
{
	struct store_filter filter = { .set_number = set_number, .limit = 1 };
	struct domain_key key = { .set.number = 0 };
	enum status status = store_list_keys(store, &filter, keep_key, &key, err);

	*ret_is_there = key.set.number != 0;
	if (status == STATUS_OK && *ret_is_there)
		status = store_delete_key(store, &key.id, err);
	if (status == STATUS_OK && *ret_is_there)
		status = audit_text_add(store, by, action, &key, NULL, NULL, err);
	return status;
}

enum status
lifecycle_remove_set(struct store *store, const struct lifecycle_by *by, const char *action,
    int64_t set_number, struct error *err)
{
	bool is_there = true;
	enum status status = STATUS_OK;

	while (status == STATUS_OK && is_there)
		status = remove_record(store, by, action, set_number, &is_there, err);
	return status == STATUS_OK ? store_delete_set(store, set_number, err) : status;
}

/* ---- beginning ---- */

enum status
lifecycle_begin_rotation(
    struct store *store, const struct key_set *set, int64_t now, struct error *err)
{
	struct store_rotation rotation = { .look_at = 0 };
	enum status status = store_find_rotation(store, set->number, &rotation, err);

	if (status == STATUS_NOT_FOUND)
		rotation_begin(set->signing_slot, now, &rotation.state);
	else if (status != STATUS_OK)
		return status;
	rotation_activate(&rotation.state, now);
	rotation.look_at = 0;
	rotation.safe_to_remove_at = 0;
	return store_set_rotation(store, set->number, &rotation, err);
}

/* ---- what came of an order ---- */

/* The words of the audit for what it must tell; NULL for what it need not. */
static const char *const actions[ROTATION_ACTION_COUNT + 1] = {
	[ROTATION_SWITCH] = "rotate",
	[ROTATION_GENERATE] = "make next key",
	[ROTATION_MEND_CLOCK] = "mend clock",
	[ROTATION_EMPTY] = "empty records",
	[ROTATION_REMOVE] = "remove records",
	[ROTATION_DELETE] = "key gone",
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
note_id(void *context, const struct domain_key *key)
{
	struct key_id *ret_id = context;

	*ret_id = key->id;
	return STATUS_OK;
}

/* Of the records of the set an active one, or else the first. */
static enum status
find_record(struct store *store, const struct lifecycle_rotation *rotation,
    struct domain_key *ret_key, struct error *err)
{
	struct store_filter filter = { .set_number = rotation->set.number, .limit = 1 };
	struct key_id id = rotation->active;
	enum status status = STATUS_OK;

	if (!rotation->facts.is_active)
		status = store_list_keys(store, &filter, note_id, &id, err);
	return status == STATUS_OK ? lifecycle_find_id(store, &id, ret_key, err) : status;
}

static enum status
add_audit(struct store *store, const struct lifecycle_rotation *before,
    const struct lifecycle_report *report, const struct lifecycle_by *by, struct error *err)
{
	struct domain_key old = { .id.bytes = { 0 } };
	struct domain_key new = { .id.bytes = { 0 } };
	enum status status = find_record(store, before, &new, err);

	if (status != STATUS_OK)
		return status;
	old = new;
	old.set = before->set;
	return audit_text_add(store, by, actions[report->order.action], &old, &new, NULL, err);
}

static enum status
write_report(struct store *store, const struct rotation_policy *policy,
    const struct lifecycle_rotation *before, const struct lifecycle_report *report,
    struct store_rotation *after, int64_t now, struct error *err)
{
	const struct lifecycle_by by = { .now = now, .actor = "signetd",
		.on_behalf_of = before->set.owner_org };
	const char *action = report->outcome == ROTATION_DONE ? actions[report->order.action] : NULL;
	enum status status = STATUS_OK;

	if (action != NULL && report->order.action == ROTATION_DELETE)
		return lifecycle_remove_set(store, &by, action, report->set_number, err);
	if (action != NULL && report->order.action == ROTATION_GENERATE)
		status = store_new_key(store, report, err);
	if (status == STATUS_OK)
		status = lifecycle_write_rotation(store, policy, before, after, err);
	if (status == STATUS_OK && action != NULL)
		status = add_audit(store, before, report, &by, err);
	return status;
}

static enum status
take_report(struct store *store, const struct rotation_policy *policy,
    const struct lifecycle_report *report, int64_t now, bool *ret_counts, struct error *err)
{
	struct lifecycle_rotation before;
	struct store_rotation after;
	enum status status = lifecycle_read_rotation(store, policy, report->set_number, &before, err);

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
	return write_report(store, policy, &before, report, &after, now, err);
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
