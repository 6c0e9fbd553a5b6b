/* SPDX-License-Identifier: ISC */
/*
 * signetctl try: takes a message file through the live milter socket, as the
 * mail server would, and shows what comes of it.
 */
#include <unistd.h>

#include "ctl/command.h"
#include "ctl/explain.h"
#include "ctl/listener.h"
#include "ctl/macros.h"
#include "ctl/message_file.h"
#include "ctl/mta.h"

/* More than the milter itself waits for the vault. */
#define ANSWER_MS 60000
#define ADDRESS_SIZE 320 /* RFC 5321 §4.5.3.1: 64 + "@" + 255 */
#define LISTENER_SIZE 256

static const char *const default_recipients[] = { "postmaster@localhost" };

/* ---- who sends it ---- */

/* The last address in angle brackets of From, or its whole value: a default, not a parser. */
static void
guess_sender(const struct message *message, char ret_address[ADDRESS_SIZE])
{
	size_t at = message_find(message, SLICE_LITERAL("From"), 1);
	struct slice value = at < message->count ? slice_trim(message->fields[at].value) : SLICE_EMPTY;

	for (size_t i = value.len; i > 0; i--) {
		if (value.ptr[i - 1] != '<')
			continue;
		value = slice_after(value, i);
		value = slice_first(value, slice_find(value, '>'));
		break;
	}
	if (value.len == 0 || value.len >= ADDRESS_SIZE || slice_find(value, '@') == value.len ||
	    slice_find(value, ' ') < value.len || slice_find(value, '\r') < value.len)
		value = SLICE_LITERAL("postmaster@localhost");
	memcpy(ret_address, value.ptr, value.len);
	ret_address[value.len] = '\0';
}

/* An address without the angle brackets people put around it. */
static const char *
strip_brackets(const char *address, char storage[ADDRESS_SIZE])
{
	size_t len = strlen(address);

	if (len < 2 || len >= ADDRESS_SIZE || address[0] != '<' || address[len - 1] != '>')
		return address;
	memcpy(storage, address + 1, len - 2);
	storage[len - 2] = '\0';
	return storage;
}

/* storage keeps a sender that is not the option's own. */
static struct mta_envelope
make_envelope(
    const struct arguments *arguments, const struct message *message, char storage[ADDRESS_SIZE])
{
	const char *client = arguments->values[OPTION_CLIENT];
	const char *sender = arguments->values[OPTION_ENVELOPE_FROM];
	const char *daemon = arguments->values[OPTION_DAEMON_NAME];
	bool has_to = arguments->to_count > 0;

	if (sender == NULL)
		guess_sender(message, storage);
	return (struct mta_envelope){
		.host = "localhost",
		.daemon = daemon != NULL ? daemon : "signetctl",
		.queue_id = "TRY",
		.client = client != NULL ? client : "127.0.0.1",
		.helo = "localhost",
		.login = arguments->values[OPTION_LOGIN],
		.macros = arguments->values[OPTION_MACROS],
		.sender = sender != NULL ? strip_brackets(sender, storage) : storage,
		.is_smtputf8 = arguments_has(arguments, OPTION_SMTPUTF8),
		.recipients = has_to ? arguments->to : default_recipients,
		.recipient_count = has_to ? arguments->to_count : 1,
	};
}

/* ---- which milter ---- */

static enum outcome
ask_for_listener(struct session *session, char ret_address[LISTENER_SIZE])
{
	json_t *answer;
	const char *address;
	enum outcome outcome = session_call(session, "Status", NULL, &answer);

	if (outcome != OUTCOME_YES)
		return outcome;
	address = json_member_text(
	    json_array_get(json_object_get(answer, "listeners"), 0), "address");
	if (address != NULL)
		(void)snprintf(ret_address, LISTENER_SIZE, "%s", address);
	else
		outcome = session_fail("the daemon has no listener: name one with --listener");
	json_decref(answer);
	return outcome;
}

static enum outcome
run_through(struct session *session, const struct mta_envelope *envelope,
    struct message *message, struct mta_result *ret_result)
{
	const char *given = session->arguments->values[OPTION_LISTENER];
	char address[LISTENER_SIZE];
	enum outcome outcome = OUTCOME_YES;
	struct error err = { "" };
	enum status status;
	int fd;

	if (given == NULL)
		outcome = ask_for_listener(session, address);
	if (outcome != OUTCOME_YES)
		return outcome;
	if (listener_connect(given != NULL ? given : address, ANSWER_MS, &fd, &err) != STATUS_OK)
		return session_fail("%s", err.text);
	status = mta_run(fd, envelope, message, ret_result, &err);
	close(fd);
	return status == STATUS_OK ? OUTCOME_YES : session_fail("%s", err.text);
}

/* Explain is told of a login and a daemon name as options have them, and of no macros. */
static bool
decide_macros(const struct arguments *arguments)
{
	static const char *const names[] = { "daemon_name", "auth_type", "auth_authen", "v" };
	bool decide = false;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		decide = decide || macros_give(arguments->values[OPTION_MACROS], names[i]);
	return decide;
}

