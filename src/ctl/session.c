/* SPDX-License-Identifier: ISC */
#include "ctl/session.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define DEFAULT_CONTROL "unix:/run/signetd/control"
#define INTERFACE SESSION_INTERFACE
#define JSON_MAX (256U << 20)

void
session_done(struct session *session)
{
	client_close(&session->client);
}

const char *
session_control(const struct session *session)
{
	const char *given = session->arguments->values[OPTION_CONTROL];
	const char *environment = getenv("SIGNETD_CONTROL");

	if (given != NULL)
		return given;
	return environment != NULL && environment[0] != '\0' ? environment : DEFAULT_CONTROL;
}

bool
session_wants_json(const struct session *session)
{
	return arguments_has(session->arguments, OPTION_JSON);
}

enum outcome
session_read_switch(const struct session *session, enum option_name option, json_t **ret_flag)
{
	const char *value = session->arguments->values[option];
	int is_on = false;

	if (value != NULL &&
	    word_value(option_rows[option].words, slice_from_text(value), &is_on) != STATUS_OK)
		return session_fail(
		    "--%s \"%s\" is neither on nor off", option_rows[option].name, value);
	*ret_flag = value != NULL ? json_boolean(is_on) : json_null();
	return OUTCOME_YES;
}

enum outcome
session_fail(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	(void)fputs("signetctl: ", stderr);
	(void)vfprintf(stderr, format, args);
	(void)fputc('\n', stderr);
	va_end(args);
	return OUTCOME_COULD_NOT;
}

enum outcome
session_print_json(json_t *value)
{
	enum outcome outcome = OUTCOME_COULD_NOT;
	struct buf text;

	buf_init(&text, JSON_MAX);
	if (value != NULL)
		json_write(value, true, &text);
	buf_put_char(&text, '\n');
	if (value != NULL && buf_status(&text) == STATUS_OK &&
	    fwrite(text.ptr, 1, text.len, stdout) == text.len)
		outcome = OUTCOME_YES;
	else
		(void)session_fail("cannot print the answer");
	buf_done(&text);
	json_decref(value);
	return outcome;
}

/* What an error of the daemon's means for the exit code, and what can be done about it. */
static const struct {
	const char *error;
	enum outcome outcome;
	const char *text; /* for errors without a message of their own */
} errors[] = {
	{ INTERFACE "NotFound", OUTCOME_NO, NULL },
	{ INTERFACE "Refused", OUTCOME_NO, NULL },
	{ INTERFACE "Conflict", OUTCOME_NO, NULL },
	{ "org.varlink.service.PermissionDenied", OUTCOME_COULD_NOT,
	    "you may look, but not change anything: try again as root" },
	{ "org.varlink.service.MethodNotFound", OUTCOME_COULD_NOT,
	    "the running signetd does not know this command: restart it after the upgrade" },
	{ "org.varlink.service.InvalidParameter", OUTCOME_COULD_NOT,
	    "the running signetd does not know this option: restart it after the upgrade" },
};

enum outcome
session_read_error(const json_t *answer, const char **ret_sentence)
{
	const char *error = json_member_text(answer, "error");
	const char *message = json_member_text(json_object_get(answer, "parameters"), "message");
	enum outcome outcome = OUTCOME_COULD_NOT;

	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		if (strcmp(errors[i].error, error) != 0)
			continue;
		outcome = errors[i].outcome;
		if (message == NULL)
			message = errors[i].text;
	}
	*ret_sentence = message != NULL ? message : error;
	return outcome;
}

static json_t *
parameters_of(const json_t *answer)
{
	json_t *parameters = json_object_get(answer, "parameters");

	return parameters != NULL ? json_incref(parameters) : json_object();
}

static enum status
connect_once(struct session *session, struct error *err)
{
	if (session->client != NULL)
		return STATUS_OK;
	return client_connect(session_control(session), SESSION_TIMEOUT_MS, &session->client, err);
}

