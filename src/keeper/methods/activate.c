/* SPDX-License-Identifier: ISC */
/* ActivateKey. */
#include "keeper/methods/activation.h"
#include "keeper/methods/methods.h"

static void
activate(struct activation *activation)
{
	struct call *call = activation->call;
	struct lifecycle_by by = call_by(call);
	struct lifecycle_outcome outcome;
	struct error err = { "" };
	enum status status = lifecycle_activate(
	    call->keeper->store, &by, &activation->id, &activation->how, &outcome, &err);

	if (status == STATUS_OK)
		activation_answer(activation, &outcome, "was_active", outcome.was_active);
	else
		call_fail_status(call, status, "id", &err);
}

struct activate_values {
	struct slice id;
	bool dry_run;
	bool without_dns_check;
};

static const struct param activate_params[] = {
	{ "id", PARAM_TEXT, true, offsetof(struct activate_values, id), NULL, 0 },
	{ "dry_run", PARAM_FLAG, false, offsetof(struct activate_values, dry_run), NULL, 0 },
	{ "without_dns_check", PARAM_FLAG, false,
	    offsetof(struct activate_values, without_dns_check), NULL, 0 },
	{ .name = NULL },
};

void
activate_key(struct call *call)
{
	struct activate_values values = { .id = SLICE_EMPTY };
	struct activation activation = { .call = call, .run = activate };
	struct domain_key key;

	if (!call_read(call, activate_params, &values) || !keys_find_id(call, values.id, &key))
		return;
	activation.id = key.id;
	activation.how.dry_run = values.dry_run;
	activation.how.without_dns_check = values.without_dns_check;
	activation_start(&activation, &key, !key.is_active);
}