/* Another listener than the first need not be this daemon's; and without a control socket there is none to ask. */
static json_t *
ask_why(struct session *session, const struct message *message, const char *sender)
{
	if (arguments_has(session->arguments, OPTION_LISTENER) || decide_macros(session->arguments))
		return NULL;
	return explain_quietly(session, message, sender);
}

/* ---- what came of it ---- */

static json_t *
change_json(const struct change *change)
{
	json_t *object = json_pack("{s:s}", "kind", change->word);

	if (change->has_index)
		(void)json_object_set_new(object, "index", json_integer(change->index));
	if (change->name.len > 0)
		(void)json_object_set_new(object, "name", json_of_slice(change->name));
	(void)json_object_set_new(object, "value", json_of_slice(change->value));
	return object;
}

static json_t *
changes_json(const struct change_list *list)
{
	json_t *changes = json_array();

	for (const struct change *change = list->first; change != NULL; change = change->next)
		(void)json_array_append_new(changes, change_json(change));
	return changes;
}

/* JSON is UTF-8, a message need not be: then it is given in base64 instead. */
static void
add_message(json_t *object, struct slice text)
{
	json_t *value = json_of_slice(text);

	(void)json_object_set_new(object, "message", value);
	if (json_is_null(value))
		(void)json_object_set_new(object, "message_base64",
		    json_of_base64((const uint8_t *)text.ptr, text.len));
}

static enum outcome
print_json(const struct mta_result *result, json_t *why, struct slice text)
{
	json_t *object = json_pack("{s:s, s:s, s:s, s:o}",
	    "reply", word_text(mta_verdict_words, (int)result->verdict), "text", result->text,
	    "step", result->step, "changes", changes_json(&result->changes));

	if (why != NULL)
		(void)json_object_set(object, "explain", why);
	add_message(object, text);
	return session_print_json(object);
}

/* What explain says, unless it knows no better: it asks the store, not the milter. */
static void
tell_not_signed(const json_t *why)
{
	const char *decision = json_member_text(why, "decision");

	if (decision != NULL && strcmp(decision, "sign") != 0)
		(void)fprintf(stderr, "not signed, it leaves as it came (%s): %s\n",
		    json_member_text(why, "reason"), json_member_text(why, "sentence"));
	else
		(void)fputs("not signed, it leaves as it came: the daemon's log says why (reason=)\n", stderr);
}

static enum outcome
print_plain(const struct mta_result *result, const json_t *why, struct slice text)
{
	(void)fprintf(stderr, "%s at %s%s%s\n", word_text(mta_verdict_words, (int)result->verdict),
	    result->step, result->text[0] != '\0' ? ": " : "", result->text);
	if (result->verdict == MTA_ACCEPT && result->changes.first == NULL)
		tell_not_signed(why);
	if (why != NULL)
		explain_tell_steps(stderr, why);
	for (const struct change *change = result->changes.first; change != NULL;
	     change = change->next)
		(void)fprintf(stderr, "%s %.*s\n", change->word,
		    SLICE_PRINT(change->name.len > 0 ? change->name : change->value));
	if (fwrite(text.ptr, 1, text.len, stdout) != text.len || fflush(stdout) != 0)
		return session_fail("cannot print the message");
	return OUTCOME_YES;
}

static enum outcome
report(const struct session *session, const struct mta_result *result, json_t *why,
    const struct message *message)
{
	enum outcome outcome;
	struct buf text;

	buf_init(&text, 2 * (size_t)MESSAGE_MAX);
	message_print(message, &text);
	if (buf_status(&text) != STATUS_OK)
		outcome = session_fail("out of memory");
	else if (session_wants_json(session))
		outcome = print_json(result, why, buf_slice(&text));
	else
		outcome = print_plain(result, why, buf_slice(&text));
	buf_done(&text);
	return outcome == OUTCOME_YES && result->verdict != MTA_ACCEPT ? OUTCOME_NO : outcome;
}

enum outcome
try_run(struct session *session)
{
	const char *macros = session->arguments->values[OPTION_MACROS];
	char sender[ADDRESS_SIZE];
	struct mta_envelope envelope;
	struct mta_result result;
	struct message message;
	json_t *why = NULL;
	enum outcome outcome;

	if (macros != NULL && !macros_are_pairs(macros))
		return session_fail("--macros %s: write NAME=VALUE, with a comma between several", macros);
	message_init(&message);
	outcome = message_file_load(session->operands[0], &message);
	if (outcome == OUTCOME_YES) {
		envelope = make_envelope(session->arguments, &message, sender);
		why = ask_why(session, &message, envelope.sender);
		outcome = run_through(session, &envelope, &message, &result);
	}
	if (outcome == OUTCOME_YES)
		outcome = report(session, &result, why, &message);
	json_decref(why);
	message_done(&message);
	return outcome;
}
