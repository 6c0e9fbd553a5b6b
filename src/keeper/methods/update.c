/* SPDX-License-Identifier: ISC */
/* UpdateKey: another match, or test mode. */
#include "keeper/methods/activation.h"
#include "keeper/methods/methods.h"
#include "keeper/publisher.h"

static void
update(struct activation *activation)
{
	struct call *call = activation->call;
	struct keeper *keeper = call->keeper;
	struct lifecycle_by by = call_by(call);
	struct lifecycle_outcome outcome;
	struct error err = { "" };
	enum status status = lifecycle_update(keeper->store, &by, &activation->id,
	    &activation->change, &activation->how, &outcome, &err);

	if (status != STATUS_OK) {
		call_fail_status(call, status, "id", &err);
		return;
	}
	activation_answer(activation, &outcome, "changed", outcome.has_changed);
	publisher_wake(keeper->publisher);
}

struct update_values {
	struct slice id;
	int domain_match;
	enum param_switch test_mode;
	bool dry_run;
	bool without_dns_check;
};

#define AT(member) offsetof(struct update_values, member)
static const struct param update_params[] = {
	{ "id", PARAM_TEXT, true, AT(id), NULL, 0 },
	{ "domain_match", PARAM_WORD, false, AT(domain_match), domain_match_words, 0 },
	{ "test_mode", PARAM_SWITCH, false, AT(test_mode), NULL, 0 },
	{ "dry_run", PARAM_FLAG, false, AT(dry_run), NULL, 0 },
	{ "without_dns_check", PARAM_FLAG, false, AT(without_dns_check), NULL, 0 },
	{ .name = NULL },
};

void
update_key(struct call *call)
{
	struct update_values values = { .id = SLICE_EMPTY };
	struct activation activation = { .call = call, .run = update };
	struct domain_key key;
	bool is_rematched;

	if (!call_read(call, update_params, &values) || !keys_find_id(call, values.id, &key))
		return;
	activation.id = key.id;
	activation.how.dry_run = values.dry_run;
	activation.how.without_dns_check = values.without_dns_check;
	activation.change = (struct lifecycle_change){
		.domain_match = (enum domain_match)values.domain_match,
		.has_test_mode = values.test_mode != PARAM_ABSENT,
		.test_mode = values.test_mode == PARAM_ON,
	};
	is_rematched = values.domain_match != 0 && values.domain_match != (int)key.domain_match;
	activation_start(&activation, &key, key.is_active && is_rematched);
}
