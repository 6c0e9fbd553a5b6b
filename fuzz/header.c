/* SPDX-License-Identifier: ISC */
/* dkim/header.h and dkim/choice.h: the octets are a header block. */
#include "dkim/header.h"

#include "../tests/unit/plain_canon.h"
#include "dkim/field.h"
#include "dkim/tag_list.h"
#include "scarce.h"
#include "split.h"
#include "target.h"

#define BYTES_MAX (1U << 20)
#define FIELDS_MAX 5000
#define OUTPUT_MAX (16U << 20)

/* A block with the arena that its header promises to be enough. */
struct place {
	struct arena arena;
	struct header_block block;
};

static void
place_init(struct place *place, size_t max_bytes, size_t max_fields)
{
	arena_init(&place->arena, header_arena_bytes(max_bytes, max_fields));
	header_init(&place->block, &place->arena, max_bytes, max_fields);
}

/* Adds what fits; a field that does not leaves the block as it was. */
static enum status
fill(struct place *place, struct slice text)
{
	enum status worst = STATUS_OK;
	struct split_field field;

	while (split_next(&text, &field)) {
		struct header_block before = place->block;
		enum status status = header_add(&place->block, field.name, field.value);

		if (status == STATUS_OK)
			continue;
		TARGET_CHECK(place->block.count == before.count && place->block.bytes == before.bytes);
		worst = status;
		if (status == STATUS_NO_MEMORY)
			return status;
	}
	return worst;
}

/* ---- what is stored ---- */

/* Each LF after a CR, the rest as it was. */
static void
put_stored(struct slice value, struct buf *out)
{
	for (size_t i = 0; i < value.len; i++) {
		if (value.ptr[i] == '\n' && (i == 0 || value.ptr[i - 1] != '\r'))
			buf_put_char(out, '\r');
		buf_put_char(out, value.ptr[i]);
	}
}

static void
check_stored(const struct header_block *block, struct slice text)
{
	struct split_field field;
	size_t bytes = 0;
	struct buf value;

	buf_init(&value, OUTPUT_MAX);
	for (size_t i = 0; i < block->count; i++) {
		TARGET_CHECK(split_next(&text, &field));
		buf_reset(&value);
		put_stored(field.value, &value);
		TARGET_CHECK(slice_equal(block->fields[i].name, field.name));
		TARGET_CHECK(slice_equal(block->fields[i].value, buf_slice(&value)));
		bytes += field.name.len + value.len + 3;
	}
	TARGET_CHECK(block->bytes == bytes);
	buf_done(&value);
}

static void
check_limits(const struct header_block *block)
{
	TARGET_CHECK(block->count <= block->max_fields && block->bytes <= block->max_bytes);
}

/* ---- what is chosen ---- */

static bool
is_oversigned(enum choice_rule rule, size_t present)
{
	return rule == CHOICE_OVERSIGN_ALWAYS || (rule == CHOICE_OVERSIGN_PRESENT && present > 0);
}

/* The entries of one row, from the bottom field up; returns how many there are. */
static size_t
check_row(const struct choice_row *row, const struct header_block *block,
    const struct choice_entry *entries)
{
	struct slice name = slice_from_text(row->name);
	size_t count = 0;

	for (size_t i = block->count; i > 0; i--) {
		const struct header_field *field = &block->fields[i - 1];

		if (slice_equal_nocase(slice_trim(field->name), name))
			TARGET_CHECK(entries[count++].field == field);
	}
	TARGET_CHECK(header_count(block, name) == count);
	TARGET_CHECK(header_find(block, name) == (count > 0 ? entries[count - 1].field : NULL));
	if (is_oversigned(row->rule, count))
		TARGET_CHECK(entries[count++].field == NULL);
	for (size_t i = 0; i < count; i++)
		TARGET_CHECK(slice_equal(entries[i].name, name));
	return count;
}

/* h= of the field names the entries, each and no other. */
static void
check_names(const struct choice *choice)
{
	struct field_params params = {
		.algorithm = SLICE_LITERAL("rsa-sha256"), .header_canon = CANON_RELAXED,
		.body_canon = CANON_RELAXED, .domain = SLICE_LITERAL("example.com"),
		.selector = SLICE_LITERAL("s"), .signed_at = 1,
	};
	uint8_t hash[DIGEST_SIZE] = { 0 };
	struct tag_list list;
	struct slice names;
	struct buf field;

	buf_init(&field, FIELD_MAX_BYTES);
	field_put_unsigned(&field, &params, choice, hash);
	TARGET_CHECK(buf_status(&field) == STATUS_OK);
	TARGET_CHECK(tag_list_parse(buf_slice(&field), &list) == STATUS_OK);
	names = tag_list_find(&list, SLICE_LITERAL("h"))->value;
	for (size_t i = 0; i < choice->count; i++)
		TARGET_CHECK(slice_equal(slice_trim(slice_cut(&names, ':')), choice->entries[i].name));
	TARGET_CHECK(names.len == 0);
	buf_done(&field);
}

