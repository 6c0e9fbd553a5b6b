/* SPDX-License-Identifier: ISC */
#include "keeper/methods/activation.h"

#include <stdlib.h>

#include "keeper/check.h"
#include "keeper/methods/record_json.h"
#include "keeper/methods/warnings_json.h"
#include "keeper/rotator.h"
#include "lifecycle/gate.h"
#include "process/clock.h"

/* ---- the answer ---- */

static json_t *
effect_json(const struct conflict_effect *effect)
{
	char id[ID_TEXT_SIZE];

	key_id_print(&effect->id, id);
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "id", id,
	    "effect", word_text(conflict_kind_words, (int)effect->kind),
	    "domain_match", word_text(domain_match_words, (int)effect->before),
	    "new_domain_match", word_text(domain_match_words, (int)effect->after),
	    "gains", word_text(conflict_senders_words, (int)effect->gains),
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

/* flag says what it was, or is, in the words of the method. */
static json_t *
outcome_json(const struct activation *activation, const struct lifecycle_outcome *outcome,
    const char *flag, bool value)
{
	return json_pack("{s:o, s:b, s:b, s:o, s:s, s:s, s:o}",
	    "key", record_json_of_key(&outcome->key, activation->call->peer.rights),
	    "dry_run", activation->how.dry_run,
	    flag, value,
	    "effects", effects_json(&outcome->plan),
	    "gains", word_text(conflict_senders_words, (int)outcome->plan.gains),
	    "loses", word_text(conflict_senders_words, (int)outcome->plan.loses),
	    "warnings", warnings_json_of(outcome->warnings));
}

void
activation_answer(struct activation *activation, const struct lifecycle_outcome *outcome,
    const char *flag, bool value)
{
	struct keeper *keeper = activation->call->keeper;
	json_t *answer = outcome_json(activation, outcome, flag, value);

	if (activation->how.dry_run) {
		call_answer(activation->call, answer);
		return;
	}
	call_answer_published(activation->call, answer);
	rotator_wake(keeper->rotator);
}

/* ---- proof ---- */

static void
run(struct activation *activation)
{
	activation->run(activation);
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
		run(activation);
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

/* The gate itself is in the transaction; here is only whether a look may open it. */
static bool
needs_check(const struct activation *activation, const struct domain_key *key)
{
	enum slot slot = SLOT_PRIMARY;
	bool is_proved = false;

	if (activation->how.dry_run || activation->how.without_dns_check)
		return false;
	return lifecycle_is_proved(activation->call->keeper->store, &key->set, clock_wall_s(), &is_proved,
	           &slot, NULL) == STATUS_OK &&
	    !is_proved;
}

void
activation_start(const struct activation *wanted, const struct domain_key *key, bool has_gate)
{
	struct activation *activation = calloc(1, sizeof(*activation));

	if (activation == NULL) {
		call_answer(wanted->call, NULL);
		return;
	}
	*activation = *wanted;
	activation->how.allow_without_dns_check =
	    settings_number(call_settings(wanted->call), SETTING_ALLOW_WITHOUT_DNS_CHECK, 0) != 0;
	if (has_gate && needs_check(activation, key))
		check_first(activation, key);
	else
		run(activation);
}
