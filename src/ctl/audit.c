/* SPDX-License-Identifier: ISC */
/* signetctl audit: who did what when, newest first. */
#include <stdio.h>

#include "base/scan.h"
#include "ctl/command.h"
#include "ctl/print.h"

#define PAGE_MAX 500
#define ENTRIES_DEFAULT 50

static const struct print_column columns[] = {
	{ "AT", "at" },
	{ "WHO", "actor" },
	{ "ACTION", "action" },
	{ "OBJECT", "object" },
	{ "DOMAIN", "domain" },
	{ NULL, NULL },
};

static enum outcome
read_limit(const struct arguments *arguments, uint64_t *ret_limit)
{
	const char *text = arguments->values[OPTION_LIMIT];

	*ret_limit = ENTRIES_DEFAULT;
	if (text == NULL)
		return OUTCOME_YES;
	if (scan_u64(slice_from_text(text), UINT32_MAX, ret_limit) == STATUS_OK && *ret_limit > 0)
		return OUTCOME_YES;
	return session_fail("--limit \"%s\" is no number from 1 to %u", text, UINT32_MAX);
}

/* A page behind *next, which becomes where the one after it begins, or null. */
static enum outcome
take_page(struct session *session, json_t *parameters, json_t *entries, json_t **next)
{
	json_t *answer;
	enum outcome outcome = session_call(session, "ListAudit", parameters, &answer);

	if (outcome != OUTCOME_YES)
		return outcome;
	(void)json_array_extend(entries, json_object_get(answer, "entries"));
	json_decref(*next);
	*next = json_incref(json_object_get(answer, "next"));
	json_decref(answer);
	return OUTCOME_YES;
}

static enum outcome
collect(struct session *session, json_t *entries)
{
	const char *object = session->arguments->values[OPTION_OBJECT];
	json_t *next = json_null();
	uint64_t limit;
	enum outcome outcome = read_limit(session->arguments, &limit);

	while (outcome == OUTCOME_YES && next != NULL && json_array_size(entries) < limit) {
		uint64_t left = limit - json_array_size(entries);
		json_t *parameters = json_pack("{s:s?, s:O, s:I}", "object", object, "before", next,
		    "limit", (json_int_t)(left < PAGE_MAX ? left : PAGE_MAX));

		outcome = take_page(session, parameters, entries, &next);
		if (!json_is_integer(next))
			break;
	}
	json_decref(next);
	return outcome;
}

/* For the table: of a key that is gone nobody would know any more whose it was. */
static void
name_domains(const json_t *entries)
{
	json_t *entry;
	size_t index;

	json_array_foreach(entries, index, entry) {
		const json_t *after = json_object_get(json_object_get(entry, "after"), "domain");
		const json_t *before = json_object_get(json_object_get(entry, "before"), "domain");

		(void)json_object_set(entry, "domain", (json_t *)(uintptr_t)(after != NULL ? after : before));
	}
}

static void
tell_entries(const struct session *session, const json_t *entries)
{
	const char *object = session->arguments->values[OPTION_OBJECT];

	if (json_array_size(entries) == 0 && object != NULL)
		(void)fprintf(stderr, "Nothing is recorded of \"%s\": a key is named by its id (dk_…)\n", object);
	else
		print_table(columns, entries);
}

enum outcome
audit_print(struct session *session)
{
	json_t *entries = json_array();
	enum outcome outcome = collect(session, entries);

	if (outcome == OUTCOME_YES && session_wants_json(session))
		return session_print_json(json_pack("{s:o}", "entries", entries));
	if (outcome == OUTCOME_YES) {
		name_domains(entries);
		tell_entries(session, entries);
	}
	json_decref(entries);
	return outcome;
}