/* The daemon's answer, whatever it says (parameters are stolen). */
static enum status
exchange(struct session *session, const char *method, json_t *parameters, int descriptor,
    json_t **ret_answer, struct error *err)
{
	char name[128];
	enum status status = connect_once(session, err);

	if (status != STATUS_OK) {
		json_decref(parameters);
		return status;
	}
	(void)snprintf(name, sizeof(name), INTERFACE "%s", method);
	status = client_call(session->client, name, parameters, descriptor, ret_answer, err);
	/* an answer that comes late would be taken for that of the next call */
	if (status != STATUS_OK)
		client_close(&session->client);
	return status;
}

/* In JSON, so that a program need not read stderr. */
static enum outcome
tell_error(struct session *session, json_t *answer)
{
	const char *sentence;
	enum outcome outcome = session_read_error(answer, &sentence);

	session->may_pass = strcmp(json_member_text(answer, "error"), INTERFACE "Unavailable") == 0;
	(void)session_fail("%s", sentence);
	if (session_wants_json(session) && !(session->is_patient && session->may_pass))
		(void)session_print_json(json_incref(answer));
	return outcome;
}

enum outcome
session_call_passing(struct session *session, const char *method, json_t *parameters,
    int descriptor, json_t **ret_parameters)
{
	json_t *answer;
	struct error err;
	enum outcome outcome = OUTCOME_YES;

	session->may_pass = session->has_answered;
	if (exchange(session, method, parameters, descriptor, &answer, &err) != STATUS_OK)
		return session_fail("%s", err.text);
	session->has_answered = true;
	session->may_pass = false;
	if (json_member_text(answer, "error") != NULL)
		outcome = tell_error(session, answer);
	else
		*ret_parameters = parameters_of(answer);
	json_decref(answer);
	return outcome;
}

enum outcome
session_call(struct session *session, const char *method, json_t *parameters,
    json_t **ret_parameters)
{
	return session_call_passing(session, method, parameters, -1, ret_parameters);
}

enum outcome
session_ask(struct session *session, const char *method, json_t *parameters, int descriptor,
    json_t **ret_parameters, struct error *err)
{
	const char *sentence;
	json_t *answer;
	enum outcome outcome = OUTCOME_YES;

	if (exchange(session, method, parameters, descriptor, &answer, err) != STATUS_OK)
		return OUTCOME_COULD_NOT;
	if (json_member_text(answer, "error") == NULL) {
		*ret_parameters = parameters_of(answer);
	} else {
		outcome = session_read_error(answer, &sentence);
		(void)error_set(err, STATUS_REFUSED, "%s", sentence);
	}
	json_decref(answer);
	return outcome;
}

json_t *
session_call_quietly(struct session *session, const char *method, json_t *parameters)
{
	json_t *found = NULL;
	struct error err;

	if (session_ask(session, method, parameters, -1, &found, &err) != OUTCOME_YES)
		return NULL;
	return found;
}

/* ---- which key ---- */

static enum outcome
take_only_key(const char *domain, const json_t *keys, char *ret_id, size_t id_size)
{
	size_t count = json_array_size(keys);
	const char *id = json_member_text(json_array_get(keys, 0), "id");

	if (count == 1 && id != NULL) {
		(void)snprintf(ret_id, id_size, "%s", id);
		return OUTCOME_YES;
	}
	if (count == 0) {
		(void)session_fail("%s has no key: make one with: signetctl key create --domain %s",
		    domain, domain);
		return OUTCOME_NO;
	}
	return session_fail("%s has several keys: name one (signetctl key list --domain %s)", domain,
	    domain);
}

enum outcome
session_find_key(struct session *session, char *ret_id, size_t id_size)
{
	const char *name = session->operands[0];
	json_t *answer;
	enum outcome outcome;

	/* a handle is no name of a key: the keeper says so, and does not repeat it */
	if (strncmp(name, "dk_", 3) == 0 || strncmp(name, "sk_", 3) == 0) {
		(void)snprintf(ret_id, id_size, "%s", name);
		return OUTCOME_YES;
	}
	outcome = session_call(
	    session, "ListKeys", json_pack("{s:s, s:i}", "domain", name, "limit", 2), &answer);
	if (outcome != OUTCOME_YES)
		return outcome;
	outcome = take_only_key(name, json_object_get(answer, "keys"), ret_id, id_size);
	json_decref(answer);
	return outcome;
}
