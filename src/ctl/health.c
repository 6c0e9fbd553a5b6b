/* SPDX-License-Identifier: ISC */
/* signetctl status: yes when every child serves. */
#include <stdio.h>

#include "ctl/command.h"
#include "ctl/print.h"

static const struct print_column child_columns[] = {
	{ "ROLE", "role" },
	{ "INSTANCE", "instance" },
	{ "PID", "pid" },
	{ "READY", "is_ready" },
	{ "RESTARTS", "restarts" },
	{ "SINCE", "started_at" },
	{ NULL, NULL },
};

static bool
is_well(const json_t *answer)
{
	const json_t *children = json_object_get(answer, "children");
	const json_t *child;
	size_t index;

	json_array_foreach(children, index, child) {
		if (!json_member_flag(child, "is_ready", false))
			return false;
	}
	return json_array_size(children) > 0;
}

static void
tell_retiring(const json_t *answer)
{
	intmax_t count = (intmax_t)json_member_number(answer, "retiring_key_sets", 0);

	if (count > 0)
		(void)printf("%jd key %s deleted and %s, the next is gone after %s\n", count,
		    count > 1 ? "sets are" : "set is", count > 1 ? "retire" : "retires",
		    json_member_text(answer, "next_gone_at"));
}

static void
tell_settings(const json_t *answer)
{
	const json_t *settings = json_object_get(answer, "settings");

	if (json_is_object(settings))
		(void)printf("settings version %jd, loaded %s\n",
		    (intmax_t)json_member_number(settings, "version", 0),
		    json_member_text(settings, "loaded_at"));
}

static void
tell(const json_t *answer)
{
	const json_t *listener;
	size_t index;

	(void)printf("signetd %s since %s: %jd keys, %jd of them active\n",
	    json_member_text(answer, "version"), json_member_text(answer, "started_at"),
	    (intmax_t)json_member_number(answer, "keys", 0),
	    (intmax_t)json_member_number(answer, "active_keys", 0));
	tell_retiring(answer);
	tell_settings(answer);
	json_array_foreach(json_object_get(answer, "listeners"), index, listener)
		(void)printf("listens on %s\n", json_member_text(listener, "address"));
	(void)fputc('\n', stdout);
	if (json_array_size(json_object_get(answer, "children")) > 0)
		print_table(child_columns, json_object_get(answer, "children"));
	else
		(void)printf("The supervisor did not say how its children are.\n");
	if (json_array_size(json_object_get(answer, "children")) > 0 && !is_well(answer))
		(void)printf("\nNot all of it is ready: the log says why (journalctl -u signetd).\n");
}

static void
tell_troubles(const json_t *answer)
{
	const json_t *trouble;
	size_t index;

	if (json_array_size(json_object_get(answer, "troubles")) > 0)
		(void)printf("\nTroubles:\n\n");
	json_array_foreach(json_object_get(answer, "troubles"), index, trouble)
		(void)printf("%s %s: %s%s%s\n", json_member_text(trouble, "kind"),
		    json_member_text(trouble, "domain"), json_member_text(trouble, "name"),
		    json_member_text(trouble, "name")[0] != '\0' ? ": " : "",
		    json_member_text(trouble, "sentence"));
}

enum outcome
health_print(struct session *session)
{
	json_t *answer;
	enum outcome outcome = session_call(session, "Status", NULL, &answer);
	bool is_yes;

	if (outcome != OUTCOME_YES)
		return outcome;
	is_yes = is_well(answer);
	if (session_wants_json(session)) {
		outcome = session_print_json(answer);
	} else {
		tell(answer);
		tell_troubles(answer);
		json_decref(answer);
	}
	return outcome == OUTCOME_YES && !is_yes ? OUTCOME_NO : outcome;
}
