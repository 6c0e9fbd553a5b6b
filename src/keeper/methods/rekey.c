/* SPDX-License-Identifier: ISC */
/* RekeyVault: how far it is with sealing all keys anew. It begins by itself (keeper/resealer.h). */
#include "keeper/methods/methods.h"
#include "keeper/resealer.h"
#include "store/sealing.h"

struct rekey_values {
	bool look_again;
};

static const struct param rekey_params[] = {
	{ "look_again", PARAM_FLAG, false, offsetof(struct rekey_values, look_again), NULL, 0 },
	{ .name = NULL },
};

static bool
has_previous(const struct keeper *keeper)
{
	return settings_text(keeper->settings, SETTING_PREVIOUS_MASTER_KEY, 0)[0] != '\0';
}

void
rekey_vault(struct call *call)
{
	struct rekey_values values = { .look_again = false };
	struct keeper *keeper = call->keeper;
	struct store_masters masters;
	struct store_seals seals;
	struct error err = { "" };
	enum status status;

	if (!call_read(call, rekey_params, &values))
		return;
	status = store_get_masters(keeper->store, &masters, &err);
	if (status == STATUS_OK)
		status = store_count_seals(keeper->store, &seals, &err);
	if (status == STATUS_OK && !keeper->has_met_master)
		status = error_set(&err, STATUS_UNAVAILABLE,
		    "the vault has not said yet which master keys it holds: try again");
	if (status != STATUS_OK) {
		call_fail_status(call, status, NULL, &err);
		return;
	}
	if (values.look_again)
		resealer_wake(keeper->resealer);
	call_answer(call,
	    json_pack("{s:b, s:b, s:I, s:I, s:I}",
	        "is_under_way", masters.has_previous,
	        "has_previous", has_previous(keeper),
	        "keys", (json_int_t)seals.keys,
	        "left", (json_int_t)seals.left,
	        "unopened", (json_int_t)resealer_unopened(keeper->resealer)));
}
