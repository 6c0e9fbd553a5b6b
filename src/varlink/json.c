/* SPDX-License-Identifier: ISC */
#include "varlink/json.h"

#include <time.h>

#define INDENT 2

enum status
json_read_object(struct slice text, json_t **ret_object, struct error *err)
{
	json_error_t at;
	json_t *value = json_loadb(text.ptr, text.len, JSON_REJECT_DUPLICATES, &at);

	if (value == NULL)
		return error_set(err, STATUS_INVALID, "no JSON, at octet %d: %s", at.position, at.text);
	if (!json_is_object(value)) {
		json_decref(value);
		return error_set(err, STATUS_INVALID, "no JSON object");
	}
	*ret_object = value;
	return STATUS_OK;
}

static int
write_piece(const char *piece, size_t len, void *context)
{
	struct buf *out = context;

	buf_put(out, slice_of(piece, len));
	return buf_status(out) == STATUS_OK ? 0 : -1;
}

void
json_write(const json_t *value, bool is_indented, struct buf *out)
{
	size_t flags = JSON_ENCODE_ANY | (is_indented ? JSON_INDENT(INDENT) : JSON_COMPACT);

	if (json_dump_callback(value, write_piece, out, flags) != 0 && out->status == STATUS_OK)
		out->status = STATUS_NO_MEMORY;
}

json_t *
json_of_slice(struct slice text)
{
	json_t *value = json_stringn(text.ptr, text.len);

	return value != NULL ? value : json_null();
}

json_t *
json_of_base64(const uint8_t *bytes, size_t len)
{
	json_t *value = NULL;
	struct buf text;

	buf_init(&text, 4 * (len / 3 + 1) + 1);
	buf_put_base64(&text, bytes, len);
	if (buf_status(&text) == STATUS_OK)
		value = json_stringn(text.ptr, text.len);
	buf_done(&text);
	return value;
}

json_t *
json_of_time(int64_t seconds)
{
	char text[sizeof("-2147483648-01-01T00:00:00Z")];
	time_t moment = seconds;
	struct tm parts;

	if (seconds == 0 || gmtime_r(&moment, &parts) == NULL)
		return json_null();
	if (strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &parts) == 0)
		return json_null();
	return json_string(text);
}

const char *
json_member_text(const json_t *object, const char *name)
{
	return json_string_value(json_object_get(object, name));
}

bool
json_member_flag(const json_t *object, const char *name, bool fallback)
{
	const json_t *value = json_object_get(object, name);

	return json_is_boolean(value) ? json_is_true(value) : fallback;
}

int64_t
json_member_number(const json_t *object, const char *name, int64_t fallback)
{
	const json_t *value = json_object_get(object, name);

	return json_is_integer(value) ? json_integer_value(value) : fallback;
}
