/* SPDX-License-Identifier: ISC */
#include "ctl/diff/signature.h"

#include "base/scan.h"
#include "dkim/field.h"
#include "dkim/tag_list.h"

/* No signer names so many, and each is counted among those before it. */
#define NAMES_MAX 1000

static struct slice
find_value(const struct tag_list *list, struct slice name)
{
	const struct tag *tag = tag_list_find(list, name);

	return tag != NULL ? tag->value : SLICE_EMPTY;
}

/* One word of c=; one that is not there is "simple" (§3.5). */
static enum status
read_canon(struct slice word, enum canon *ret_canon)
{
	int value = CANON_SIMPLE;
	enum status status = STATUS_OK;

	word = slice_trim(word);
	if (word.len > 0)
		status = word_value(canon_words, word, &value);
	*ret_canon = (enum canon)value;
	return status;
}

static enum status
read_canons(struct slice text, struct diff_signature *signature)
{
	struct slice rest = text;
	enum status status = read_canon(slice_cut(&rest, '/'), &signature->header_canon);

	return status == STATUS_OK ? read_canon(rest, &signature->body_canon) : status;
}

static bool
has_too_many(struct slice names)
{
	size_t count = 1;

	for (size_t i = 0; i < names.len; i++)
		count += names.ptr[i] == ':';
	return count > NAMES_MAX;
}

static enum status
read_field(struct slice value, struct diff_signature *ret_signature)
{
	struct diff_signature signature = { .value = value };
	struct tag_list list;
	enum status status = tag_list_parse(value, &list);
	size_t len = 0;

	if (status != STATUS_OK)
		return STATUS_INVALID;
	signature.algorithm = find_value(&list, SLICE_LITERAL("a"));
	signature.domain = find_value(&list, SLICE_LITERAL("d"));
	signature.selector = find_value(&list, SLICE_LITERAL("s"));
	signature.names = find_value(&list, SLICE_LITERAL("h"));
	signature.signature = find_value(&list, SLICE_LITERAL("b"));
	signature.has_length = tag_list_find(&list, SLICE_LITERAL("l")) != NULL;
	status = read_canons(find_value(&list, SLICE_LITERAL("c")), &signature);
	if (status == STATUS_OK)
		status = scan_base64(find_value(&list, SLICE_LITERAL("bh")), signature.body_hash,
		    sizeof(signature.body_hash), &len);
	if (status != STATUS_OK || len != sizeof(signature.body_hash) || signature.names.len == 0 ||
	    has_too_many(signature.names))
		return STATUS_INVALID;
	*ret_signature = signature;
	return STATUS_OK;
}

static bool
is_wanted(struct slice wanted, struct slice text)
{
	return wanted.len == 0 || slice_equal_nocase(wanted, text);
}

enum status
signature_find(const struct message *message, const struct diff_wanted *wanted,
    struct diff_signature *ret_signature)
{
	enum status status = STATUS_NOT_FOUND;

	for (size_t i = 0; i < message->count; i++) {
		struct diff_signature signature;

		if (!slice_equal_nocase(message->fields[i].name, FIELD_NAME))
			continue;
		if (read_field(message->fields[i].value, &signature) != STATUS_OK) {
			status = STATUS_INVALID;
			continue;
		}
		if (!is_wanted(wanted->domain, signature.domain) ||
		    !is_wanted(wanted->selector, signature.selector) ||
		    !is_wanted(wanted->algorithm, signature.algorithm))
			continue;
		*ret_signature = signature;
		return STATUS_OK;
	}
	return status;
}

void
signature_put_unsigned(struct buf *out, struct slice value)
{
	while (value.len > 0) {
		size_t end = slice_find(value, ';');
		struct slice tag = slice_first(value, end);
		size_t equals = slice_find(tag, '=');
		bool is_signature = slice_equal(slice_trim(slice_first(tag, equals)), SLICE_LITERAL("b"));

		buf_put(out, is_signature ? slice_first(tag, equals + 1) : tag);
		if (end < value.len)
			buf_put_char(out, ';');
		value = slice_after(value, end + 1);
	}
}
