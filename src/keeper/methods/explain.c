/* SPDX-License-Identifier: ISC */
/*
 * Explain: what would be done with a message, and why. policy/decide.h decides,
 * as in the milter; here are only its facts, which signetctl has read from the
 * message, and its answer in words. Of the keys the store is asked: the views
 * hold the same by the time a change is answered.
 */
#include "dkim/address.h"
#include "keeper/methods/candidates.h"
#include "keeper/methods/key_source.h"
#include "keeper/methods/methods.h"
#include "keys/domain.h"

#define SENDERS_MAX ADDRESS_LIST_MAX

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
	json_t *body_flaws;
	int64_t longest_header_line;
	int64_t longest_body_line;
	int64_t header_bytes;
	int64_t header_fields;
};

#define AT(member) offsetof(struct explain_values, member)
static const struct param explain_params[] = {
	{ "from", PARAM_TEXTS, false, AT(from), NULL, SENDERS_MAX },
	{ "from_field", PARAM_WORD, false, AT(from_field), from_field_words, 0 },
	{ "envelope_from", PARAM_ANY_TEXT, false, AT(envelope_from), NULL, 0 },
	{ "null_sender", PARAM_FLAG, false, AT(null_sender), NULL, 0 },
	{ "client", PARAM_TEXT, false, AT(client), NULL, 0 },
	{ "daemon_name", PARAM_TEXT, false, AT(daemon_name), NULL, 0 },
	{ "login", PARAM_TEXT, false, AT(login), NULL, 0 },
	{ "listener", PARAM_TEXT, false, AT(listener), NULL, 0 },
	{ "organization_header", PARAM_TEXTS, false, AT(org_header), NULL, SENDERS_MAX },
	{ "flaws", PARAM_TEXTS, false, AT(flaws), NULL, FLAW_COUNT },
	{ "body_flaws", PARAM_TEXTS, false, AT(body_flaws), NULL, FLAW_COUNT },
	{ "longest_header_line", PARAM_NUMBER, false, AT(longest_header_line), NULL, INT64_MAX },
	{ "longest_body_line", PARAM_NUMBER, false, AT(longest_body_line), NULL, INT64_MAX },
	{ "header_bytes", PARAM_NUMBER, false, AT(header_bytes), NULL, INT64_MAX },
	{ "header_fields", PARAM_NUMBER, false, AT(header_fields), NULL, INT64_MAX },
	{ .name = NULL },
};

/* All that a question to policy/decide.h needs; slices point into the call. */
struct question {
	struct keeper *keeper;
	const struct edition *edition;
	struct decide_facts facts;
	flaw_set body_flaws;
	struct slice senders[SENDERS_MAX];
	struct network client;
};

/* ---- facts ---- */

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

/* Words of policy/measure.h. */
static enum status
add_flaws(const json_t *words, flaw_set *flaws, struct error *err)
{
	const json_t *word;
	size_t index;

	json_array_foreach(words, index, word) {
		struct slice text = slice_of(json_string_value(word), json_string_length(word));
		int flaw;

		if (word_value(flaw_words, text, &flaw) != STATUS_OK)
			return error_set(err, STATUS_INVALID, "\"%.*s\" is no flaw",
			    SLICE_PRINT(domain_quote(text)));
		*flaws |= FLAW_BIT(flaw);
	}
	return STATUS_OK;
}

/* Which lines are too long is for the configuration to say. */
static enum status
take_flaws(struct question *q, const struct explain_values *values, struct error *err)
{
	const struct settings *settings = q->edition->settings;
	enum status status = add_flaws(values->flaws, &q->facts.flaws, err);

	if (status == STATUS_OK)
		status = add_flaws(values->body_flaws, &q->body_flaws, err);
	/* --from stands for the message's own */
	if (q->facts.from_count == 1)
		q->facts.flaws &= ~(FLAW_BIT(FLAW_NO_FROM) | FLAW_BIT(FLAW_SEVERAL_FROM));
	if (is_over(values->longest_header_line, settings, SETTING_FIT_LINE_MAX))
		q->facts.flaws |= FLAW_BIT(FLAW_LONG_HEADER_LINE);
	if (is_over(values->longest_body_line, settings, SETTING_FIT_LINE_MAX))
		q->body_flaws |= FLAW_BIT(FLAW_LONG_BODY_LINE);
	return status;
}

