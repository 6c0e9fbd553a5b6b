/* SPDX-License-Identifier: ISC */
#include "milter/message.h"

#include <stdatomic.h>

#include "base/scan.h"

/* Room in the arena besides the header block: addresses, the choice of fields, login. */
#define ARENA_EXTRA (2U * 1024 * 1024)

static atomic_uint awaited_messages;
static atomic_bool was_last_call;

unsigned
message_count_awaited(void)
{
	return atomic_load(&awaited_messages);
}

void
message_last_call(void)
{
	atomic_store(&was_last_call, true);
}

static void
await(struct message *message)
{
	message->is_awaited = !atomic_load(&was_last_call);
	if (message->is_awaited)
		(void)atomic_fetch_add(&awaited_messages, 1);
}

static void
await_no_more(struct message *message)
{
	if (message->is_awaited)
		(void)atomic_fetch_sub(&awaited_messages, 1);
	message->is_awaited = false;
}

size_t
message_max_bytes(const struct message_limits *limits)
{
	return header_arena_bytes(limits->header_max_bytes, limits->header_max_fields) +
	    2 * limits->header_max_bytes + ARENA_EXTRA;
}

void
message_init(struct message *message, struct arena_pool *pool)
{
	*message = (struct message){ .is_open = false };
	arena_init(&message->arena, 0);
	arena_share(&message->arena, pool);
}

bool
message_is_crowded_out(const struct message *message)
{
	return message->arena.was_refused;
}

void
message_forget(struct message *message)
{
	if (!message->is_open)
		return;
	message->is_open = false;
	arena_reset(&message->arena);
	await_no_more(message);
}

void
message_done(struct message *message)
{
	message_forget(message);
	arena_done(&message->arena);
}

/* The null sender and what is no address have no domain. */
static enum status
read_sender(struct message *message, const char *sender)
{
	enum status status = address_parse_path(
	    slice_from_text(sender), &message->arena, &message->envelope_domain);

	message->is_null_sender = status == STATUS_NOT_FOUND;
	return status == STATUS_NOT_FOUND || status == STATUS_INVALID ? STATUS_OK : status;
}

/* As its owner writes it, and so the configuration. What is no xtext is a login as it stands. */
static enum status
read_login(struct message *message, const struct message_envelope *envelope)
{
	struct slice written = slice_from_text(envelope->login);
	enum status status = arena_copy(&message->arena, written, &message->login);
	char *text;
	size_t len;

	if (status != STATUS_OK || !envelope->is_login_xtext)
		return status;
	text = arena_alloc(&message->arena, written.len);
	if (text == NULL)
		return STATUS_NO_MEMORY;
	if (scan_xtext(written, text, &len) == STATUS_OK)
		message->login = slice_of(text, len);
	return STATUS_OK;
}

static enum status
read_envelope(struct message *message, const struct message_envelope *envelope)
{
	enum status status = read_login(message, envelope);

	if (status == STATUS_OK)
		status = arena_copy(
		    &message->arena, slice_from_text(envelope->auth_type), &message->auth_type);
	message->is_login_known = status == STATUS_OK;
	return status == STATUS_OK ? read_sender(message, envelope->sender) : status;
}

void
message_begin(struct message *message, const struct message_envelope *envelope,
    const struct message_limits *limits)
{
	message_forget(message);
	message->arena.max_bytes = message_max_bytes(limits);
	message->is_open = true;
	await(message);
	message->login = SLICE_EMPTY;
	message->auth_type = SLICE_EMPTY;
	message->envelope_domain = SLICE_EMPTY;
	message->is_null_sender = false;
	message->senders = (struct address_list){ 0 };
	message->is_smtputf8 = envelope->is_smtputf8;
	message->body_bytes = 0;
	header_init(&message->header, &message->arena, limits->header_max_bytes,
	    limits->header_max_fields);
	message->failure = read_envelope(message, envelope);
}

void
message_add_header(struct message *message, struct slice name, struct slice value)
{
	if (message->is_open && message->failure == STATUS_OK)
		message->failure = header_add(&message->header, name, value);
}

static void
read_from(struct message *message, struct decide_facts *facts)
{
	struct from from;

	if (from_read(&message->header, &message->arena, &from) != STATUS_OK)
		message->failure = STATUS_NO_MEMORY;
	message->senders = from.senders;
	facts->from_count = from.count;
	facts->is_from_valid = from.is_valid;
	facts->senders = from.senders.domains;
	facts->sender_count = from.senders.count;
}

static void
read_org_header(const struct message *message, struct slice name, struct decide_facts *facts)
{
	const struct header_field *field;

	if (name.len == 0)
		return;
	field = header_find(&message->header, name);
	if (field == NULL)
		return;
	facts->org_header_count = header_count(&message->header, name);
	facts->org_header = slice_trim(field->value);
}

void
message_fill_facts(struct message *message, struct slice org_header, struct decide_facts *facts)
{
	facts->login = message->login;
	facts->auth_type = message->auth_type;
	facts->envelope_domain = message->envelope_domain;
	facts->is_null_sender = message->is_null_sender;
	facts->is_header_too_large = message->failure == STATUS_TOO_LARGE;
	read_from(message, facts);
	read_org_header(message, org_header, facts);
}

flaw_set
message_measure_header(struct message *message, size_t line_max)
{
	measure_init(&message->measure, line_max, message->is_smtputf8);
	for (size_t i = 0; i < message->header.count; i++)
		measure_field(&message->measure, message->header.fields[i].name,
		    message->header.fields[i].value);
	measure_header_end(&message->measure);
	return message->measure.flaws;
}
