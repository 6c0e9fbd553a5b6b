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
check_format(const char *name)
{
	int value;

	if (word_value(option_rows[OPTION_FORMAT].words, slice_from_text(name), &value) == STATUS_OK)
		return OUTCOME_YES;
	return session_fail("--format \"%s\" is none of: zone, oneline, nsupdate, json", name);
}

static void
print_format(const json_t *answer, const char *name)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		if (strcmp(formats[i].name, name) != 0)
			continue;
		print_form(answer, name);
		(void)fputs(formats[i].ending, stdout);
	}
}

enum outcome
records_print(struct session *session)
{
	const char *given = session->arguments->values[OPTION_FORMAT];
	const char *format = given != NULL ? given : "zone";
	char id[ID_TEXT_SIZE + 1];
	json_t *answer;
	enum outcome outcome = check_format(format);

	if (outcome == OUTCOME_YES)
		outcome = session_find_key(session, id, sizeof(id));
	if (outcome == OUTCOME_YES)
		outcome = fetch(session, id, &answer);
	if (outcome != OUTCOME_YES)
		return outcome;
	if (session_wants_json(session) || strcmp(format, "json") == 0)
		return session_print_json(answer);
	print_format(answer, format);
	json_decref(answer);
	return outcome;
}
