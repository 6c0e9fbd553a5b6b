/* SPDX-License-Identifier: ISC */
/* signetctl key …: create, list, show, deactivate. */
#include <stdio.h>

#include "base/scan.h"
#include "ctl/command.h"
#include "ctl/new_key.h"
#include "ctl/print.h"
#include "ctl/records.h"
#include "keys/record.h"

#define PAGE_MAX 500

/* ---- create ---- */

static const struct {
	enum option_name option;
	const char *parameter;
} text_parameters[] = {
	{ OPTION_DOMAIN, "domain" },
	{ OPTION_ORG, "org" },
	{ OPTION_MATCH, "domain_match" },
	{ OPTION_ALGORITHM, "algorithm" },
	{ OPTION_SELECTOR, "selector" },
	{ OPTION_ALTERNATE_SELECTOR, "alternate_selector" },
	{ OPTION_PRIVATE_KEY, "private_key" },
	{ OPTION_PUBLICATION, "publication" },
	{ OPTION_AFTER, "after" },
};

static enum outcome
add_texts(const struct arguments *arguments, json_t *parameters)
{
	for (size_t i = 0; i < sizeof(text_parameters) / sizeof(text_parameters[0]); i++) {
		const char *value = arguments->values[text_parameters[i].option];

		if (value != NULL &&
		    json_object_set_new(
		        parameters, text_parameters[i].parameter, json_string(value)) != 0)
			return session_fail(
			    "--%s is not UTF-8", option_rows[text_parameters[i].option].name);
	}
	return OUTCOME_YES;
}

/* Reads an option's number; *ret_number stays when it is not given. */
static enum outcome
read_number(const struct arguments *arguments, enum option_name option, uint64_t max,
    uint64_t *ret_number)
{
	const char *value = arguments->values[option];

	if (value == NULL || scan_u64(slice_from_text(value), max, ret_number) == STATUS_OK)
		return OUTCOME_YES;
	return session_fail("--%s \"%s\" is no number up to %ju", option_rows[option].name, value,
	    (uintmax_t)max);
}

static enum outcome
create_parameters(const struct session *session, json_t *parameters)
{
	uint64_t key_size = 0;
	json_t *test_mode = NULL;
	enum outcome outcome = read_number(session->arguments, OPTION_KEY_SIZE, 16384, &key_size);

	if (outcome == OUTCOME_YES)
		outcome = add_texts(session->arguments, parameters);
	if (outcome == OUTCOME_YES)
		outcome = session_read_switch(session, OPTION_TEST_MODE, &test_mode);
	if (outcome != OUTCOME_YES)
		return outcome;
	if (key_size > 0)
		(void)json_object_set_new(parameters, "key_size", json_integer((json_int_t)key_size));
	(void)json_object_set_new(parameters, "test_mode", test_mode);
	return OUTCOME_YES;
}

/* What was made, what to publish, and the next command. */
static enum outcome
tell_created(struct session *session, const json_t *answer)
{
	const json_t *key = json_object_get(answer, "key");
	const char *id = json_member_text(key, "id");
	enum outcome outcome;

	(void)printf("Made %s for %s (%s, %s). It does not sign yet.\n\nPublish:\n\n", id,
	    json_member_text(key, "domain"), json_member_text(key, "domain_match"),
	    json_member_text(key, "algorithm"));
	outcome = records_show(session, id);
	(void)printf("As lines for a zone file:  signetctl records %s\n"
	             "Are they there?            signetctl key check %s --wait\n"
	             "When they are:             signetctl key activate %s\n",
	    id, id, id);
	new_key_warn(answer);
	return outcome;
}

enum outcome
key_create(struct session *session)
{
	json_t *parameters = json_object();
	json_t *answer;
	enum outcome outcome;

	if (!arguments_has(session->arguments, OPTION_DOMAIN)) {
		json_decref(parameters);
		return session_fail("--domain is missing: whose mail is to be signed?");
	}
	outcome = create_parameters(session, parameters);
	if (outcome != OUTCOME_YES) {
		json_decref(parameters);
		return outcome;
	}
	outcome = session_call(session, "CreateKey", parameters, &answer);
	if (outcome != OUTCOME_YES)
		return outcome;
	if (session_wants_json(session))
		outcome = session_print_json(new_key_flatten(answer));
	else
		outcome = tell_created(session, answer);
	json_decref(answer);
	return outcome;
}

/* ---- list ---- */

/* Adds a page to keys; *next (owned) is where the following one begins, or NULL. */
static enum outcome
add_page(struct session *session, json_t *parameters, json_t *keys, json_t **ret_next)
{
	json_t *answer, *next;
	enum outcome outcome = session_call(session, "ListKeys", parameters, &answer);

	if (outcome != OUTCOME_YES)
		return outcome;
	(void)json_array_extend(keys, json_object_get(answer, "keys"));
	next = json_object_get(answer, "next");
	*ret_next = json_is_string(next) ? json_incref(next) : NULL;
	json_decref(answer);
	return OUTCOME_YES;
}

/* All pages, or as much of them as --limit wants. */
static enum outcome
collect_keys(struct session *session, json_t *filter, uint64_t limit, json_t *keys,
    json_t **ret_next)
{
	json_t *next = NULL;
	enum outcome outcome;

	do {
		json_t *parameters = json_copy(filter);
		uint64_t left = limit - json_array_size(keys);

		(void)json_object_set_new(parameters, "limit",
		    json_integer(left < PAGE_MAX ? (json_int_t)left : PAGE_MAX));
		if (next != NULL)
			(void)json_object_set_new(parameters, "after", next);
		next = NULL;
		outcome = add_page(session, parameters, keys, &next);
	} while (outcome == OUTCOME_YES && next != NULL && json_array_size(keys) < limit);
	*ret_next = next;
	return outcome;
}

