/* SPDX-License-Identifier: ISC */
/* signetctl key delete. */
#include <stdio.h>
#include <string.h>

#include "ctl/command.h"
#include "keys/record.h"

/* The owner's records of both slots. */
static void
print_names(const json_t *key)
{
	static const char *const selectors[] = { "selector", "alternate_selector" };
	bool is_direct = strcmp(json_member_text(key, "publication"), "direct") == 0;

	for (size_t i = 0; i < sizeof(selectors) / sizeof(selectors[0]); i++) {
		const char *selector = json_member_text(key, selectors[i]);

		if (selector != NULL)
			(void)printf("  %s._domainkey.%s %s\n", selector, json_member_text(key, "domain"),
			    is_direct ? "TXT" : "CNAME");
	}
}

/* What the owner may remove, and when. */
static void
tell_owner(const json_t *key)
{
	const char *safe_at = json_member_text(key, "safe_to_remove_at");

	if (json_member_text(key, "activated_at") == NULL)
		(void)printf("Its owner may remove now:\n");
	else if (safe_at != NULL)
		(void)printf("Its owner may remove from %s on:\n", safe_at);
	else
		(void)printf("Its owner may remove when no mail that it signed is on its way any more:\n");
	print_names(key);
}

static void
tell_left(const json_t *key)
{
	(void)printf("There is no provider_zone for its records: they are where they were, and to be "
	             "removed by hand:\n  %s TXT\n  %s TXT\n",
	    json_member_text(key, "txt_record_name"), json_member_text(key, "alternate_txt_record_name"));
}

static void
tell_deleted(const json_t *answer)
{
	const json_t *key = json_object_get(answer, "key");
	const char *id = json_member_text(key, "id");
	const char *domain = json_member_text(key, "domain");

	if (json_member_flag(answer, "is_detached", false)) {
		(void)printf("%s (%s) is deleted. Others use its key set, which stays.\n", id, domain);
		return;
	}
	if (json_member_flag(answer, "is_gone", false))
		(void)printf("%s (%s) is deleted.\n", id, domain);
	else
		(void)printf("%s (%s) is retiring: it goes when no mail needs it any more, not before %s.\n",
		    id, domain, json_member_text(key, "gone_at"));
	if (json_member_flag(answer, "leaves_records", false))
		tell_left(key);
	tell_owner(key);
}

enum outcome
key_delete(struct session *session)
{
	char id[ID_TEXT_SIZE + 1];
	bool now = arguments_has(session->arguments, OPTION_NOW);
	json_t *answer;
	enum outcome outcome = session_find_key(session, id, sizeof(id));

	if (outcome == OUTCOME_YES)
		outcome = session_call(
		    session, "DeleteKey", json_pack("{s:s, s:b}", "id", id, "now", now), &answer);
	if (outcome != OUTCOME_YES)
		return outcome;
	if (session_wants_json(session))
		outcome = session_print_json(json_deep_copy(answer));
	else
		tell_deleted(answer);
	json_decref(answer);
	return outcome;
}
