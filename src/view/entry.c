/* SPDX-License-Identifier: ISC */
#include "view/entry.h"

#include "base/checksum.h"
#include "base/wire.h"

/* Another version reads as damaged, and so is rebuilt: a view holds nothing the store has not. */
#define VERSION 1
#define CHECKSUM_SIZE 8

/* A handle has 16 octets and a domain never begins with NUL. */
#define POSITION_KEY "\0position"

/* ---- keys ---- */

static bool
is_name(struct slice name, size_t max)
{
	return name.len > 0 && name.len <= max && slice_find(name, '\0') == name.len;
}

enum status
entry_make_key(struct slice org, struct slice domain, struct entry_key *ret_key)
{
	char *at = ret_key->bytes;

	if (!is_name(org, ORG_MAX) || !is_name(domain, DOMAIN_MAX))
		return STATUS_INVALID;
	for (size_t i = domain.len; i > 0; i--)
		*at++ = domain.ptr[i - 1];
	*at++ = '\0';
	memcpy(at, org.ptr, org.len);
	ret_key->len = domain.len + 1 + org.len;
	return STATUS_OK;
}

void
entry_make_position_key(struct entry_key *ret_key)
{
	ret_key->len = sizeof(POSITION_KEY) - 1;
	memcpy(ret_key->bytes, POSITION_KEY, ret_key->len);
}

/* ---- what all values share ---- */

/* The key is part of it: a value found under another's key is damage too. */
static uint64_t
sum_of(struct slice key, struct slice content)
{
	return checksum_of(key) ^ checksum_of(content);
}

static size_t
begin(struct buf *b)
{
	size_t start = buf_slice(b).len;

	wire_put(b, VERSION, 1);
	return start;
}

static enum status
end(struct buf *b, size_t start, struct slice key)
{
	if (buf_status(b) == STATUS_OK)
		wire_put(b, sum_of(key, slice_after(buf_slice(b), start)), CHECKSUM_SIZE);
	return buf_status(b);
}

/* Checks version and checksum; what lies between them is left in *ret_content. */
static enum status
open_value(struct slice key, struct slice value, struct wire *ret_content)
{
	struct wire checksum;

	if (value.len < ENTRY_OVERHEAD || value.ptr[0] != VERSION)
		return STATUS_DAMAGED;
	checksum = wire_of(slice_after(value, value.len - CHECKSUM_SIZE));
	value.len -= CHECKSUM_SIZE;
	if (wire_get(&checksum, CHECKSUM_SIZE) != sum_of(key, value))
		return STATUS_DAMAGED;
	*ret_content = wire_of(slice_after(value, 1));
	return STATUS_OK;
}

/* ---- table: a list of active keys ---- */

static bool
is_algorithm(uint64_t number)
{
	return number >= ALGORITHM_RSA_SHA256 && number <= ALGORITHM_ED25519_SHA256;
}

static bool
is_match(uint64_t number)
{
	return number >= MATCH_DOMAIN_ONLY && number <= MATCH_DOMAIN_AND_SUBDOMAINS;
}

static enum status
encode_match(const struct match_entry *entry, struct buf *b)
{
	size_t len = strnlen(entry->selector, sizeof(entry->selector));

	if (len == 0 || len > SELECTOR_MAX || !is_algorithm(entry->algorithm) ||
	    !is_match(entry->domain_match))
		return STATUS_INVALID;
	wire_put(b, entry->algorithm, 1);
	wire_put(b, entry->domain_match, 1);
	buf_put(b, slice_of(entry->id.bytes, ID_SIZE));
	buf_put(b, slice_of(entry->handle.bytes, ID_SIZE));
	wire_put(b, len, 1);
	buf_put(b, slice_of(entry->selector, len));
	return STATUS_OK;
}

