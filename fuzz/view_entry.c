/* SPDX-License-Identifier: ISC */
/*
 * view/entry.h: the octets are a value of a view, but for the checksum, which
 * is put behind them: damage that it does not see is what is looked for.
 */
#include "view/entry.h"

#include <stdlib.h>

#include "base/checksum.h"
#include "base/wire.h"
#include "target.h"

#define VALUE_MAX (2 * ENTRY_SEALED_MAX)

/* Where the values of lists and of sealed keys stand; the position's is given. */
#define KEY SLICE_LITERAL("moc.elpmaxe\0main")

static void
check_list(const struct match_list *list)
{
	TARGET_CHECK(list->count <= MATCH_LIST_MAX);
	for (size_t i = 0; i < list->count; i++)
		TARGET_CHECK(memchr(list->entries[i].selector, '\0', SELECTOR_MAX + 1) != NULL);
}

/* What is read is exactly what would be written. */
static void
check_same(enum status status, struct buf *again, struct slice value)
{
	TARGET_CHECK(status == STATUS_OK);
	TARGET_CHECK(slice_equal(buf_slice(again), value));
	buf_done(again);
}

static void
try_list(struct slice value)
{
	struct match_list list = { .count = 77 };
	enum status status = entry_decode_list(KEY, value, &list);
	struct buf again;

	TARGET_CHECK(status == STATUS_OK || status == STATUS_DAMAGED);
	if (status != STATUS_OK)
		return;
	check_list(&list);
	buf_init(&again, VALUE_MAX);
	status = entry_encode_list(KEY, &list, &again);
	check_same(status, &again, value);
}

static void
try_sealed(struct slice value)
{
	uint8_t sealed[SEALED_MAX];
	size_t len = SIZE_MAX;
	enum status status = entry_decode_sealed(KEY, value, sealed, &len);
	struct buf again;

	TARGET_CHECK(status == STATUS_OK || status == STATUS_DAMAGED);
	if (status != STATUS_OK)
		return;
	TARGET_CHECK(len <= SEALED_MAX);
	buf_init(&again, VALUE_MAX);
	status = entry_encode_sealed(KEY, slice_of(sealed, len), &again);
	check_same(status, &again, value);
}

static void
try_position(const struct entry_key *key, struct slice value)
{
	struct view_position position;
	enum status status = entry_decode_position(entry_key_slice(key), value, &position);
	struct buf again;

	TARGET_CHECK(status == STATUS_OK || status == STATUS_DAMAGED);
	if (status != STATUS_OK)
		return;
	buf_init(&again, VALUE_MAX);
	status = entry_encode_position(entry_key_slice(key), &position, &again);
	check_same(status, &again, value);
}

/* The octets with their checksum, on the heap with not an octet to spare. */
static char *
seal(struct slice key, struct slice content, size_t *ret_len)
{
	struct buf value;
	char *copy;

	buf_init(&value, VALUE_MAX + 8);
	buf_put(&value, content);
	wire_put(&value, checksum_of(key) ^ checksum_of(content), 8);
	copy = target_copy(buf_slice(&value));
	*ret_len = buf_slice(&value).len;
	buf_done(&value);
	return copy;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice content = slice_first(slice_of(data, size), VALUE_MAX);
	char *plain = target_copy(content);
	struct entry_key position_key;
	size_t len;
	char *value;

	try_list(slice_of(plain, content.len));
	try_sealed(slice_of(plain, content.len));
	free(plain);
	value = seal(KEY, content, &len);
	try_list(slice_of(value, len));
	try_sealed(slice_of(value, len));
	free(value);
	entry_make_position_key(&position_key);
	value = seal(entry_key_slice(&position_key), content, &len);
	try_position(&position_key, slice_of(value, len));
	free(value);
	return 0;
}
