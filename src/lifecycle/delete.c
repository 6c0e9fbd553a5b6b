/* SPDX-License-Identifier: ISC */
/* A record goes; with its last one the key set retires (keys/rotation.h). */
#include "lifecycle/audit_text.h"
#include "lifecycle/find.h"
#include "lifecycle/rotate.h"

/* The state of the set, or that of one nobody ever signed with. */
static enum status
read_rotation(struct store *store, const struct lifecycle_deletion *how, const struct key_set *set,
    int64_t now, struct lifecycle_rotation *ret_rotation, struct error *err)
{
	enum status status =
	    lifecycle_read_rotation(store, how->policy, set->number, ret_rotation, err);

	if (status != STATUS_NOT_FOUND)
		return status;
	ret_rotation->kept = (struct store_rotation){ .look_at = 0 };
	rotation_begin_unused(set->signing_slot, now, &ret_rotation->kept.state);
	return STATUS_OK;
}

static enum status
write_retirement(struct store *store, const struct lifecycle_by *by, const char *action,
    const struct lifecycle_deletion *how, const struct lifecycle_rotation *before,
    const struct rotation_end *end, struct lifecycle_deleted *deleted, struct error *err)
{
	const struct domain_key old = deleted->key;
	struct store_rotation after = before->kept;
	enum status status;

	after.state = end->state;
	after.look_at = 0;
	status = lifecycle_write_rotation(store, how->policy, before, &after, err);
	if (status == STATUS_OK)
		status = lifecycle_find_id(store, &old.id, &deleted->key, err);
	if (status == STATUS_OK)
		status = audit_text_add(store, by, action, &old, &deleted->key, NULL, err);
	return status;
}

static enum status
retire_set(struct store *store, const struct lifecycle_by *by, const char *action,
    const struct lifecycle_deletion *how, struct lifecycle_deleted *deleted, struct error *err)
{
	struct lifecycle_rotation before;
	struct rotation_end end;
	enum status status = read_rotation(store, how, &deleted->key.set, by->now, &before, err);

	if (status != STATUS_OK)
		return status;
	rotation_retire(
	    &before.kept.state, &before.facts, how->policy, how->at_once, by->now, &end);
	deleted->is_gone = end.is_over;
	deleted->was_retiring = end.was_retiring;
	deleted->leaves_records = end.is_over && !before.facts.can_publish;
	if (end.is_over)
		return lifecycle_remove_set(store, by, action, before.set.number, err);
	if (end.was_retiring)
		return STATUS_OK;
	return write_retirement(store, by, action, how, &before, &end, deleted, err);
}

static enum status
detach(struct store *store, const struct lifecycle_by *by, const char *action,
    struct lifecycle_deleted *deleted, struct error *err)
{
	enum status status = store_delete_key(store, &deleted->key.id, err);

	deleted->is_gone = true;
	deleted->is_detached = true;
	if (status == STATUS_OK)
		status = audit_text_add(store, by, action, &deleted->key, NULL, NULL, err);
	return status;
}

static enum status
count_record(void *context, const struct domain_key *key)
{
	unsigned *count = context;

	(void)key;
	++*count;
	return STATUS_OK;
}

static enum status
delete(struct store *store, const struct lifecycle_by *by, const struct key_id *id,
    const struct lifecycle_deletion *how, struct lifecycle_deleted *deleted, struct error *err)
{
	const char *action = how->at_once ? "key delete --now" : "key delete";
	struct store_filter filter = { .limit = 2 };
	unsigned count = 0;
	enum status status = lifecycle_find_id(store, id, &deleted->key, err);

	if (status != STATUS_OK)
		return status;
	if (deleted->key.is_active)
		return error_set(err, STATUS_REFUSED,
		    "the key for %s is active and signs mail: deactivate it first",
		    deleted->key.set.domain);
	filter.set_number = deleted->key.set.number;
	status = store_list_keys(store, &filter, count_record, &count, err);
	if (status != STATUS_OK)
		return status;
	return count > 1 ? detach(store, by, action, deleted, err)
	                 : retire_set(store, by, action, how, deleted, err);
}

enum status
lifecycle_delete(struct store *store, const struct lifecycle_by *by, const struct key_id *id,
    const struct lifecycle_deletion *how, struct lifecycle_deleted *ret_deleted, struct error *err)
{
	struct lifecycle_deleted deleted = { .is_gone = false };
	enum status status = store_begin(store, err);

	if (status != STATUS_OK)
		return status;
	status = delete(store, by, id, how, &deleted, err);
	if (status == STATUS_OK && !deleted.was_retiring)
		status = store_commit(store, err);
	if (status == STATUS_OK && ret_deleted != NULL)
		*ret_deleted = deleted;
	store_rollback(store);
	return status;
}

enum status
lifecycle_check_stays(const struct key_set *set, struct error *err)
{
	if (!set->is_retiring)
		return STATUS_OK;
	return error_set(err, STATUS_REFUSED,
	    "the key for %s is deleted, and goes when no mail needs it any more: make another one",
	    set->domain);
}
