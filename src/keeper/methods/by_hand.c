/* SPDX-License-Identifier: ISC */
/* RotateKey and RevokeKey: what the rotation does by itself, now. */
#include "keeper/methods/methods.h"
#include "keeper/methods/record_json.h"
#include "lifecycle/rotate.h"
#include "settings/rotation_settings.h"

void
rotate_key(struct call *call)
{
	struct lifecycle_by by = call_by(call);
	struct rotation_policy policy;
	struct error err = { "" };
	struct domain_key key;
	enum status status;

	if (!keys_find(call, &key))
		return;
	rotation_settings_read(call_settings(call), &policy);
	status = lifecycle_rotate(call->keeper->store, &by, &policy, &key.id, &key, &err);
	if (status != STATUS_OK)
		call_fail_status(call, status, "id", &err);
	else
		methods_answer_changed(call, json_pack("{s:o}", "key", record_json_of_key(&key, call->peer.rights)));
}

/* ---- revoke ---- */

struct revoke_values {
	struct slice id;
	int slot;
};

static const struct param revoke_params[] = {
	{ "id", PARAM_TEXT, true, offsetof(struct revoke_values, id), NULL, 0 },
	{ "slot", PARAM_WORD, true, offsetof(struct revoke_values, slot), slot_words, 0 },
	{ .name = NULL },
};

void
revoke_key(struct call *call)
{
	struct revoke_values values = { .id = SLICE_EMPTY };
	struct lifecycle_by by = call_by(call);
	struct lifecycle_revocation revocation;
	struct rotation_policy policy;
	struct error err = { "" };
	struct domain_key key;
	enum status status;

	if (!call_read(call, revoke_params, &values) || !keys_find_id(call, values.id, &key))
		return;
	rotation_settings_read(call_settings(call), &policy);
	status = lifecycle_revoke(call->keeper->store, &by, &policy, &key.id, (enum slot)values.slot,
	    &revocation, &err);
	if (status != STATUS_OK)
		call_fail_status(call, status, "id", &err);
	else
		methods_answer_changed(call,
		    json_pack("{s:o, s:b, s:b}",
		        "key", record_json_of_key(&revocation.key, call->peer.rights),
		        "was_revoked", revocation.was_revoked,
		        "has_stopped", revocation.has_stopped));
}