static const struct print_column list_columns[] = {
	{ "ID", "id" },
	{ "DOMAIN", "domain" },
	{ "MATCH", "domain_match" },
	{ "ACTIVE", "is_active" },
	{ "ALGORITHM", "algorithm" },
	{ "SELECTOR", "selector" },
	{ "DNS", "dns" },
	{ "ORG", "org" },
	{ "GONE", "gone_at" },
	{ NULL, NULL },
};

/* What DNS was last seen to say of the key that signs: a state, or what is wrong. */
static void
add_dns(json_t *key)
{
	const char *slot = json_string_value(json_object_get(key, "signing_slot"));
	const json_t *seen = json_object_get(json_object_get(key, "dns_status"), slot);
	json_t *state = json_object_get(seen, "state");
	json_t *failure = json_string("failed");

	(void)json_object_set(key, "dns", json_equal(state, failure) ? json_object_get(seen, "code") : state);
	json_decref(failure);
}

static void
print_keys(json_t *keys)
{
	json_t *key;
	size_t index;

	json_array_foreach(keys, index, key)
		add_dns(key);
	print_table(list_columns, keys);
}

static const char *
no_keys(const struct arguments *arguments)
{
	const uint64_t choosing = OPTION_BIT(OPTION_DOMAIN) | OPTION_BIT(OPTION_ORG) |
	    OPTION_BIT(OPTION_ACTIVE) | OPTION_BIT(OPTION_AFTER);

	return (arguments->given & choosing) != 0
	    ? "No such keys.\n"
	    : "No keys. Make one with: signetctl key create --domain DOMAIN\n";
}

/* Both are stolen; next may be NULL. */
static enum outcome
tell_keys(const struct session *session, json_t *keys, json_t *next)
{
	if (session_wants_json(session))
		return session_print_json(
		    json_pack("{s:o, s:o}", "keys", keys, "next", next != NULL ? next : json_null()));
	if (json_array_size(keys) == 0)
		(void)fputs(no_keys(session->arguments), stderr);
	else
		print_keys(keys);
	if (next != NULL)
		(void)fprintf(stderr, "There are more: --after %s\n", json_string_value(next));
	json_decref(keys);
	json_decref(next);
	return OUTCOME_YES;
}

enum outcome
key_list(struct session *session)
{
	json_t *filter = json_object();
	json_t *keys = json_array();
	json_t *next = NULL;
	uint64_t limit = UINT32_MAX;
	enum outcome outcome = read_number(session->arguments, OPTION_LIMIT, UINT32_MAX, &limit);

	if (outcome == OUTCOME_YES && limit == 0)
		outcome = session_fail("--limit 0 would list nothing");
	if (outcome == OUTCOME_YES)
		outcome = add_texts(session->arguments, filter);
	if (outcome == OUTCOME_YES && arguments_has(session->arguments, OPTION_ACTIVE))
		(void)json_object_set_new(filter, "only_active", json_true());
	if (outcome == OUTCOME_YES)
		outcome = collect_keys(session, filter, limit, keys, &next);
	json_decref(filter);
	if (outcome == OUTCOME_YES)
		return tell_keys(session, keys, next);
	json_decref(keys);
	json_decref(next);
	return outcome;
}

/* ---- one key ---- */

/* Calls a method that takes the key's id and answers with the key. */
static enum outcome
call_for_key(struct session *session, const char *method, json_t **ret_key)
{
	char id[ID_TEXT_SIZE + 1];
	json_t *answer;
	enum outcome outcome = session_find_key(session, id, sizeof(id));

	if (outcome == OUTCOME_YES)
		outcome = session_call(session, method, json_pack("{s:s}", "id", id), &answer);
	if (outcome != OUTCOME_YES)
		return outcome;
	*ret_key = json_incref(json_object_get(answer, "key"));
	json_decref(answer);
	return OUTCOME_YES;
}

/* The record under its own names, with the rotation of its key set beside it. */
static enum outcome
fetch_key(struct session *session, json_t **ret_key)
{
	char id[ID_TEXT_SIZE + 1];
	json_t *answer;
	enum outcome outcome = session_find_key(session, id, sizeof(id));

	if (outcome == OUTCOME_YES)
		outcome = session_call(session, "ShowKey", json_pack("{s:s}", "id", id), &answer);
	if (outcome != OUTCOME_YES)
		return outcome;
	*ret_key = json_deep_copy(json_object_get(answer, "key"));
	(void)json_object_set(*ret_key, "rotation", json_object_get(answer, "rotation"));
	json_decref(answer);
	return OUTCOME_YES;
}

enum outcome
key_show(struct session *session)
{
	json_t *key;
	enum outcome outcome = fetch_key(session, &key);

	if (outcome != OUTCOME_YES)
		return outcome;
	if (session_wants_json(session))
		return session_print_json(key);
	print_object(key);
	json_decref(key);
	return OUTCOME_YES;
}

static enum outcome
change_key(struct session *session, const char *method, const char *sentence)
{
	json_t *key;
	enum outcome outcome = call_for_key(session, method, &key);

	if (outcome != OUTCOME_YES)
		return outcome;
	if (session_wants_json(session))
		return session_print_json(key);
	(void)printf("%s (%s) %s\n", json_member_text(key, "id"), json_member_text(key, "domain"),
	    sentence);
	json_decref(key);
	return OUTCOME_YES;
}

enum outcome
key_deactivate(struct session *session)
{
	return change_key(session, "DeactivateKey",
	    "does not sign any more. Leave its DNS records until no mail it signed is under way.");
}
