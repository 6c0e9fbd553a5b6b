/* SPDX-License-Identifier: ISC */
#include "ctl/message.h"

#define FIRST_CAPACITY 64
#define ARENA_MAX (256U << 20)

static const struct slice crlf = { "\r\n", 2 };

void
message_init(struct message *message)
{
	*message = (struct message){ .body = SLICE_EMPTY };
	/* every line may grow by its CR */
	buf_init(&message->text, 2 * (size_t)MESSAGE_MAX);
	buf_init(&message->new_body, MESSAGE_MAX);
	arena_init(&message->arena, ARENA_MAX);
}

void
message_done(struct message *message)
{
	buf_done(&message->text);
	buf_done(&message->new_body);
	arena_done(&message->arena);
	*message = (struct message){ 0 };
}

/* Cuts a line off *rest, without its LF or CRLF. */
static struct slice
cut_line(struct slice *rest)
{
	struct slice line = slice_cut(rest, '\n');

	if (line.len > 0 && line.ptr[line.len - 1] == '\r')
		line.len--;
	return line;
}

/* Writes text with every line end a CRLF; a last line without one stays so. */
static void
put_normalised(struct buf *out, struct slice text)
{
	while (text.len > 0) {
		bool is_whole = slice_find(text, '\n') < text.len;

		if (!is_whole) {
			buf_put(out, text);
			return;
		}
		buf_put(out, cut_line(&text));
		buf_put(out, crlf);
	}
}

static enum status
make_room(struct message *message)
{
	size_t capacity = message->capacity > 0 ? 2 * message->capacity : FIRST_CAPACITY;
	struct message_field *fields;

	if (message->count < message->capacity)
		return STATUS_OK;
	fields = arena_alloc(&message->arena, capacity * sizeof(*fields));
	if (fields == NULL)
		return STATUS_NO_MEMORY;
	if (message->count > 0)
		memcpy(fields, message->fields, message->count * sizeof(*fields));
	message->fields = fields;
	message->capacity = capacity;
	return STATUS_OK;
}

static enum status
insert(struct message *message, size_t index, struct message_field field)
{
	enum status status = make_room(message);

	if (status != STATUS_OK)
		return status;
	if (index > message->count)
		index = message->count;
	memmove(message->fields + index + 1, message->fields + index,
	    (message->count - index) * sizeof(field));
	message->fields[index] = field;
	message->count++;
	return STATUS_OK;
}

/* A field name: printable ASCII but for the colon, RFC 5322 §2.2. */
static bool
is_name(struct slice name)
{
	for (size_t i = 0; i < name.len; i++) {
		if (name.ptr[i] <= ' ' || name.ptr[i] > '~')
			return false;
	}
	return name.len > 0;
}

static enum status
parse_field(struct message *message, struct slice line, size_t number, struct error *err)
{
	struct slice rest = line;
	struct slice name = slice_trim(slice_cut(&rest, ':'));

	if (slice_find(line, ':') == line.len || !is_name(name))
		return error_set(err, STATUS_INVALID,
		    "line %zu is no header field (a name, a colon, a value): is this a message?",
		    number);
	return insert(message, message->count, (struct message_field){ name, rest });
}

/* Line ends are CRLF by now, so a continuation simply makes the value before it longer. */
static enum status
parse_line(struct message *message, struct slice line, size_t number, struct error *err)
{
	struct slice *value;

	if (line.ptr[0] != ' ' && line.ptr[0] != '\t')
		return parse_field(message, line, number, err);
	if (message->count == 0)
		return error_set(err, STATUS_INVALID,
		    "line %zu continues a header field, but none came before it", number);
	value = &message->fields[message->count - 1].value;
	value->len = (size_t)(line.ptr + line.len - value->ptr);
	return STATUS_OK;
}

static enum status
parse_all(struct message *message, struct error *err)
{
	struct slice rest = buf_slice(&message->text);
	enum status status = STATUS_OK;

	for (size_t number = 1; rest.len > 0 && status == STATUS_OK; number++) {
		struct slice line = cut_line(&rest);

		if (line.len == 0)
			break;
		status = parse_line(message, line, number, err);
	}
	if (status == STATUS_OK)
		message->body = rest;
	return status;
}

enum status
message_parse(struct message *message, struct slice text, struct error *err)
{
	if (text.len > MESSAGE_MAX)
		return error_set(err, STATUS_TOO_LARGE, "larger than %u MiB", MESSAGE_MAX >> 20);
	put_normalised(&message->text, text);
	if (buf_status(&message->text) != STATUS_OK)
		return error_set(err, buf_status(&message->text), "out of memory");
	return parse_all(message, err);
}

size_t
message_find(const struct message *message, struct slice name, size_t nth)
{
	for (size_t i = 0; i < message->count; i++) {
		if (slice_equal_nocase(message->fields[i].name, name) && --nth == 0)
			return i;
	}
	return message->count;
}

/* A copy that lives as long as the message, its line ends CRLF. */
static enum status
keep_value(struct message *message, struct slice value, struct slice *ret_value)
{
	enum status status;
	struct buf copy;

	buf_init(&copy, MESSAGE_MAX);
	put_normalised(&copy, value);
	status = buf_status(&copy);
	if (status == STATUS_OK)
		status = arena_copy(&message->arena, buf_slice(&copy), ret_value);
	buf_done(&copy);
	return status;
}

enum status
message_insert(struct message *message, size_t index, struct slice name, struct slice value)
{
	struct message_field field;
	enum status status = arena_copy(&message->arena, name, &field.name);

	if (status == STATUS_OK)
		status = keep_value(message, value, &field.value);
	return status == STATUS_OK ? insert(message, index, field) : status;
}

enum status
message_replace(struct message *message, size_t index, struct slice value)
{
	return keep_value(message, value, &message->fields[index].value);
}

void
message_remove(struct message *message, size_t index)
{
	message->count--;
	memmove(message->fields + index, message->fields + index + 1,
	    (message->count - index) * sizeof(message->fields[0]));
}

enum status
message_add_body(struct message *message, struct slice piece)
{
	buf_put(&message->new_body, piece);
	if (buf_status(&message->new_body) == STATUS_OK)
		message->body = buf_slice(&message->new_body);
	return buf_status(&message->new_body);
}

void
message_print(const struct message *message, struct buf *out)
{
	for (size_t i = 0; i < message->count; i++) {
		buf_put(out, message->fields[i].name);
		buf_put_char(out, ':');
		buf_put(out, message->fields[i].value);
		buf_put(out, crlf);
	}
	buf_put(out, crlf);
	buf_put(out, message->body);
}
