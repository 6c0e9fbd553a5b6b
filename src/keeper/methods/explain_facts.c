/* SPDX-License-Identifier: ISC */
#include "keeper/methods/explain_facts.h"

#include "keeper/methods/params.h"
#include "keys/domain.h"

/* What the From fields of the message were. */
enum from_field { FROM_ONE = 1, FROM_NONE, FROM_SEVERAL, FROM_MALFORMED };
static const struct word from_field_words[] = {
	{ FROM_ONE, "one" },
	{ FROM_NONE, "none" },
	{ FROM_SEVERAL, "several" },
	{ FROM_MALFORMED, "malformed" },
	{ 0, NULL },
};

struct explain_values {
	json_t *from;
	int from_field;
	struct slice envelope_from;
	bool null_sender;
	struct slice client;
	struct slice daemon_name;
	struct slice login;
	struct slice listener;
	json_t *org_header;
	json_t *flaws;
	json_t *field_counts;
	int64_t header_bytes;
	int64_t header_fields;
};

/* Of fields: far more than a control message could have told of. */
#define COUNT_MAX INT32_MAX

#define AT(member) offsetof(struct explain_values, member)
static const struct param explain_params[] = {
	{ "from", PARAM_TEXTS, false, AT(from), NULL, EXPLAIN_SENDERS_MAX },
	{ "from_field", PARAM_WORD, false, AT(from_field), from_field_words, 0 },
	{ "envelope_from", PARAM_ANY_TEXT, false, AT(envelope_from), NULL, 0 },
	{ "null_sender", PARAM_FLAG, false, AT(null_sender), NULL, 0 },
	{ "client", PARAM_TEXT, false, AT(client), NULL, 0 },
	{ "daemon_name", PARAM_TEXT, false, AT(daemon_name), NULL, 0 },
	{ "login", PARAM_TEXT, false, AT(login), NULL, 0 },
	{ "listener", PARAM_TEXT, false, AT(listener), NULL, 0 },
	{ "organization_header", PARAM_TEXTS, false, AT(org_header), NULL, EXPLAIN_SENDERS_MAX },
	{ "flaws", PARAM_OBJECTS, false, AT(flaws), NULL, FLAW_COUNT },
	{ "field_counts", PARAM_COUNTS, false, AT(field_counts), NULL, COUNT_MAX },
	{ "header_bytes", PARAM_NUMBER, false, AT(header_bytes), NULL, INT64_MAX },
	{ "header_fields", PARAM_NUMBER, false, AT(header_fields), NULL, INT64_MAX },
	{ .name = NULL },
};

/* What was seen, and where first: struct flaw_place. */
struct flaw_values {
	int flaw;
	struct slice field;
	int64_t octets;
	int64_t at;
};

#define FLAW_AT(member) offsetof(struct flaw_values, member)
static const struct param flaw_params[] = {
	{ "flaw", PARAM_WORD, true, FLAW_AT(flaw), flaw_words, 0 },
	{ "field", PARAM_TEXT, false, FLAW_AT(field), NULL, 0 },
	{ "octets", PARAM_NUMBER, false, FLAW_AT(octets), NULL, INT64_MAX },
	{ "at", PARAM_NUMBER, false, FLAW_AT(at), NULL, INT64_MAX },
	{ .name = NULL },
};

static void
take_from(struct question *q, const struct explain_values *values)
{
	const json_t *domain;
	size_t index;

	json_array_foreach(values->from, index, domain)
		q->senders[index] =
		    slice_of(json_string_value(domain), json_string_length(domain));
	q->facts.senders = q->senders;
	q->facts.sender_count = json_array_size(values->from);
	q->facts.is_from_valid = values->from_field == 0 || values->from_field == FROM_ONE;
	q->facts.from_count = values->from_field == FROM_NONE ? 0
	    : values->from_field == FROM_SEVERAL              ? 2
	                                                      : 1;
}

static void
take_org_header(struct question *q, const json_t *values)
{
	const json_t *first = json_array_get(values, 0);

	q->facts.org_header_count = json_array_size(values);
	if (first != NULL)
		q->facts.org_header =
		    slice_trim(slice_of(json_string_value(first), json_string_length(first)));
}

