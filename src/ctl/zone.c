/* SPDX-License-Identifier: ISC */
/* signetctl zone: what belongs into the provider zone, as lines of its file. */
#include <stdio.h>

#include "ctl/command.h"

static void
tell_page(const json_t *records)
{
	const json_t *record;
	size_t index;

	json_array_foreach(records, index, record)
		(void)fputs(json_member_text(record, "zone"), stdout);
}

/* The next page's after, or null: new. */
static enum outcome
take_page(struct session *session, json_t *after, json_t *all, json_t **ret_next)
{
	json_t *answer;
	enum outcome outcome =
	    session_call(session, "ListZone", json_pack("{s:o}", "after", after), &answer);

	if (outcome != OUTCOME_YES)
		return outcome;
	if (json_member_text(answer, "zone")[0] == '\0') {
		json_decref(answer);
		return session_fail("there is no provider zone: set provider_zone in the configuration");
	}
	if (session_wants_json(session))
		(void)json_array_extend(all, json_object_get(answer, "records"));
	else
		tell_page(json_object_get(answer, "records"));
	*ret_next = json_incref(json_object_get(answer, "next"));
	json_decref(answer);
	return OUTCOME_YES;
}

enum outcome
zone_print(struct session *session)
{
	json_t *all = json_array();
	json_t *next = json_null();
	enum outcome outcome;

	do {
		outcome = take_page(session, next, all, &next);
	} while (outcome == OUTCOME_YES && json_is_integer(next));
	if (outcome == OUTCOME_YES && session_wants_json(session))
		return session_print_json(json_pack("{s:o}", "records", all));
	json_decref(all);
	return outcome;
}
