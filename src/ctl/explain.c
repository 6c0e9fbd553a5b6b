/* SPDX-License-Identifier: ISC */
/*
 * signetctl explain: what the daemon would do with a message, and why. What is
 * in the message is read here, as the milter reads it; the daemon gets facts.
 */
#include "ctl/command.h"
#include "ctl/flaws.h"
#include "ctl/explain.h"
#include "ctl/message_file.h"
#include "ctl/print.h"
#include "dkim/from.h"

#define ARENA_MAX (1U << 30)
#define ORG_HEADERS_MAX 2 /* of several none is believed */

/* ---- facts ---- */

static enum outcome
fail_memory(void)
{
	return session_fail("out of memory");
}

/* What the control socket does not carry, 8-bit that is no UTF-8 and NUL, is no domain either: nor is "?". */
static json_t *
text_json(struct slice octets)
{
	json_t *text = json_of_slice(octets);

	if (!json_is_null(text) && slice_find(octets, '\0') == octets.len)
		return text;
	json_decref(text);
	return json_string("?");
}

static void
set_from(json_t *facts, const struct from *from)
{
	const char *field = from->is_valid ? "one" : "malformed";
	json_t *domains = json_array();

	if (from->count != 1)
		field = from->count == 0 ? "none" : "several";
	for (size_t i = 0; i < from->senders.count; i++)
		(void)json_array_append_new(domains, text_json(from->senders.domains[i]));
	(void)json_object_set_new(facts, "from", domains);
	(void)json_object_set_new(facts, "from_field", json_string(field));
}

/* The message's header, as a mail server would hand it to the milter. */
static enum status
read_header(const struct message *message, struct arena *arena, struct header_block *header)
{
	enum status status = STATUS_OK;

	header_init(header, arena, message->text.len + 1, message->count + 1);
	for (size_t i = 0; i < message->count && status == STATUS_OK; i++)
		status = header_add(header, message->fields[i].name, message->fields[i].value);
	return status;
}

/* The fields that may name an organization; org_header is NULL where none may. */
static void
set_org_header(const struct message *message, const char *org_header, json_t *facts)
{
	json_t *values = json_array();

	for (size_t n = 1; org_header != NULL; n++) {
		size_t at = message_find(message, slice_from_text(org_header), n);

		if (at >= message->count || json_array_size(values) == ORG_HEADERS_MAX)
			break;
		(void)json_array_append_new(values, text_json(message->fields[at].value));
	}
	(void)json_object_set_new(facts, "organization_header", values);
}

static void
set_line(const struct measure *measure, enum flaw flaw, const char *name, json_t *facts)
{
	uint64_t octets = measure->places[flaw].octets;

	if (octets > 0)
		(void)json_object_set_new(facts, name, json_integer((json_int_t)octets));
}

/* Which lines are too long the daemon knows: it is told the longest. What the header has counts before the body. */
static void
set_flaws(const struct message *message, json_t *facts)
{
	json_t *flaws = json_array();
	json_t *body_flaws = json_array();
	struct measure measure;

	flaws_measure(message, 0, &measure);
	for (int flaw = 1; flaw <= FLAW_COUNT; flaw++) {
		if ((measure.flaws & FLAW_BIT(flaw)) != 0 && flaw != FLAW_LONG_HEADER_LINE &&
		    flaw != FLAW_LONG_BODY_LINE)
			(void)json_array_append_new(measure.places[flaw].field.len > 0 ? flaws : body_flaws,
			    json_string(word_text(flaw_words, flaw)));
	}
	(void)json_object_set_new(facts, "flaws", flaws);
	(void)json_object_set_new(facts, "body_flaws", body_flaws);
	set_line(&measure, FLAW_LONG_HEADER_LINE, "longest_header_line", facts);
	set_line(&measure, FLAW_LONG_BODY_LINE, "longest_body_line", facts);
}

static enum status
read_message(const struct message *message, const char *org_header, struct arena *arena,
    struct from *from, json_t *facts)
{
	struct header_block header;
	enum status status = read_header(message, arena, &header);

	set_org_header(message, org_header, facts);
	set_flaws(message, facts);
	if (status == STATUS_OK)
		status = from_read(&header, arena, from);
	if (status != STATUS_OK || header.count == 0)
		return status;
	(void)json_object_set_new(facts, "header_bytes", json_integer((json_int_t)header.bytes));
	(void)json_object_set_new(facts, "header_fields", json_integer((json_int_t)header.count));
	return status;
}

