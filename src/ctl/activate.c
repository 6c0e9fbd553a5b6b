/* SPDX-License-Identifier: ISC */
/* signetctl key activate: what the new key does, and what it does to the others. */
#include <stdio.h>

#include "ctl/command.h"
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

static void
tell_effect(const json_t *effect)
{
	const char *kind = json_member_text(effect, "effect");
	const char *loses = senders_text(effect, "loses");

	if (kind == NULL || strcmp(kind, "stays") == 0)
		return;
	(void)printf("  %s ", json_member_text(effect, "id"));
	if (strcmp(kind, "narrowed") == 0)
		(void)printf("becomes %s", json_member_text(effect, "new_domain_match"));
	else
		(void)printf("is deactivated");
	(void)printf("%s%s\n", loses != NULL ? ", no longer for " : "", loses != NULL ? loses : "");
}

static void
tell_outcome(const json_t *answer)
{
	bool is_dry_run = json_member_flag(answer, "dry_run", false);
	const json_t *key = json_object_get(answer, "key");
	const char *gains = senders_text(answer, "gains");
	const json_t *item;
	size_t index;

	if (json_member_flag(answer, "was_active", false))
		(void)printf("%s was active already.\n", json_member_text(key, "id"));
	else
		(void)printf("%s (%s, %s) %s%s%s.\n", json_member_text(key, "id"),
		    json_member_text(key, "domain"), json_member_text(key, "domain_match"),
		    is_dry_run ? "would sign" : "signs now", gains != NULL ? " for " : "",
		    gains != NULL ? gains : "");
	json_array_foreach(json_object_get(answer, "effects"), index, item)
		tell_effect(item);
	json_array_foreach(json_object_get(answer, "warnings"), index, item)
		(void)fprintf(stderr, "warning: %s\n", json_string_value(item));
	if (is_dry_run)
		(void)printf("Nothing was changed.\n");
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

enum outcome
key_activate(struct session *session)
{
	const struct arguments *arguments = session->arguments;
	char id[ID_TEXT_SIZE + 1];
	json_t *answer;
	enum outcome outcome = session_find_key(session, id, sizeof(id));

	if (outcome == OUTCOME_YES)
		outcome = session_call(session, "ActivateKey",
		    json_pack("{s:s, s:b, s:b}", "id", id, "dry_run",
		        arguments_has(arguments, OPTION_DRY_RUN), "without_dns_check",
		        arguments_has(arguments, OPTION_WITHOUT_DNS_CHECK)),
		    &answer);
	if (outcome != OUTCOME_YES)
		return outcome;
	if (session_wants_json(session))
		outcome = session_print_json(flatten(answer));
	else
		tell_outcome(answer);
	json_decref(answer);
	return outcome;
}
