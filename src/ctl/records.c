/* SPDX-License-Identifier: ISC */
#include "ctl/records.h"

#include <stdio.h>

#include "ctl/command.h"
#include "keys/record.h"

static enum outcome
fetch(struct session *session, const char *id, json_t **ret_answer)
{
	return session_call(session, "Records", json_pack("{s:s}", "id", id), ret_answer);
}

/* One form of every record, as the daemon wrote it. */
static void
print_form(const json_t *answer, const char *form)
{
	const json_t *record;
	size_t index;

	json_array_foreach(json_object_get(answer, "records"), index, record) {
		const char *text = json_member_text(record, form);

		(void)fputs(text != NULL ? text : "", stdout);
	}
}

enum outcome
records_show(struct session *session, const char *id)
{
	json_t *answer;
	const json_t *record;
	size_t index;
	enum outcome outcome = fetch(session, id, &answer);

	if (outcome != OUTCOME_YES)
		return outcome;
	json_array_foreach(json_object_get(answer, "records"), index, record)
		(void)printf("  name   %s\n  type   %s\n  value  %s\n\n",
		    json_member_text(record, "name"), json_member_text(record, "type"),
		    json_member_text(record, "value"));
	json_decref(answer);
	return OUTCOME_YES;
}

static const struct {
	const char *name;
	const char *ending; /* behind the last record */
} formats[] = {
	{ "zone", "" },
	{ "oneline", "" },
	{ "nsupdate", "send\n" },
};

static enum outcome
print_format(const json_t *answer, const char *name)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		if (strcmp(formats[i].name, name) != 0)
			continue;
		print_form(answer, name);
		(void)fputs(formats[i].ending, stdout);
		return OUTCOME_YES;
	}
	return session_fail("--format %s is none of: zone, oneline, nsupdate, json", name);
}

enum outcome
records_print(struct session *session)
{
	const char *format = session->arguments->values[OPTION_FORMAT];
	bool wants_json =
	    session_wants_json(session) || (format != NULL && strcmp(format, "json") == 0);
	char id[ID_TEXT_SIZE + 1];
	json_t *answer;
	enum outcome outcome = session_find_key(session, id, sizeof(id));

	if (outcome == OUTCOME_YES)
		outcome = fetch(session, id, &answer);
	if (outcome != OUTCOME_YES)
		return outcome;
	if (wants_json)
		return session_print_json(answer);
	outcome = print_format(answer, format != NULL ? format : "zone");
	json_decref(answer);
	return outcome;
}