/* False: the call has been answered. */
static bool
take_facts(struct call *call, const struct explain_values *values, struct question *q)
{
	const struct settings *settings = call_settings(call);
	const char *field = "client";
	struct error err = { "" };
	enum status status;

	take_from(q, values);
	take_org_header(q, values->org_header);
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
		status = take_flaws(q, values, &err);
	}
	if (status != STATUS_OK)
		call_fail_status(call, status, field, &err);
	return status == STATUS_OK;
}

/* ---- keys ---- */

/* Whose candidates are told: the sender that was decided on, or else the first that has a domain. */
static bool
find_sender(const struct question *q, const struct verdict *verdict, char ret_sender[DOMAIN_MAX + 1])
{
	/* that of a login's refusal may be no domain */
	if (domain_normalize(slice_from_text(verdict->sender), ret_sender) == STATUS_OK)
		return true;
	for (size_t i = 0; i < q->facts.sender_count; i++) {
		if (domain_normalize(q->facts.senders[i], ret_sender) == STATUS_OK)
			return true;
	}
	return false;
}

/* What signs for the sender, or would, if its mail were signed. */
static enum status
find_chosen(const struct match_source *source, const struct verdict *verdict, const char *sender,
    struct match_choices *ret_chosen)
{
	enum status status = match_find(
	    source, slice_from_text(verdict->org), slice_from_text(sender), ret_chosen);

	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

/* ---- the answer ---- */

/* Appends item (stolen) to a list, which is NULL from the moment on that memory is out. */
static void
append(json_t **list, json_t *item)
{
	if (json_array_append_new(*list, item) == 0)
		return;
	json_decref(*list);
	*list = NULL;
}

static json_t *
key_json(const struct decide_signature *signature)
{
	const struct match_choice *choice = &signature->key;
	char id[ID_TEXT_SIZE];

	key_id_print(&choice->entry.id, id);
	return json_pack("{s:s, s:s, s:s, s:s, s:s}", "id", id, "domain", choice->domain, "selector",
	    choice->entry.selector, "algorithm",
	    word_text(algorithm_words, (int)choice->entry.algorithm), "identity",
	    word_text(identity_words, (int)signature->identity));
}

static json_t *
keys_json(const struct verdict *verdict)
{
	json_t *keys = json_array();

	for (size_t i = 0; i < verdict->signature_count; i++)
		append(&keys, key_json(&verdict->signatures[i]));
	return keys;
}

/* "FILE:LINE" of the configuration; null for what no line of it says. */
static json_t *
place_json(const struct settings *settings, unsigned line)
{
	return line > 0 ? json_sprintf("%s:%u", settings_path(settings), line) : json_null();
}

static json_t *
flaws_json(flaw_set flaws)
{
	json_t *words = json_array();

	for (int flaw = 1; flaw <= FLAW_COUNT; flaw++) {
		if ((flaws & FLAW_BIT(flaw)) != 0)
			append(&words, json_string(word_text(flaw_words, flaw)));
	}
	return words;
}

static json_t *
steps_json(const struct settings *settings, const struct verdict *verdict)
{
	json_t *steps = json_array();

	for (size_t i = 0; i < verdict->step_count; i++) {
		const struct decide_step *step = &verdict->steps[i];

		append(&steps, json_pack("{s:s, s:s, s:o}", "rule", step->rule, "answer", step->answer,
		                   "place", place_json(settings, step->line)));
	}
	return steps;
}

static json_t *
candidate_json(const struct candidate *candidate, const struct candidate_verdict *verdict)
{
	char id[ID_TEXT_SIZE];

	key_id_print(&candidate->id, id);
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:b, s:b, s:b, s:s, s:s}", "id", id,
	    "domain", candidate->domain,
	    "domain_match", word_text(domain_match_words, (int)candidate->domain_match),
	    "algorithm", word_text(algorithm_words, (int)candidate->algorithm),
	    "selector", candidate->selector,
	    "is_active", candidate->is_active,
	    "does_match", verdict->does_match,
	    "is_chosen", verdict->is_chosen,
	    "rule", word_text(candidate_rule_words, (int)verdict->rule),
	    "sentence", word_text(candidate_rule_sentences, (int)verdict->rule));
}

