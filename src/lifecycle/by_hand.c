/* SPDX-License-Identifier: ISC */
/* Rotation by hand: rotate, revoke. */
#include "lifecycle/audit_text.h"
#include "lifecycle/find.h"
#include "lifecycle/rotate.h"

static enum status
read_all(struct store *store, const struct rotation_policy *policy, const struct key_id *id, struct domain_key *ret_key,
    struct lifecycle_rotation *ret_rotation, struct error *err)
{
	enum status status = lifecycle_find_id(store, id, ret_key, err);

	if (status == STATUS_OK)
		status = lifecycle_check_owner(store, ret_key, err);
	if (status != STATUS_OK)
		return status;
	status = lifecycle_read_rotation(store, policy, ret_key->set.number, ret_rotation, err);
	if (status == STATUS_NOT_FOUND)
		return error_set(err, STATUS_REFUSED,
		    "no key of this set was ever active: there is nothing to rotate or revoke; delete it");
	return status;
}

/* ---- rotate ---- */

/* rotation_ask knows no names. */
static enum status
refuse_rotation(enum status status, const struct domain_key *key, struct error *err)
{
	enum slot idle = key->set.signing_slot == SLOT_PRIMARY ? SLOT_ALTERNATE : SLOT_PRIMARY;

	if (!key->set.slots[idle].has_key)
		return error_prepend(err, status, "%s", key->set.domain);
	return error_prepend(err, status, "%s does not switch to selector %s", key->set.domain,
	    key->set.slots[idle].selector);
}

static enum status
rotate(struct store *store, const struct lifecycle_by *by, const struct rotation_policy *policy,
    const struct key_id *id, struct domain_key *ret_key, struct error *err)
{
	struct lifecycle_rotation rotation;
	struct store_rotation after;
	struct domain_key before;
	enum status status = read_all(store, policy, id, &before, &rotation, err);

	if (status != STATUS_OK)
		return status;
	after = rotation.kept;
	status = rotation_ask(
	    &rotation.kept.state, &rotation.facts, policy, by->now, &after.state, err);
	if (status != STATUS_OK)
		return refuse_rotation(status, &before, err);
	after.look_at = 0;
	status = lifecycle_write_rotation(store, policy, &rotation, &after, err);
	if (status == STATUS_OK)
		status = lifecycle_find_id(store, id, ret_key, err);
	if (status == STATUS_OK)
		status = audit_text_add(store, by, "key rotate", &before, ret_key, NULL, err);
	return status;
}

enum status
lifecycle_rotate(struct store *store, const struct lifecycle_by *by,
    const struct rotation_policy *policy, const struct key_id *id, struct domain_key *ret_key,
    struct error *err)
{
	enum status status = store_begin(store, err);

	if (status != STATUS_OK)
		return status;
	status = rotate(store, by, policy, id, ret_key, err);
	if (status == STATUS_OK)
		status = store_commit(store, err);
	store_rollback(store);
	return status;
}

/* ---- revoke ---- */

static enum status
stop_key(struct store *store, const struct lifecycle_by *by, const struct key_id *id,
    struct error *err)
{
	struct domain_key before, after;
	enum status status = lifecycle_find_id(store, id, &before, err);

	if (status != STATUS_OK)
		return status;
	after = before;
	after.is_active = false;
	after.deactivated_at = by->now;
	status = store_update_key(store, &after, err);
	if (status == STATUS_OK)
		status = audit_text_add(store, by, "key deactivate", &before, &after, NULL, err);
	return status;
}

static enum status
stop_set(struct store *store, const struct lifecycle_by *by, int64_t number, struct error *err)
{
	struct key_id id;
	enum status status = store_find_active(store, number, &id, err);

	while (status == STATUS_OK) {
		status = stop_key(store, by, &id, err);
		if (status == STATUS_OK)
			status = store_find_active(store, number, &id, err);
	}
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

/* Its empty p= is to be published, as soon as this is written. */
static enum status
write_revocation(struct store *store, const struct lifecycle_by *by,
    const struct rotation_policy *policy, const struct rotation_revocation *revocation,
    const struct lifecycle_rotation *rotation, enum slot slot, struct error *err)
{
	static const struct publish_status at_once = { .state = PUBLISH_IN_PROGRESS };
	struct store_rotation after = rotation->kept;
	enum status status;

	after.state = revocation->state;
	after.look_at = 0;
	status = lifecycle_write_rotation(store, policy, rotation, &after, err);
	if (status == STATUS_OK)
		status = store_set_publish(store, rotation->set.number, slot, &at_once, err);
	if (status == STATUS_OK && revocation->deactivates)
		status = stop_set(store, by, rotation->set.number, err);
	return status;
}

static enum status
revoke(struct store *store, const struct lifecycle_by *by, const struct rotation_policy *policy,
    const struct key_id *id, enum slot slot, struct lifecycle_revocation *ret_revocation,
    struct error *err)
{
	struct lifecycle_rotation rotation;
	struct rotation_revocation revocation = { .was_revoked = false };
	struct domain_key before;
	enum status status = read_all(store, policy, id, &before, &rotation, err);

	if (status == STATUS_OK)
		status = rotation_revoke(
		    &rotation.kept.state, &rotation.facts, policy, slot, by->now, &revocation, err);
	if (status != STATUS_OK)
		return status;
	ret_revocation->key = before;
	ret_revocation->was_revoked = revocation.was_revoked;
	ret_revocation->has_stopped = revocation.deactivates;
	if (revocation.was_revoked)
		return STATUS_OK;
	status = write_revocation(store, by, policy, &revocation, &rotation, slot, err);
	if (status == STATUS_OK)
		status = lifecycle_find_id(store, id, &ret_revocation->key, err);
	if (status == STATUS_OK)
		status = audit_text_add(
		    store, by, "key revoke", &before, &ret_revocation->key, NULL, err);
	return status;
}

enum status
lifecycle_revoke(struct store *store, const struct lifecycle_by *by,
    const struct rotation_policy *policy, const struct key_id *id, enum slot slot,
    struct lifecycle_revocation *ret_revocation, struct error *err)
{
	enum status status = store_begin(store, err);

	if (status != STATUS_OK)
		return status;
	status = revoke(store, by, policy, id, slot, ret_revocation, err);
	if (status == STATUS_OK)
		status = store_commit(store, err);
	store_rollback(store);
	return status;
}
