/* SPDX-License-Identifier: ISC */
/*
 * Explain: what would be done with a message, and why. policy/decide.h decides,
 * as in the milter; here is only its answer in words (explain_facts.h has the
 * question). Of the keys the store is asked: the views
 * hold the same by the time a change is answered.
 */
#include <stdlib.h>

#include "keeper/methods/candidates.h"
#include "keeper/methods/explain_facts.h"
#include "keeper/methods/key_source.h"
#include "keeper/methods/methods.h"
#include "keys/domain.h"
#include "settings/choice_settings.h"

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

/* As the log line has it. */
static json_t *
fit_json(const struct measure *measure)
{
	char storage[MEASURE_TEXT_MAX + 1]; /* and what formatting needs */
	struct buf text;

	if (measure->flaws == 0)
		return json_null();
	buf_init_fixed(&text, storage, sizeof(storage));
	measure_put(measure, &text);
	return json_of_slice(buf_slice(&text));
}

static json_t *
fields_json(const struct choice_row *table)
{
	json_t *names = json_array();

	for (const struct choice_row *row = table; row->name != NULL; row++)
		append(&names, json_string(row->name));
	return names;
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
answer_json(const struct question *q, const struct choice_row *table, const struct verdict *verdict,
    const char *sender, const struct candidates *candidates, const struct match_choices *chosen)
{
	const struct settings *settings = q->edition->settings;
	const char *header = settings_text(settings, SETTING_ORG_HEADER_NAME, 0);
	const struct decide_reply *reply = &verdict->reply;

	return json_pack("{s:s, s:s, s:s, s:s?, s:s?, s:s?, s:s, s:s, s:s?, s:o, s:I, s:o, s:o, s:o, s:o, s:s?, "
	                 "s:o, s:b}",
	    "decision", word_text(decision_words, (int)verdict->decision),
	    "reason", reason_row(verdict->reason)->word,
	    "sentence", word_text(reason_sentences, (int)verdict->reason),
	    "code", reply->code,
	    "enhanced_code", reply->enhanced,
	    "text", reply->code != NULL ? reply->text : NULL,
	    "org", verdict->org,
	    "listener", decide_settings_listener_name(settings, q->facts.listener),
	    "organization_header", header[0] != '\0' ? header : NULL,
	    "fields", fields_json(table),
	    "line_max", (json_int_t)q->edition->decide.fitness.line_max,
	    "keys", keys_json(verdict),
	    "flaws", flaws_json(q->measure.flaws),
	    "fit", fit_json(&q->measure),
	    "steps", steps_json(settings, verdict),
	    "sender", sender[0] != '\0' ? sender : NULL,
	    "candidates", candidates_json(candidates, sender, chosen),
	    "has_more", candidates->is_cut);
}

static void
answer(struct call *call, const struct question *q, const struct choice_row *table,
    const struct match_source *source, const struct verdict *verdict)
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
		call_answer(call, answer_json(q, table, verdict, sender, &candidates, &chosen));
	else
		call_fail_status(call, status, NULL, &err);
	candidates_free(&candidates);
}

/* ---- deciding ---- */

/* Does signing write the field, in the place of those there are? As milter/rewriting.h. */
static bool
is_written(const struct question *q, const struct verdict *verdict, struct slice name)
{
	const char *stamp = settings_text(q->edition->settings, SETTING_STAMP_HEADER, 0);

	return slice_equal_nocase(name, slice_from_text(stamp)) ||
	    (verdict->rewrite.sender_header != NULL && slice_equal_nocase(name, SLICE_LITERAL("Sender")));
}

static size_t
count_field(const struct question *q, const struct verdict *verdict, const char *name)
{
	return is_written(q, verdict, slice_from_text(name))
	    ? 1
	    : (size_t)json_member_number(q->counts, name, 0);
}

/* Can a signature name all that is to be signed? */
static bool
is_signable(const struct question *q, const struct choice_row *table, const struct verdict *verdict)
{
	struct choice_size size = { 0 };

	for (const struct choice_row *row = table; row->name != NULL; row++)
		choice_size_add(&size, row, count_field(q, verdict, row->name));
	return choice_size_fits(&size);
}

/* As the milter: what the header ends is not asked about its body. */
static void
decide_message(const struct question *q, const struct choice_row *table,
    const struct match_source *source, struct verdict *verdict)
{
	decide(&q->edition->decide, &q->facts, source, verdict);
	if (verdict->decision == DECISION_SIGN && !is_signable(q, table, verdict)) {
		decide_fail(verdict, REASON_HEADER_TOO_LARGE);
		verdict->signature_count = 0;
	}
	if (verdict->decision == DECISION_SIGN && q->measure.flaws != q->facts.flaws)
		(void)decide_fitness(&q->edition->decide, q->measure.flaws, verdict);
	decide_name_flaw(verdict, &q->measure);
}

static void
explain(struct call *call, const struct question *q, const struct choice_row *table)
{
	struct key_source keys;
	struct match_source source = { key_source_find, &keys };
	struct verdict verdict;

	key_source_init(&keys, call->keeper->store);
	decide_message(q, table, &source, &verdict);
	answer(call, q, table, &source, &verdict);
}

void
explain_message(struct call *call)
{
	struct choice_row *table = NULL;
	struct error err = { "" };
	struct question q;

	if (!explain_facts_read(call, &q))
		return;
	if (choice_settings_read(call_settings(call), &table, &err) == STATUS_OK)
		explain(call, &q, table);
	else
		call_fail_status(call, STATUS_NO_MEMORY, NULL, &err);
	free(table);
}