enum status
entry_encode_list(struct slice key, const struct match_list *list, struct buf *b)
{
	size_t start = begin(b);

	if (list->count == 0 || list->count > MATCH_LIST_MAX)
		return STATUS_INVALID;
	wire_put(b, list->count, 1);
	for (size_t i = 0; i < list->count; i++) {
		if (encode_match(&list->entries[i], b) != STATUS_OK)
			return STATUS_INVALID;
	}
	return end(b, start, key);
}

static void
copy_octets(void *ret_octets, struct slice from)
{
	if (from.len > 0)
		memcpy(ret_octets, from.ptr, from.len);
}

static bool
decode_match(struct wire *content, struct match_entry *ret_entry)
{
	uint64_t algorithm = wire_get(content, 1);
	uint64_t match = wire_get(content, 1);
	struct slice id = wire_take(content, ID_SIZE);
	struct slice handle = wire_take(content, ID_SIZE);
	struct slice selector = wire_take(content, wire_get(content, 1));

	if (content->is_short || !is_algorithm(algorithm) || !is_match(match) ||
	    !is_name(selector, SELECTOR_MAX))
		return false;
	ret_entry->algorithm = (enum algorithm)algorithm;
	ret_entry->domain_match = (enum domain_match)match;
	copy_octets(ret_entry->id.bytes, id);
	copy_octets(ret_entry->handle.bytes, handle);
	memset(ret_entry->selector, 0, sizeof(ret_entry->selector));
	copy_octets(ret_entry->selector, selector);
	return true;
}

enum status
entry_decode_list(struct slice key, struct slice value, struct match_list *ret_list)
{
	struct match_list list;
	struct wire content;
	enum status status = open_value(key, value, &content);

	if (status != STATUS_OK)
		return status;
	list.count = wire_get(&content, 1);
	if (list.count == 0 || list.count > MATCH_LIST_MAX)
		return STATUS_DAMAGED;
	for (size_t i = 0; i < list.count; i++) {
		if (!decode_match(&content, &list.entries[i]))
			return STATUS_DAMAGED;
	}
	if (!wire_is_done(&content))
		return STATUS_DAMAGED;
	ret_list->count = list.count;
	memcpy(ret_list->entries, list.entries, list.count * sizeof(list.entries[0]));
	return STATUS_OK;
}

/* ---- keyring: a sealed key ---- */

enum status
entry_encode_sealed(struct slice key, struct slice sealed, struct buf *b)
{
	size_t start = begin(b);

	if (sealed.len == 0 || sealed.len > SEALED_MAX)
		return STATUS_INVALID;
	buf_put(b, sealed);
	return end(b, start, key);
}

enum status
entry_decode_sealed(
    struct slice key, struct slice value, uint8_t ret_sealed[SEALED_MAX], size_t *ret_len)
{
	struct wire content;
	enum status status = open_value(key, value, &content);

	if (status != STATUS_OK)
		return status;
	if (content.rest.len == 0 || content.rest.len > SEALED_MAX)
		return STATUS_DAMAGED;
	copy_octets(ret_sealed, content.rest);
	*ret_len = content.rest.len;
	return STATUS_OK;
}

/* ---- both: the position ---- */

enum status
entry_encode_position(struct slice key, const struct view_position *position, struct buf *b)
{
	size_t start = begin(b);

	buf_put(b, slice_of(position->generation, VIEW_GENERATION_SIZE));
	wire_put(b, position->change, 8);
	return end(b, start, key);
}

enum status
entry_decode_position(
    struct slice key, struct slice value, struct view_position *ret_position)
{
	struct view_position position = { .change = 0 };
	struct wire content;
	enum status status = open_value(key, value, &content);

	if (status != STATUS_OK)
		return status;
	copy_octets(position.generation, wire_take(&content, VIEW_GENERATION_SIZE));
	position.change = wire_get(&content, 8);
	if (!wire_is_done(&content))
		return STATUS_DAMAGED;
	*ret_position = position;
	return STATUS_OK;
}