static void
try_choice(const struct choice_row *table, struct place *place)
{
	struct choice choice;
	struct arena arena;
	size_t count = 0;
	enum status status;

	arena_init(&arena, CHOICE_MAX * sizeof(struct choice_entry));
	status = choice_make(table, &place->block, &arena, &choice);
	TARGET_CHECK(status == STATUS_OK || status == STATUS_TOO_LARGE);
	if (status == STATUS_OK) {
		for (; table->name != NULL; table++)
			count += check_row(table, &place->block, choice.entries + count);
		TARGET_CHECK(choice.count == count && count <= CHOICE_MAX);
		check_names(&choice);
	}
	arena_done(&arena);
}

/* ---- canonical forms ---- */

static void
collect(void *context, struct slice bytes)
{
	buf_put(context, bytes);
}

static void
check_canon(enum canon canon, struct slice name, struct slice value, struct slice expected)
{
	struct buf out;
	struct canon_sink sink = { .put = collect, .context = &out };

	buf_init(&out, OUTPUT_MAX);
	canon_header(canon, name, value, &sink);
	TARGET_CHECK(slice_equal(buf_slice(&out), expected));
	buf_done(&out);
}

static void
try_canon(enum canon canon, const struct header_field *field)
{
	struct slice name, value;
	struct buf expected;

	buf_init(&expected, OUTPUT_MAX);
	plain_header(canon, field->name, field->value, &expected);
	check_canon(canon, field->name, field->value, buf_slice(&expected));
	/* a canonical form is its own canonical form */
	value = buf_slice(&expected);
	name = slice_cut(&value, ':');
	check_canon(canon, name, value, buf_slice(&expected));
	buf_done(&expected);
}

/* ---- all of it ---- */

static enum status
fill_and_choose(void *context)
{
	const struct slice *text = context;
	struct place place;
	struct choice choice;
	enum status status;

	place_init(&place, BYTES_MAX, FIELDS_MAX);
	status = fill(&place, *text);
	if (status == STATUS_OK)
		status = choice_make(choice_default, &place.block, &place.arena, &choice);
	arena_done(&place.arena);
	return status;
}

static void
try_limits(struct slice text, size_t max_bytes, size_t max_fields)
{
	struct place place;

	place_init(&place, max_bytes, max_fields);
	TARGET_CHECK(fill(&place, text) != STATUS_NO_MEMORY);
	check_limits(&place.block);
	arena_done(&place.arena);
}

/* An arena of just the size that was needed is enough; one octet less is not. */
static void
try_full_arena(struct slice text, size_t needed)
{
	struct place place;

	if (needed == 0)
		return;
	place_init(&place, BYTES_MAX, FIELDS_MAX);
	place.arena.max_bytes = needed;
	TARGET_CHECK(fill(&place, text) == STATUS_OK);
	arena_reset(&place.arena);
	place.arena.max_bytes = needed - 1;
	header_init(&place.block, &place.arena, BYTES_MAX, FIELDS_MAX);
	TARGET_CHECK(fill(&place, text) == STATUS_NO_MEMORY);
	arena_done(&place.arena);
}

static const struct choice_row other_table[] = {
	{ "From", CHOICE_SIGN },
	{ "X-Y", CHOICE_OVERSIGN_PRESENT },
	{ "X", CHOICE_OVERSIGN_ALWAYS },
	{ NULL, CHOICE_OMIT },
};

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice text = slice_of(data, size);
	struct place place;

	if (size > BYTES_MAX / 2)
		return 0;
	place_init(&place, BYTES_MAX, FIELDS_MAX);
	if (fill(&place, text) == STATUS_OK) {
		check_stored(&place.block, text);
		try_full_arena(text, place.arena.used_bytes);
	}
	check_limits(&place.block);
	try_choice(choice_default, &place);
	try_choice(other_table, &place);
	for (size_t i = 0; i < place.block.count; i++) {
		try_canon(CANON_SIMPLE, &place.block.fields[i]);
		try_canon(CANON_RELAXED, &place.block.fields[i]);
	}
	try_limits(text, place.block.bytes / 2, place.block.count);
	try_limits(text, place.block.bytes, place.block.count / 2);
	TARGET_CHECK(scarce_try(fill_and_choose, &text) != STATUS_NO_MEMORY);
	arena_done(&place.arena);
	return 0;
}
