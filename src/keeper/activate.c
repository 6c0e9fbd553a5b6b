/* SPDX-License-Identifier: ISC */
/*
 * ActivateKey: unless all slots were proved of late, look at DNS → the gate,
 * the conflict table, the store, in one transaction → let the views follow →
 * answer.
 */
#include <stdlib.h>

#include "keeper/check.h"
#include "keeper/lifecycle_gate.h"
#include "keeper/methods.h"
#include "keeper/record_json.h"
#include "keeper/rotator.h"
#include "keeper/warnings_json.h"
#include "process/clock.h"

/* ---- the answer ---- */

static json_t *
effect_json(const struct conflict_effect *effect)
{
	char id[ID_TEXT_SIZE];

	key_id_print(&effect->id, id);
	return json_pack("{s:s, s:s, s:s, s:s, s:s}", "id", id,
	    "effect", word_text(conflict_kind_words, (int)effect->kind),
	    "domain_match", word_text(domain_match_words, (int)effect->before),
	    "new_domain_match", word_text(domain_match_words, (int)effect->after),
	    "loses", word_text(conflict_senders_words, (int)effect->loses));
}

static json_t *
effects_json(const struct conflict_plan *plan)
{
	json_t *effects = json_array();

	for (size_t i = 0; i < plan->count; i++) {
		if (json_array_append_new(effects, effect_json(&plan->effects[i])) != 0) {
			json_decref(effects);
			return NULL;
		}
	}
	return effects;
}

static json_t *
outcome_json(const struct call *call, const struct lifecycle_outcome *outcome, bool is_dry_run)
{
	return json_pack("{s:o, s:b, s:b, s:o, s:s, s:o}",
	    "key", record_json_of_key(&outcome->key, call->peer.rights),
	    "dry_run", is_dry_run,
	    "was_active", outcome->was_active,
	    "effects", effects_json(&outcome->plan),
	    "gains", word_text(conflict_senders_words, (int)outcome->plan.gains),
	    "warnings", warnings_json_of(outcome->warnings));
}

/* ---- activation ---- */

/* One on its way; freed when its call is answered. */
struct activation {
	struct call *call;
	struct key_id id;
	struct lifecycle_activation how;
};

static void
activate(struct activation *activation)
{
	struct call *call = activation->call;
	struct keeper *keeper = call->keeper;
	struct lifecycle_by by = call_by(call);
	struct lifecycle_outcome outcome;
	struct error err = { "" };
	enum status status = lifecycle_activate(
	    keeper->store, &by, &activation->id, &activation->how, &outcome, &err);

	if (status != STATUS_OK)
		call_fail_status(call, status, "id", &err);
	else if (activation->how.dry_run)
		call_answer(call, outcome_json(call, &outcome, true));
	else
		call_answer_published(call, outcome_json(call, &outcome, false));
	if (status == STATUS_OK && keeper->rotator != NULL)
		rotator_wake(keeper->rotator);
	free(activation);
}

/* What is wrong with the slot that is not proved, and what to do about it. */
static void
fail_unproved(struct call *call, const struct dns_line_look *look)
{
	bool is_temporary = look->verdict.state == DNS_UNCHECKED;
	struct error err;

	(void)error_set(&err, STATUS_REFUSED, "%.250s%s%.250s", look->verdict.sentence,
	    look->advice[0] != '\0' ? ": " : "", look->advice);
	call_fail_message(call, is_temporary ? CALL_ERROR_UNAVAILABLE : CALL_ERROR_REFUSED, err.text);
}

static void
on_checked(void *context, const struct check_result *result)
{
	struct activation *activation = context;
	struct call *call = activation->call;
	enum slot slot = SLOT_PRIMARY;
	struct error err = result->err;
	bool is_proved = false;
	enum status status = result->status;

	if (status == STATUS_OK)
		status = lifecycle_is_proved(
		    call->keeper->store, &result->key.set, clock_wall_s(), &is_proved, &slot, &err);
	/* what was not looked at is the gate's to refuse */
	if (status == STATUS_OK && (is_proved || !result->slots[slot].was_looked_at)) {
		activate(activation);
		return;
	}
	if (status != STATUS_OK)
		call_fail_status(call, status, "id", &err);
	else
		fail_unproved(call, &result->slots[slot].look);
	free(activation);
}

static void
check_first(struct activation *activation, const struct domain_key *key)
{
	struct call *call = activation->call;
	struct check_options options = {
		.actor = call->peer.name,
		.done = on_checked,
		.context = activation,
	};
	struct error err = { "" };
	enum status status = check_start(call->keeper, key, &options, &err);

	if (status == STATUS_OK)
		return;
	call_fail_status(call, status, "id", &err);
	free(activation);
}

/* ---- the method ---- */

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

static struct lifecycle_activation
activation_of(const struct call *call, const struct activate_values *values)
{
	const struct settings *settings = call->keeper->settings;

	return (struct lifecycle_activation){
		.dry_run = values->dry_run,
		.without_dns_check = values->without_dns_check,
		.allow_without_dns_check =
		    settings_number(settings, SETTING_ALLOW_WITHOUT_DNS_CHECK, 0) != 0,
	};
}

/* The gate itself is in the transaction; here is only whether a look may open it. */
static bool
needs_check(struct store *store, const struct domain_key *key, const struct lifecycle_activation *how)
{
	enum slot slot = SLOT_PRIMARY;
	bool is_proved = false;

	if (how->dry_run || how->without_dns_check || key->is_active)
		return false;
	return lifecycle_is_proved(
	           store, &key->set, clock_wall_s(), &is_proved, &slot, NULL) == STATUS_OK &&
	    !is_proved;
}

void
activate_key(struct call *call)
{
	struct activate_values values = { .id = SLICE_EMPTY };
	struct activation *activation;
	struct domain_key key;

	if (!call_read(call, activate_params, &values) || !keys_find_id(call, values.id, &key))
		return;
	activation = calloc(1, sizeof(*activation));
	if (activation == NULL) {
		call_answer(call, NULL);
		return;
	}
	*activation = (struct activation){ call, key.id, activation_of(call, &values) };
	if (needs_check(call->keeper->store, &key, &activation->how))
		check_first(activation, &key);
	else
		activate(activation);
}