static json_t *
candidates_json(const struct candidates *candidates, const char *sender,
    const struct match_choices *chosen)
{
	json_t *list = json_array();

	for (size_t i = 0; i < candidates->count; i++) {
		struct candidate_verdict verdict;

		candidate_judge(candidates->keys, candidates->count, i, slice_from_text(sender), chosen,
		    &verdict);
		append(&list, candidate_json(&candidates->keys[i], &verdict));
	}
	return list;
}

/* Memory that is out is left to json_pack. */
static json_t *
answer_json(const struct question *q, const struct verdict *verdict, const char *sender,
    const struct candidates *candidates, const struct match_choices *chosen)
{
	const char *header = settings_text(q->edition->settings, SETTING_ORG_HEADER_NAME, 0);
	const struct decide_reply *reply = &verdict->reply;

	return json_pack("{s:s, s:s, s:s, s:s?, s:s?, s:s?, s:s, s:s, s:s?, s:o, s:o, s:o, s:s?, s:o, s:b}",
	    "decision", word_text(decision_words, (int)verdict->decision),
	    "reason", reason_row(verdict->reason)->word,
	    "sentence", word_text(reason_sentences, (int)verdict->reason),
	    "code", reply->code,
	    "enhanced_code", reply->enhanced,
	    "text", reply->code != NULL ? reply->text : NULL,
	    "org", verdict->org,
	    "listener", decide_settings_listener_name(q->edition->settings, q->facts.listener),
	    "organization_header", header[0] != '\0' ? header : NULL,
	    "keys", keys_json(verdict),
	    "flaws", flaws_json(q->facts.flaws | q->body_flaws),
	    "steps", steps_json(q->edition->settings, verdict),
	    "sender", sender[0] != '\0' ? sender : NULL,
	    "candidates", candidates_json(candidates, sender, chosen),
	    "has_more", candidates->is_cut);
}

static void
answer(struct call *call, const struct question *q, const struct match_source *source,
    const struct verdict *verdict)
{
	struct candidates candidates = { .count = 0 };
	struct match_choices chosen = { .count = 0 };
	char sender[DOMAIN_MAX + 1] = "";
	struct error err = { "" };
	enum status status = STATUS_OK;

	if (find_sender(q, verdict, sender))
		status = candidates_find(q->keeper->store, verdict->org, sender, &candidates, &err);
	if (status == STATUS_OK && sender[0] != '\0')
		status = find_chosen(source, verdict, sender, &chosen);
	if (status == STATUS_OK)
		call_answer(call, answer_json(q, verdict, sender, &candidates, &chosen));
	else
		call_fail_status(call, status, NULL, &err);
	candidates_free(&candidates);
}

/* As the milter: what the header ends is not asked about its body. */
static void
decide_message(const struct question *q, const struct match_source *source, struct verdict *verdict)
{
	decide(&q->edition->decide, &q->facts, source, verdict);
	if (verdict->decision == DECISION_SIGN && q->body_flaws != 0)
		(void)decide_fitness(&q->edition->decide, q->facts.flaws | q->body_flaws, verdict);
}

void
explain_message(struct call *call)
{
	struct explain_values values = { .from = NULL };
	struct question q = { .keeper = call->keeper, .edition = call->edition };
	struct key_source keys;
	struct match_source source = { key_source_find, &keys };
	struct verdict verdict;

	key_source_init(&keys, call->keeper->store);
	if (!call_read(call, explain_params, &values) || !take_facts(call, &values, &q))
		return;
	decide_message(&q, &source, &verdict);
	answer(call, &q, &source, &verdict);
}