/* --from: what a From field would say, or a domain alone. */
static enum status
read_option(const char *option, struct arena *arena, struct from *from)
{
	struct slice text = slice_from_text(option);
	enum status status;

	*from = (struct from){ .count = 1, .is_valid = true };
	if (text.len > 0 && slice_find(text, '@') == text.len) {
		struct slice *domain = arena_alloc(arena, sizeof(*domain));

		if (domain == NULL)
			return STATUS_NO_MEMORY;
		*domain = text;
		from->senders = (struct address_list){ domain, 1 };
		return STATUS_OK;
	}
	status = address_parse_list(text, arena, &from->senders);
	from->is_valid = status == STATUS_OK;
	return status == STATUS_NO_MEMORY ? status : STATUS_OK;
}

/* Where nobody has named one (NULL) it is the first of From. */
static enum status
set_envelope(
    const char *envelope_from, const struct from *from, struct arena *arena, json_t *facts)
{
	struct slice domain = from->senders.count > 0 ? from->senders.domains[0] : SLICE_EMPTY;
	enum status status = STATUS_OK;

	if (envelope_from != NULL) {
		domain = SLICE_EMPTY;
		status = address_parse_path(slice_from_text(envelope_from), arena, &domain);
		(void)json_object_set_new(facts, "null_sender", json_boolean(status == STATUS_NOT_FOUND));
	}
	(void)json_object_set_new(facts, "envelope_from", text_json(domain));
	return status == STATUS_NO_MEMORY ? status : STATUS_OK;
}

/* As try: a client of this machine, unless another is named. */
static void
set_origin(const struct arguments *arguments, json_t *facts)
{
	const char *client = arguments->values[OPTION_CLIENT];
	const char *daemon_name = arguments->values[OPTION_DAEMON_NAME];
	const char *login = arguments->values[OPTION_LOGIN];
	const char *listener = arguments->values[OPTION_LISTENER];

	if (client == NULL)
		client = "127.0.0.1";
	if (strcmp(client, "local") != 0)
		(void)json_object_set_new(facts, "client", text_json(slice_from_text(client)));
	if (daemon_name != NULL)
		(void)json_object_set_new(
		    facts, "daemon_name", text_json(slice_from_text(daemon_name)));
	if (login != NULL)
		(void)json_object_set_new(facts, "login", text_json(slice_from_text(login)));
	if (listener != NULL)
		(void)json_object_set_new(facts, "listener", text_json(slice_from_text(listener)));
}

static enum status
gather(const struct arguments *arguments, const struct message *message, const char *envelope_from,
    const char *org_header, struct arena *arena, json_t *facts)
{
	const char *option = arguments->values[OPTION_FROM];
	struct from from = { .count = 0 };
	enum status status = STATUS_OK;

	if (message != NULL)
		status = read_message(message, org_header, arena, &from, facts);
	if (status == STATUS_OK && option != NULL)
		status = read_option(option, arena, &from);
	if (status == STATUS_OK)
		status = set_envelope(envelope_from, &from, arena, facts);
	set_from(facts, &from);
	set_origin(arguments, facts);
	return status;
}

static enum outcome
make_facts(const struct session *session, const struct message *message, const char *envelope_from,
    const char *org_header, json_t *facts)
{
	struct arena arena;
	enum status status;

	arena_init(&arena, ARENA_MAX);
	status = gather(session->arguments, message, envelope_from, org_header, &arena, facts);
	arena_done(&arena);
	return status == STATUS_OK ? OUTCOME_YES : fail_memory();
}

/* Which field of a message names an organization, the daemon knows. */
static enum outcome
ask_of_message(struct session *session, json_t *facts)
{
	struct message message;
	json_t *answer = NULL;
	enum outcome outcome;

	message_init(&message);
	outcome = message_file_load(session->operands[0], &message);
	if (outcome == OUTCOME_YES)
		outcome = session_call(session, "Explain", json_object(), &answer);
	if (outcome == OUTCOME_YES)
		outcome = make_facts(session, &message,
		    session->arguments->values[OPTION_ENVELOPE_FROM],
		    json_member_text(answer, "organization_header"), facts);
	json_decref(answer);
	message_done(&message);
	return outcome;
}

json_t *
explain_quietly(struct session *session, const struct message *message, const char *envelope_from)
{
	json_t *first = session_call_quietly(session, "Explain", json_object());
	json_t *facts = json_object();
	json_t *answer = NULL;

	if (first != NULL &&
	    make_facts(session, message, envelope_from, json_member_text(first, "organization_header"),
	        facts) == OUTCOME_YES)
		answer = session_call_quietly(session, "Explain", json_incref(facts));
	json_decref(facts);
	json_decref(first);
	return answer;
}

