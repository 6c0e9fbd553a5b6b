/* SPDX-License-Identifier: ISC */
/* DeactivateKey and DeleteKey: what comes of it is the rotator's. */
#include "keeper/methods/methods.h"
#include "keeper/methods/record_json.h"
#include "settings/rotation_settings.h"

void
keys_deactivate(struct call *call)
{
	struct lifecycle_by by = call_by(call);
	struct error err = { "" };
	struct domain_key key;
	enum status status;

	if (!keys_find(call, &key))
		return;
	status = lifecycle_deactivate(call->keeper->store, &by, &key.id, &key, &err);
	if (status == STATUS_OK)
		methods_answer_changed(call, json_pack("{s:o}", "key", record_json_of_key(&key, call->peer.rights)));
	else
		call_fail_status(call, status, "id", &err);
}

/* ---- delete ---- */

struct delete_values {
	struct slice id;
	bool now;
};

static const struct param delete_params[] = {
	{ "id", PARAM_TEXT, true, offsetof(struct delete_values, id), NULL, 0 },
	{ "now", PARAM_FLAG, false, offsetof(struct delete_values, now), NULL, 0 },
	{ .name = NULL },
};

static json_t *
deleted_json(const struct lifecycle_deleted *deleted, unsigned rights)
{
	return json_pack("{s:o, s:b, s:b, s:b, s:b}",
	    "key", record_json_of_key(&deleted->key, rights),
	    "is_gone", deleted->is_gone,
	    "was_retiring", deleted->was_retiring,
	    "is_detached", deleted->is_detached,
	    "leaves_records", deleted->leaves_records);
}

void
keys_delete(struct call *call)
{
	struct delete_values values = { .id = SLICE_EMPTY };
	struct lifecycle_by by = call_by(call);
	struct rotation_policy policy;
	struct lifecycle_deletion how = { .policy = &policy };
	struct lifecycle_deleted deleted;
	struct error err = { "" };
	struct domain_key key;
	enum status status;

	if (!call_read(call, delete_params, &values) || !keys_find_id(call, values.id, &key))
		return;
	rotation_settings_read(call_settings(call), &policy);
	how.at_once = values.now;
	status = lifecycle_delete(call->keeper->store, &by, &key.id, &how, &deleted, &err);
	if (status == STATUS_OK)
		methods_answer_changed(call, deleted_json(&deleted, call->peer.rights));
	else
		call_fail_status(call, status, "id", &err);
}
