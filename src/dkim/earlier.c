/* SPDX-License-Identifier: ISC */
#include "dkim/earlier.h"

#include "base/scan.h"
#include "dkim/tag_list.h"

static bool
has_tag(const struct tag_list *tags, struct slice name, struct slice value)
{
	const struct tag *tag = tag_list_find(tags, name);

	return tag != NULL && slice_equal(tag->value, value);
}

static enum status
read_field(struct slice value, const struct field_params *params, struct earlier *ret_earlier)
{
	struct earlier earlier;
	const struct tag *time;
	const struct tag *last;
	struct tag_list tags;
	uint64_t seconds;

	if (tag_list_parse(value, &tags) != STATUS_OK || tags.count == 0)
		return STATUS_NOT_FOUND;
	time = tag_list_find(&tags, SLICE_LITERAL("t"));
	last = &tags.tags[tags.count - 1];
	if (!has_tag(&tags, SLICE_LITERAL("d"), params->domain) ||
	    !has_tag(&tags, SLICE_LITERAL("s"), params->selector) ||
	    !has_tag(&tags, SLICE_LITERAL("a"), params->algorithm) || time == NULL ||
	    !slice_equal(last->name, SLICE_LITERAL("b")) || slice_ends_with(slice_trim(value), SLICE_LITERAL(";")))
		return STATUS_NOT_FOUND;
	if (scan_u64(time->value, INT64_MAX, &seconds) != STATUS_OK ||
	    scan_base64(last->value, earlier.signature, sizeof(earlier.signature),
	        &earlier.signature_len) != STATUS_OK)
		return STATUS_NOT_FOUND;
	earlier.unsigned_value = slice_first(value, (size_t)(last->value.ptr - value.ptr));
	earlier.signed_at = (int64_t)seconds;
	*ret_earlier = earlier;
	return STATUS_OK;
}

enum status
earlier_find(const struct header_block *header, const struct field_params *params, size_t *at,
    struct earlier *ret_earlier)
{
	enum status status = STATUS_NOT_FOUND;

	while (*at < header->count && status != STATUS_OK) {
		const struct header_field *field = &header->fields[(*at)++];

		if (header_is_named(field, FIELD_NAME))
			status = read_field(field->value, params, ret_earlier);
	}
	return status;
}

bool
earlier_is(const struct earlier *earlier, const uint8_t *signature, size_t len)
{
	uint8_t difference = 0;

	if (len != earlier->signature_len || len == 0)
		return false;
	for (size_t i = 0; i < len; i++)
		difference |= earlier->signature[i] ^ signature[i];
	return difference == 0;
}
