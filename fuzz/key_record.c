/* SPDX-License-Identifier: ISC */
/* dkim/key_record.h: the octets are a record, and a public key. */
#include "dkim/key_record.h"

#include <stdlib.h>

#include "dkim/tag_list.h"
#include "target.h"

#define TEXT_MAX (16U << 20)
#define ED25519_BYTES 32

static bool
is_same_key(const struct key_record *record, struct slice key)
{
	return slice_equal(slice_of(record->public_key, record->public_key_len), key);
}

/* Writes, and reads back. */
static void
check_written(enum key_record_type type, bool is_test_mode, struct slice key)
{
	struct key_record record;
	struct error err;
	struct buf text;

	buf_init(&text, TEXT_MAX);
	key_record_put(&text, type, is_test_mode, (const uint8_t *)key.ptr, key.len);
	TARGET_CHECK(key_record_parse(buf_slice(&text), &record, &err) == STATUS_OK);
	TARGET_CHECK(record.type == type);
	TARGET_CHECK(record.is_test_mode == is_test_mode && !record.is_strict);
	TARGET_CHECK(is_same_key(&record, key));
	buf_done(&text);
}

/* A tag that nobody knows, and white space where it may be, change nothing. */
static void
check_spread(struct slice text, const struct key_record *record)
{
	struct tag_list list;
	struct key_record again;
	struct error err;
	struct buf spread;

	TARGET_CHECK(tag_list_parse(text, &list) == STATUS_OK);
	if (list.count == TAG_LIST_MAX || tag_list_find(&list, SLICE_LITERAL("zzz")) != NULL)
		return;
	buf_init(&spread, TEXT_MAX);
	for (size_t i = 0; i < list.count; i++) {
		buf_put_text(&spread, "\r\n\t");
		buf_put(&spread, list.tags[i].name);
		buf_put_text(&spread, " = ");
		buf_put(&spread, list.tags[i].value);
		buf_put_text(&spread, " ; ");
	}
	buf_put_text(&spread, "zzz=?");
	TARGET_CHECK(key_record_parse(buf_slice(&spread), &again, &err) == STATUS_OK);
	TARGET_CHECK(again.type == record->type && again.is_test_mode == record->is_test_mode);
	TARGET_CHECK(again.is_strict == record->is_strict);
	TARGET_CHECK(is_same_key(&again, slice_of(record->public_key, record->public_key_len)));
	buf_done(&spread);
}

/* One line of printable ASCII, whatever the record has. */
static void
check_sentence(const struct error *err)
{
	size_t len = strlen(err->text);

	TARGET_CHECK(len > 0);
	for (size_t i = 0; i < len; i++)
		TARGET_CHECK(err->text[i] >= ' ' && err->text[i] <= '~');
}

static void
try_record(struct slice text)
{
	struct key_record record = { .public_key_len = 77 };
	struct error err = { "" };
	enum status status = key_record_parse(text, &record, &err);
	enum status silent = key_record_parse(text, &record, NULL);

	TARGET_CHECK(silent == status);
	if (status != STATUS_OK) {
		TARGET_CHECK(status == STATUS_INVALID || status == STATUS_REFUSED ||
		    status == STATUS_TOO_LARGE);
		TARGET_CHECK(record.public_key_len == 77);
		check_sentence(&err);
		return;
	}
	TARGET_CHECK(record.public_key_len <= KEY_RECORD_KEY_MAX);
	check_written(record.type, record.is_test_mode,
	    slice_of(record.public_key, record.public_key_len));
	check_spread(text, &record);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *copy = target_copy(slice_of(data, size));

	try_record(slice_of(copy, size));
	if (size <= KEY_RECORD_KEY_MAX)
		check_written(KEY_RECORD_RSA, size % 2 == 0, slice_of(copy, size));
	if (size == ED25519_BYTES)
		check_written(KEY_RECORD_ED25519, copy[0] % 2 == 0, slice_of(copy, size));
	free(copy);
	return 0;
}
