/* SPDX-License-Identifier: ISC */
/* varlink/framer.h and json.h: the octets come off a control socket. */
#include "varlink/framer.h"

#include <stdlib.h>

#include "target.h"
#include "varlink/json.h"

#define MESSAGE_MAX 512 /* small, so that it is met */

/* ---- messages ---- */

static void
check_sentence(const struct error *err)
{
	TARGET_CHECK(err->text[0] != '\0');
	TARGET_CHECK(memchr(err->text, '\0', sizeof(err->text)) != NULL);
}

/* What was read says the same when it is written and read again. */
static void
check_object(const json_t *object)
{
	struct error err = { "" };
	json_t *again = NULL;
	struct buf text;

	TARGET_CHECK(json_is_object(object));
	buf_init(&text, 64 * MESSAGE_MAX);
	json_write(object, false, &text);
	TARGET_CHECK(buf_status(&text) == STATUS_OK);
	TARGET_CHECK(slice_find(buf_slice(&text), '\0') == buf_slice(&text).len);
	TARGET_CHECK(json_read_object(buf_slice(&text), &again, &err) == STATUS_OK);
	TARGET_CHECK(json_equal(object, again));
	json_decref(again);
	buf_done(&text);
}

static void
try_message(struct slice message)
{
	char *copy = target_copy(message);
	struct error err = { "" };
	json_t *object = NULL;
	enum status status = json_read_object(slice_of(copy, message.len), &object, &err);

	if (status == STATUS_OK) {
		check_object(object);
	} else {
		TARGET_CHECK(status == STATUS_INVALID && object == NULL);
		check_sentence(&err);
	}
	json_decref(object);
	free(copy);
}

/* ---- framing ---- */

/* All messages, each with its NUL, in all; whole says how it ended. */
static enum status
collect(struct slice rest, size_t piece, struct buf *all)
{
	struct framer framer;
	struct slice message;
	enum status status = STATUS_NOT_FOUND;

	framer_init(&framer, MESSAGE_MAX);
	while (rest.len > 0 && status == STATUS_NOT_FOUND) {
		struct slice now = slice_first(rest, piece);

		rest = slice_after(rest, now.len);
		status = framer_push(&framer, now);
		while (status == STATUS_OK || status == STATUS_NOT_FOUND) {
			status = framer_next(&framer, &message);
			if (status != STATUS_OK)
				break;
			TARGET_CHECK(message.len <= MESSAGE_MAX);
			TARGET_CHECK(slice_find(message, '\0') == message.len);
			buf_put(all, message);
			buf_put_char(all, '\0');
		}
	}
	framer_done(&framer);
	return status;
}

/* However they come, the messages are what stands before each NUL, up to the first that is too long. */
static void
check_messages(struct slice all, struct slice stream)
{
	struct slice rest;
	size_t end;

	TARGET_CHECK(all.len <= stream.len && slice_equal(all, slice_first(stream, all.len)));
	rest = slice_after(stream, all.len);
	end = slice_find(rest, '\0');
	TARGET_CHECK(end == rest.len || end > MESSAGE_MAX);
}

static void
try_cut(struct slice stream, size_t piece)
{
	struct buf all;
	enum status status;

	buf_init(&all, 1 << 24);
	status = collect(stream, piece, &all);
	TARGET_CHECK(status == STATUS_NOT_FOUND || status == STATUS_TOO_LARGE);
	check_messages(buf_slice(&all), stream);
	buf_done(&all);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice stream = slice_first(slice_of(data, size), 8 * MESSAGE_MAX);

	try_cut(stream, 1);
	try_cut(stream, 7);
	try_cut(stream, MESSAGE_MAX);
	for (struct slice rest = stream; rest.len > 0;)
		try_message(slice_cut(&rest, '\0'));
	return 0;
}