/* ---- the answer ---- */

static const struct print_column candidate_columns[] = {
	{ "SIGNS", "is_chosen" },
	{ "ID", "id" },
	{ "DOMAIN", "domain" },
	{ "MATCH", "domain_match" },
	{ "ALGORITHM", "algorithm" },
	{ "ACTIVE", "is_active" },
	{ "BECAUSE", "sentence" },
	{ NULL, NULL },
};

static void
tell_keys(const json_t *answer)
{
	const json_t *key;
	size_t index;

	json_array_foreach(json_object_get(answer, "keys"), index, key)
		(void)printf("  d=%s s=%s a=%s %s\n", json_member_text(key, "domain"),
		    json_member_text(key, "selector"), json_member_text(key, "algorithm"),
		    json_member_text(key, "id"));
}

/* Nothing, when there is none. */
static void
tell_flaws(FILE *stream, const json_t *answer)
{
	const json_t *flaws = json_object_get(answer, "flaws");
	const json_t *flaw;
	size_t index;

	json_array_foreach(flaws, index, flaw)
		(void)fprintf(stream, "%s%s", index == 0 ? "may not be fit to sign: " : ", ",
		    json_string_value(flaw));
	if (json_array_size(flaws) > 0)
		(void)fprintf(stream, "\n");
}

void
explain_tell_steps(FILE *stream, const json_t *answer)
{
	const json_t *step;
	size_t index;

	tell_flaws(stream, answer);
	(void)fprintf(stream, "asked:\n");
	json_array_foreach(json_object_get(answer, "steps"), index, step) {
		const char *place = json_member_text(step, "place");

		(void)fprintf(stream, "  %s=%s%s%s\n", json_member_text(step, "rule"),
		    json_member_text(step, "answer"), place != NULL ? "  " : "",
		    place != NULL ? place : "");
	}
}

static void
tell_candidates(const json_t *answer)
{
	const json_t *candidates = json_object_get(answer, "candidates");
	const char *sender = json_member_text(answer, "sender");
	bool is_signed = json_array_size(json_object_get(answer, "keys")) > 0;

	if (sender == NULL)
		return;
	if (json_array_size(candidates) == 0) {
		(void)printf("\nOrganization %s has no key for %s, nor for a domain above it.\n",
		    json_member_text(answer, "org"), sender);
		return;
	}
	(void)printf("\nKeys of organization %s for %s%s:\n\n", json_member_text(answer, "org"), sender,
	    is_signed ? "" : ", if it were signed");
	print_table(candidate_columns, candidates);
	if (json_member_flag(answer, "has_more", false))
		(void)printf("There are more, which are not active.\n");
}

static void
tell(const json_t *answer)
{
	const char *code = json_member_text(answer, "code");

	(void)printf("%s (%s): %s.\n", json_member_text(answer, "decision"),
	    json_member_text(answer, "reason"), json_member_text(answer, "sentence"));
	if (code != NULL)
		(void)printf("  %s %s %s\n", code, json_member_text(answer, "enhanced_code"),
		    json_member_text(answer, "text"));
	tell_keys(answer);
	explain_tell_steps(stdout, answer);
	tell_candidates(answer);
}

enum outcome
explain_print(struct session *session)
{
	bool has_from = arguments_has(session->arguments, OPTION_FROM);
	const char *envelope_from = session->arguments->values[OPTION_ENVELOPE_FROM];
	enum outcome outcome;
	bool is_signed;
	json_t *facts, *answer;

	if (!has_from && session->operand_count == 0)
		return session_fail("whose mail? --from ADDRESS, or a message file");
	facts = json_object();
	outcome = session->operand_count > 0
	    ? ask_of_message(session, facts)
	    : make_facts(session, NULL, envelope_from, NULL, facts);
	if (outcome != OUTCOME_YES) {
		json_decref(facts);
		return outcome;
	}
	outcome = session_call(session, "Explain", facts, &answer);
	if (outcome != OUTCOME_YES)
		return outcome;
	is_signed = json_array_size(json_object_get(answer, "keys")) > 0;
	if (session_wants_json(session))
		outcome = session_print_json(json_incref(answer));
	else
		tell(answer);
	json_decref(answer);
	return outcome == OUTCOME_YES && !is_signed ? OUTCOME_NO : outcome;
}
