/* SPDX-License-Identifier: ISC */
#include "dkim/header.h"

#include <stdalign.h>

#include "base/scan.h"

#define FIRST_CAPACITY 64

/* The colon and the final CRLF of a field as sent. */
#define FIELD_OVERHEAD 3

size_t
header_arena_bytes(size_t max_bytes, size_t max_fields)
{
	/* a doubled array leaves its predecessors behind: together less than it holds itself */
	size_t rounding = 2 * max_fields * (alignof(max_align_t) + 1); /* of names and values, with their NUL */

	return max_bytes + rounding + (4 * max_fields + 2 * FIRST_CAPACITY) * sizeof(struct header_field);
}

void
header_init(struct header_block *block, struct arena *arena, size_t max_bytes, size_t max_fields)
{
	*block = (struct header_block){
		.arena = arena,
		.max_bytes = max_bytes,
		.max_fields = max_fields,
	};
}

static enum status
grow(struct header_block *block)
{
	size_t capacity = block->capacity > 0 ? 2 * block->capacity : FIRST_CAPACITY;
	struct header_field *fields = arena_alloc(block->arena, capacity * sizeof(*fields));

	if (fields == NULL)
		return STATUS_NO_MEMORY;
	if (block->count > 0)
		memcpy(fields, block->fields, block->count * sizeof(*fields));
	block->fields = fields;
	block->capacity = capacity;
	return STATUS_OK;
}

static bool
is_bare_lf_at(struct slice s, size_t at)
{
	return s.ptr[at] == '\n' && (at == 0 || s.ptr[at - 1] != '\r');
}

static size_t
count_bare_lf(struct slice s)
{
	size_t count = 0;

	for (size_t i = slice_find(s, '\n'); i < s.len; i += 1 + slice_find(slice_after(s, i + 1), '\n'))
		count += is_bare_lf_at(s, i);
	return count;
}

/* Copies s to at, each bare LF as CRLF. */
static void
copy_with_crlf(char *at, struct slice s)
{
	for (size_t from = 0; from < s.len;) {
		size_t lf = from + slice_find(slice_after(s, from), '\n');

		memcpy(at, s.ptr + from, lf - from);
		at += lf - from;
		if (lf == s.len)
			return;
		if (is_bare_lf_at(s, lf))
			*at++ = '\r';
		*at++ = '\n';
		from = lf + 1;
	}
}

/* The copies of name and value, which will have value_len octets, in one piece of the arena. */
static enum status
copy_field(struct arena *arena, struct slice name, struct slice value, size_t value_len,
    struct header_field *ret_field)
{
	char *at = arena_alloc(arena, name.len + value_len);

	if (at == NULL)
		return STATUS_NO_MEMORY;
	if (name.len > 0)
		memcpy(at, name.ptr, name.len);
	copy_with_crlf(at + name.len, value);
	ret_field->name = slice_of(at, name.len);
	ret_field->value = slice_of(at + name.len, value_len);
	return STATUS_OK;
}

/* Whatever the limits; value_len with each line end as CRLF. */
static enum status
append(struct header_block *block, struct slice name, struct slice value, size_t value_len)
{
	enum status status = STATUS_OK;

	if (block->count == block->capacity)
		status = grow(block);
	if (status == STATUS_OK)
		status = copy_field(
		    block->arena, name, value, value_len, &block->fields[block->count]);
	if (status != STATUS_OK)
		return status;
	block->count++;
	block->bytes += name.len + value_len + FIELD_OVERHEAD;
	return STATUS_OK;
}

enum status
header_add(struct header_block *block, struct slice name, struct slice value)
{
	size_t value_len = value.len + count_bare_lf(value);
	size_t bytes = name.len + value_len + FIELD_OVERHEAD;

	if (block->count >= block->max_fields || bytes > block->max_bytes - block->bytes)
		return STATUS_TOO_LARGE;
	return append(block, name, value, value_len);
}

/* Of the first count fields; returns how many. */
static size_t
take_out(struct header_block *block, struct slice name, size_t count)
{
	size_t kept = 0;

	for (size_t i = 0; i < block->count; i++) {
		struct header_field field = block->fields[i];

		if (i < count && header_is_named(&field, name))
			block->bytes -= field.name.len + field.value.len + FIELD_OVERHEAD;
		else
			block->fields[kept++] = field;
	}
	count = block->count - kept;
	block->count = kept;
	return count;
}

enum status
header_replace(struct header_block *block, struct slice name, struct slice value, size_t *ret_removed)
{
	size_t before = block->count;
	enum status status = append(block, name, value, value.len + count_bare_lf(value));

	if (status == STATUS_OK)
		*ret_removed = take_out(block, name, before);
	return status;
}

bool
header_is_named(const struct header_field *field, struct slice name)
{
	struct slice rest = slice_after(field->name, name.len);

	/* most names differ: they are told apart by one octet, whatever its case, and before anything is trimmed */
	if (name.len > 0 && field->name.len > 0 && ((field->name.ptr[0] ^ name.ptr[0]) & ~0x20) != 0)
		return false;
	return field->name.len >= name.len &&
	    slice_equal_nocase(slice_first(field->name, name.len), name) &&
	    slice_trim(rest).len == 0;
}

size_t
header_count(const struct header_block *block, struct slice name)
{
	size_t count = 0;

	for (size_t i = 0; i < block->count; i++)
		count += header_is_named(&block->fields[i], name);
	return count;
}

const struct header_field *
header_find(const struct header_block *block, struct slice name)
{
	for (size_t i = 0; i < block->count; i++) {
		if (header_is_named(&block->fields[i], name))
			return &block->fields[i];
	}
	return NULL;
}
