/* SPDX-License-Identifier: ISC */
#include "ctl/facts.h"

#include "dkim/from.h"
#include "policy/measure.h"

#define ARENA_MAX (1U << 30)
#define ORG_HEADERS_MAX 2 /* of several none is believed */

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

static json_t *
flaw_json(enum flaw flaw, const struct flaw_place *place)
{
	json_t *object = json_pack("{s:s}", "flaw", word_text(flaw_words, (int)flaw));

	if (place->field.len > 0)
		(void)json_object_set_new(object, "field", text_json(place->field));
	if (place->octets > 0)
		(void)json_object_set_new(object, "octets", json_integer((json_int_t)place->octets));
	if (place->at > 0)
		(void)json_object_set_new(object, "at", json_integer((json_int_t)place->at));
	return object;
}

static void
set_flaws(const struct message *message, size_t line_max, bool is_smtputf8, json_t *facts)
{
	json_t *flaws = json_array();
	struct measure measure;

	measure_init(&measure, line_max, is_smtputf8);
	for (size_t i = 0; i < message->count; i++)
		measure_field(&measure, message->fields[i].name, message->fields[i].value);
	measure_header_end(&measure);
	measure_body(&measure, message->body);
	measure_end(&measure);
	for (int flaw = 1; flaw <= FLAW_COUNT; flaw++) {
		if ((measure.flaws & FLAW_BIT(flaw)) != 0)
			(void)json_array_append_new(flaws, flaw_json((enum flaw)flaw, &measure.places[flaw]));
	}
	(void)json_object_set_new(facts, "flaws", flaws);
}

/* How often the header has each of these fields. */
static void
set_counts(const struct header_block *header, const json_t *names, json_t *facts)
{
	json_t *counts = json_object();
	const json_t *name;
	size_t index;

	json_array_foreach(names, index, name) {
		size_t count = header_count(header, slice_from_text(json_string_value(name)));

		if (count > 0)
			(void)json_object_set_new(
			    counts, json_string_value(name), json_integer((json_int_t)count));
	}
	(void)json_object_set_new(facts, "field_counts", counts);
}

static enum status
read_message(const struct message *message, const json_t *wanted, bool is_smtputf8,
    struct arena *arena, struct from *from, json_t *facts)
{
	struct header_block header;
	enum status status = read_header(message, arena, &header);

	set_org_header(message, json_member_text(wanted, "organization_header"), facts);
	set_flaws(message, (size_t)json_member_number(wanted, "line_max", 0), is_smtputf8, facts);
	if (status == STATUS_OK)
		set_counts(&header, json_object_get(wanted, "fields"), facts);
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
    const json_t *wanted, struct arena *arena, json_t *facts)
{
	const char *option = arguments->values[OPTION_FROM];
	struct from from = { .count = 0 };
	enum status status = STATUS_OK;

	if (message != NULL)
		status = read_message(message, wanted, arguments_has(arguments, OPTION_SMTPUTF8), arena,
		    &from, facts);
	if (status == STATUS_OK && option != NULL)
		status = read_option(option, arena, &from);
	if (status == STATUS_OK)
		status = set_envelope(envelope_from, &from, arena, facts);
	set_from(facts, &from);
	set_origin(arguments, facts);
	return status;
}

enum status
facts_gather(const struct arguments *arguments, const struct message *message,
    const char *envelope_from, const json_t *wanted, json_t *facts)
{
	struct arena arena;
	enum status status;

	arena_init(&arena, ARENA_MAX);
	status = gather(arguments, message, envelope_from, wanted, &arena, facts);
	arena_done(&arena);
	return status;
}
