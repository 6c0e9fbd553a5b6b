/* SPDX-License-Identifier: ISC */
/*
 * signetctl explain: what the daemon would do with a message, and why. What is
 * in the message is read here (ctl/facts.h); the daemon gets facts.
 */
#include "ctl/explain.h"

#include "ctl/command.h"
#include "ctl/facts.h"
#include "ctl/message_file.h"
#include "ctl/print.h"

/* ---- the question ---- */

static enum outcome
make_facts(const struct session *session, const struct message *message, const char *envelope_from,
    const json_t *wanted, json_t *facts)
{
	enum status status = facts_gather(session->arguments, message, envelope_from, wanted, facts);

	return status == STATUS_OK ? OUTCOME_YES : session_fail("out of memory");
}

/* What of a message counts, the daemon knows. */
static enum outcome
ask_of_message(struct session *session, json_t *facts)
{
	struct message message;
	json_t *wanted = NULL;
	enum outcome outcome;

	message_init(&message);
	outcome = message_file_load(session->operands[0], &message);
	if (outcome == OUTCOME_YES)
		outcome = session_call(session, "Explain", json_object(), &wanted);
	if (outcome == OUTCOME_YES)
		outcome = make_facts(session, &message,
		    session->arguments->values[OPTION_ENVELOPE_FROM], wanted, facts);
	json_decref(wanted);
	message_done(&message);
	return outcome;
}

json_t *
explain_quietly(struct session *session, const struct message *message, const char *envelope_from)
{
	json_t *wanted = session_call_quietly(session, "Explain", json_object());
	json_t *facts = json_object();
	json_t *answer = NULL;

	if (wanted != NULL &&
	    make_facts(session, message, envelope_from, wanted, facts) == OUTCOME_YES)
		answer = session_call_quietly(session, "Explain", json_incref(facts));
	json_decref(facts);
	json_decref(wanted);
	return answer;
}

/* ---- the answer ---- */

static const struct print_column candidate_columns[] = {
	{ "SIGNS", "is_chosen" },
	{ "ID", "id" },
	{ "DOMAIN", "domain" },
	{ "MATCH", "domain_match" },
	{ "ALGORITHM", "algorithm" },
	{ "ACTIVE", "is_active" },
	{ "BECAUSE", "sentence" },
	{ NULL, NULL },
};

static void
tell_keys(const json_t *answer)
{
	const json_t *key;
	size_t index;

	json_array_foreach(json_object_get(answer, "keys"), index, key)
		(void)printf("  d=%s s=%s a=%s %s\n", json_member_text(key, "domain"),
		    json_member_text(key, "selector"), json_member_text(key, "algorithm"),
		    json_member_text(key, "id"));
}

/* Nothing, when there is none. */
static void
tell_flaws(FILE *stream, const json_t *answer)
{
	const char *fit = json_member_text(answer, "fit");

	if (fit != NULL)
		(void)fprintf(stream, "may not be fit to sign: %s\n", fit);
}

void
explain_tell_steps(FILE *stream, const json_t *answer)
{
	const json_t *step;
	size_t index;

	tell_flaws(stream, answer);
	(void)fprintf(stream, "asked:\n");
	json_array_foreach(json_object_get(answer, "steps"), index, step) {
		const char *place = json_member_text(step, "place");

		(void)fprintf(stream, "  %s=%s%s%s\n", json_member_text(step, "rule"),
		    json_member_text(step, "answer"), place != NULL ? "  " : "",
		    place != NULL ? place : "");
	}
}

static void
tell_candidates(const json_t *answer)
{
	const json_t *candidates = json_object_get(answer, "candidates");
	const char *sender = json_member_text(answer, "sender");
	bool is_signed = json_array_size(json_object_get(answer, "keys")) > 0;

	if (sender == NULL)
		return;
	if (json_array_size(candidates) == 0) {
		(void)printf("\nOrganization %s has no key for %s, nor for a domain above it.\n",
		    json_member_text(answer, "org"), sender);
		return;
	}
	(void)printf("\nKeys of organization %s for %s%s:\n\n", json_member_text(answer, "org"), sender,
	    is_signed ? "" : ", if it were signed");
	print_table(candidate_columns, candidates);
	if (json_member_flag(answer, "has_more", false))
		(void)printf("There are more, which are not active.\n");
}

static void
tell(const json_t *answer)
{
	const char *code = json_member_text(answer, "code");

	(void)printf("%s (%s): %s.\n", json_member_text(answer, "decision"),
	    json_member_text(answer, "reason"), json_member_text(answer, "sentence"));
	if (code != NULL)
		(void)printf("  %s %s %s\n", code, json_member_text(answer, "enhanced_code"),
		    json_member_text(answer, "text"));
	tell_keys(answer);
	explain_tell_steps(stdout, answer);
	tell_candidates(answer);
}

enum outcome
explain_print(struct session *session)
{
	bool has_from = arguments_has(session->arguments, OPTION_FROM);
	const char *envelope_from = session->arguments->values[OPTION_ENVELOPE_FROM];
	enum outcome outcome;
	bool is_signed;
	json_t *facts, *answer;

	if (!has_from && session->operand_count == 0)
		return session_fail("whose mail? --from ADDRESS, or a message file");
	facts = json_object();
	outcome = session->operand_count > 0
	    ? ask_of_message(session, facts)
	    : make_facts(session, NULL, envelope_from, NULL, facts);
	if (outcome != OUTCOME_YES) {
		json_decref(facts);
		return outcome;
	}
	outcome = session_call(session, "Explain", facts, &answer);
	if (outcome != OUTCOME_YES)
		return outcome;
	is_signed = json_array_size(json_object_get(answer, "keys")) > 0;
	if (session_wants_json(session))
		outcome = session_print_json(json_incref(answer));
	else
		tell(answer);
	json_decref(answer);
	return outcome == OUTCOME_YES && !is_signed ? OUTCOME_NO : outcome;
}
