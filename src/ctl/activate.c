/* SPDX-License-Identifier: ISC */
/* signetctl key activate, key update: what the key does, and what it does to the others. */
#include <stdio.h>

#include "ctl/command.h"
#include "ctl/records.h"
#include "keys/record.h"

/* Whose mail, in words for the answer's own. */
static const struct {
	const char *word;
	const char *text;
} senders[] = {
	{ "domain", "senders at the domain itself" },
	{ "subdomains", "senders at its subdomains" },
	{ "both", "senders at the domain and its subdomains" },
};

static const char *
senders_text(const json_t *object, const char *member)
{
	const char *word = json_member_text(object, member);

	for (size_t i = 0; i < sizeof(senders) / sizeof(senders[0]); i++) {
		if (word != NULL && strcmp(senders[i].word, word) == 0)
			return senders[i].text;
	}
	return NULL;
}

/* ", now also for senders …" */
static void
tell_senders(const json_t *object, const char *member, const char *words)
{
	const char *text = senders_text(object, member);

	if (text != NULL)
		(void)printf(", %s %s", words, text);
}

static void
tell_effect(const json_t *effect)
{
	const char *kind = json_member_text(effect, "effect");

	if (kind == NULL || (strcmp(kind, "stays") == 0 && senders_text(effect, "gains") == NULL))
		return;
	(void)printf("  %s ", json_member_text(effect, "id"));
	if (strcmp(kind, "narrowed") == 0)
		(void)printf("becomes %s", json_member_text(effect, "new_domain_match"));
	else
		(void)printf("%s", strcmp(kind, "stays") == 0 ? "stays" : "is deactivated");
	tell_senders(effect, "gains", "now for");
	tell_senders(effect, "loses", "no longer for");
	(void)printf("\n");
}

static void
tell_rest(const json_t *answer)
{
	const json_t *item;
	size_t index;

	json_array_foreach(json_object_get(answer, "effects"), index, item)
		tell_effect(item);
	json_array_foreach(json_object_get(answer, "warnings"), index, item)
		(void)fprintf(stderr, "warning: %s\n", json_string_value(item));
	if (json_member_flag(answer, "dry_run", false))
		(void)printf("Nothing was changed.\n");
}

static void
tell_activation(struct session *session, const json_t *answer)
{
	bool is_dry_run = json_member_flag(answer, "dry_run", false);
	const json_t *key = json_object_get(answer, "key");
	const char *gains = senders_text(answer, "gains");

	(void)session;
	if (json_member_flag(answer, "was_active", false))
		(void)printf("%s was active already.\n", json_member_text(key, "id"));
	else
		(void)printf("%s (%s, %s) %s%s%s.\n", json_member_text(key, "id"),
		    json_member_text(key, "domain"), json_member_text(key, "domain_match"),
		    is_dry_run ? "would sign" : "signs now", gains != NULL ? " for " : "",
		    gains != NULL ? gains : "");
	tell_rest(answer);
}

/* The record under its own names, with the rest of the answer beside it. */
static json_t *
flatten(const json_t *answer)
{
	json_t *flat = json_deep_copy(json_object_get(answer, "key"));
	json_t *rest = json_copy((json_t *)(uintptr_t)answer);

	(void)json_object_del(rest, "key");
	(void)json_object_update(flat, rest);
	json_decref(rest);
	return flat;
}

typedef void teller(struct session *session, const json_t *answer);

/* Calls the method with the id of the key beside parameters (stolen), which may be dry. */
static enum outcome
call_and_tell(struct session *session, const char *method, json_t *parameters, teller *tell)
{
	const struct arguments *arguments = session->arguments;
	char id[ID_TEXT_SIZE + 1];
	json_t *answer;
	enum outcome outcome = session_find_key(session, id, sizeof(id));

	if (outcome != OUTCOME_YES) {
		json_decref(parameters);
		return outcome;
	}
	(void)json_object_set_new(parameters, "id", json_string(id));
	(void)json_object_set_new(
	    parameters, "dry_run", json_boolean(arguments_has(arguments, OPTION_DRY_RUN)));
	(void)json_object_set_new(parameters, "without_dns_check",
	    json_boolean(arguments_has(arguments, OPTION_WITHOUT_DNS_CHECK)));
	outcome = session_call(session, method, parameters, &answer);
	if (outcome != OUTCOME_YES)
		return outcome;
	if (session_wants_json(session))
		outcome = session_print_json(flatten(answer));
	else
		tell(session, answer);
	json_decref(answer);
	return outcome;
}

enum outcome
key_activate(struct session *session)
{
	return call_and_tell(session, "ActivateKey", json_object(), tell_activation);
}

/* ---- update ---- */

/* Other records are wanted now; delegated ones publish themselves. */
static void
tell_records(struct session *session, const json_t *key)
{
	const char *publication = json_member_text(key, "publication");

	if (!arguments_has(session->arguments, OPTION_TEST_MODE) || publication == NULL ||
	    strcmp(publication, "direct") != 0)
		return;
	(void)printf("\nPublish now:\n\n");
	(void)!records_show(session, json_member_text(key, "id"));
}

static void
tell_update(struct session *session, const json_t *answer)
{
	bool is_changed = json_member_flag(answer, "changed", false);
	bool is_dry_run = json_member_flag(answer, "dry_run", false);
	const json_t *key = json_object_get(answer, "key");
	const char *verb = is_dry_run ? "would be" : "is now";

	(void)printf("%s (%s) %s %s%s", json_member_text(key, "id"), json_member_text(key, "domain"),
	    is_changed ? verb : "was already", json_member_text(key, "domain_match"),
	    json_member_flag(key, "test_mode", false) ? ", in test mode" : "");
	tell_senders(answer, "gains", "now for");
	tell_senders(answer, "loses", "no longer for");
	(void)printf(".\n");
	tell_rest(answer);
	if (is_changed && !is_dry_run)
		tell_records(session, key);
}

enum outcome
key_update(struct session *session)
{
	const char *match = session->arguments->values[OPTION_MATCH];
	json_t *test_mode = NULL;
	enum outcome outcome = session_read_switch(session, OPTION_TEST_MODE, &test_mode);

	if (outcome != OUTCOME_YES)
		return outcome;
	if (match == NULL && json_is_null(test_mode)) {
		json_decref(test_mode);
		return session_fail("what is to change? --match or --test-mode");
	}
	return call_and_tell(session, "UpdateKey",
	    json_pack("{s:s?, s:o}", "domain_match", match, "test_mode", test_mode), tell_update);
}
