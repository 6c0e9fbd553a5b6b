/* SPDX-License-Identifier: ISC */
#include "keeper/methods/explain.h"

#include "keeper/methods/candidates.h"
#include "keys/domain.h"

/* ---- keys ---- */

/* Whose candidates are told: the sender that was decided on, or else the first that has a domain. */
static bool
find_sender(const struct explain_question *q, const struct verdict *verdict, char ret_sender[DOMAIN_MAX + 1])
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

/* ---- JSON ---- */

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
answer_json(const struct explain_question *q, const struct verdict *verdict, const char *sender,
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

/* ---- all of it ---- */

void
explain_answer(struct call *call, const struct explain_question *q, const struct match_source *source,
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