static bool
is_listener(const struct settings *settings, unsigned i, struct slice text)
{
	return slice_equal(text, slice_from_text(decide_settings_listener_name(settings, i))) ||
	    slice_equal(text, slice_from_text(settings_text(settings, SETTING_LISTENER_ADDRESS, i)));
}

static enum status
take_listener(struct question *q, struct slice text, struct error *err)
{
	const struct settings *settings = q->edition->settings;
	unsigned count = settings_count(settings, SETTING_LISTENER_ADDRESS);
	unsigned i = 0;

	while (text.len > 0 && i < count && !is_listener(settings, i, text))
		i++;
	if (i == count)
		return error_set(err, STATUS_INVALID, "there is no listener \"%.*s\"",
		    SLICE_PRINT(domain_quote(text)));
	q->facts.listener = i;
	return STATUS_OK;
}

static enum status
take_client(struct question *q, struct slice text, struct error *err)
{
	enum status status = STATUS_OK;

	if (text.len == 0)
		return status;
	status = network_parse(text, &q->client, err);
	if (status == STATUS_OK && q->client.bits != 128)
		status = error_set(err, STATUS_INVALID, "\"%.*s\" is a network, not the address of a client",
		    SLICE_PRINT(domain_quote(text)));
	q->facts.client = &q->client;
	return status;
}

static bool
is_over(int64_t number, const struct settings *settings, enum setting setting)
{
	return (uint64_t)number > settings_number(settings, setting, 0);
}

/* Which lines are too long is for the configuration to say, and --from stands for the message's own. */
static bool
is_flaw(const struct question *q, const struct flaw_values *values)
{
	switch (values->flaw) {
	case FLAW_NO_FROM:
	case FLAW_SEVERAL_FROM:
		return q->facts.from_count != 1;
	case FLAW_LONG_HEADER_LINE:
	case FLAW_LONG_BODY_LINE:
		return is_over(values->octets, q->edition->settings, SETTING_FIT_LINE_MAX);
	default:
		return true;
	}
}

static enum status
add_flaw(struct question *q, json_t *object, struct error *err)
{
	struct flaw_values values = { .flaw = 0 };
	const char *name;
	enum status status = params_read(flaw_params, object, &values, &name, err);

	if (status != STATUS_OK || !is_flaw(q, &values))
		return status;
	measure_note(&q->measure, (enum flaw)values.flaw,
	    &(struct flaw_place){ .field = values.field,
	        .octets = (uint64_t)values.octets,
	        .at = (uint64_t)values.at });
	if (values.field.len > 0)
		q->facts.flaws |= FLAW_BIT(values.flaw);
	return STATUS_OK;
}

static enum status
take_flaws(struct question *q, const json_t *flaws, struct error *err)
{
	enum status status = STATUS_OK;
	json_t *object;
	size_t index;

	measure_init(&q->measure, q->edition->decide.fitness.line_max, false);
	json_array_foreach(flaws, index, object) {
		if (status == STATUS_OK)
			status = add_flaw(q, object, err);
	}
	return status;
}

static bool
take_facts(struct call *call, const struct explain_values *values, struct question *q)
{
	const struct settings *settings = call_settings(call);
	const char *field = "client";
	struct error err = { "" };
	enum status status;

	take_from(q, values);
	take_org_header(q, values->org_header);
	q->counts = values->field_counts;
	q->facts.daemon_name = values->daemon_name;
	q->facts.login = values->login;
	q->facts.envelope_domain = values->envelope_from;
	q->facts.is_null_sender = values->null_sender;
	q->facts.is_header_too_large =
	    is_over(values->header_bytes, settings, SETTING_HEADER_MAX_BYTES) ||
	    is_over(values->header_fields, settings, SETTING_HEADER_MAX_FIELDS);
	status = take_client(q, values->client, &err);
	if (status == STATUS_OK) {
		field = "listener";
		status = take_listener(q, values->listener, &err);
	}
	if (status == STATUS_OK) {
		field = "flaws";
		status = take_flaws(q, values->flaws, &err);
	}
	if (status != STATUS_OK)
		call_fail_status(call, status, field, &err);
	return status == STATUS_OK;
}

bool
explain_facts_read(struct call *call, struct question *ret_question)
{
	struct explain_values values = { .from = NULL };

	*ret_question = (struct question){ .keeper = call->keeper, .edition = call->edition };
	return call_read(call, explain_params, &values) && take_facts(call, &values, ret_question);
}
