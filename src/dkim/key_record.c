/* SPDX-License-Identifier: ISC */
#include "dkim/key_record.h"

#include "base/scan.h"
#include "base/words.h"
#include "dkim/tag_list.h"

#define ED25519_BYTES 32
#define QUOTE_MAX 80

static const struct word type_words[] = {
	{ KEY_RECORD_RSA, "rsa" },
	{ KEY_RECORD_ED25519, "ed25519" },
	{ 0, NULL },
};

void
key_record_put(struct buf *out, enum key_record_type type, bool is_test_mode,
    const uint8_t *public_key, size_t public_key_len)
{
	buf_put_text(out, "v=DKIM1; k=");
	buf_put_text(out, word_text(type_words, (int)type));
	buf_put_text(out, is_test_mode ? "; t=y; p=" : "; p=");
	buf_put_base64(out, public_key, public_key_len);
}

/* Is word one of a colon-separated list? Values have their case (RFC 6376 §3.2). */
static bool
has_word(struct slice list, const char *word)
{
	while (list.len > 0) {
		if (slice_equal(slice_trim(slice_cut(&list, ':')), slice_from_text(word)))
			return true;
	}
	return false;
}

/* A value as a sentence may quote it: DNS can hold anything, a log line or a terminal not. */
struct quote {
	char text[QUOTE_MAX + 1];
};

static struct quote
quote(struct slice value)
{
	struct slice head = slice_first(value, QUOTE_MAX);
	struct quote shown = { "" };

	for (size_t i = 0; i < head.len; i++)
		shown.text[i] = head.ptr[i] >= ' ' && head.ptr[i] <= '~' ? head.ptr[i] : '?';
	return shown;
}

static enum status
read_version(struct slice value, struct key_record *record, struct error *err)
{
	(void)record;
	if (slice_equal(value, SLICE_LITERAL("DKIM1")))
		return STATUS_OK;
	return error_set(err, STATUS_INVALID, "v=%s: must be DKIM1", quote(value).text);
}

static enum status
read_hashes(struct slice value, struct key_record *record, struct error *err)
{
	(void)record;
	if (has_word(value, "sha256"))
		return STATUS_OK;
	return error_set(err, STATUS_REFUSED, "h=%s: must allow sha256", quote(value).text);
}

static enum status
read_type(struct slice value, struct key_record *record, struct error *err)
{
	int type;

	if (word_value(type_words, value, &type) != STATUS_OK)
		return error_set(err, STATUS_INVALID, "k=%s: must be rsa or ed25519",
		    quote(value).text);
	record->type = (enum key_record_type)type;
	return STATUS_OK;
}

static enum status
read_services(struct slice value, struct key_record *record, struct error *err)
{
	(void)record;
	if (has_word(value, "*") || has_word(value, "email"))
		return STATUS_OK;
	return error_set(err, STATUS_REFUSED, "s=%s: must allow email", quote(value).text);
}

static enum status
read_flags(struct slice value, struct key_record *record, struct error *err)
{
	(void)err;
	record->is_test_mode = has_word(value, "y");
	record->is_strict = has_word(value, "s");
	return STATUS_OK;
}

static enum status
read_key(struct slice value, struct key_record *record, struct error *err)
{
	enum status status = scan_base64(
	    value, record->public_key, sizeof(record->public_key), &record->public_key_len);

	if (status == STATUS_TOO_LARGE)
		return error_set(err, status, "p= is longer than any key");
	if (status != STATUS_OK)
		return error_set(err, status, "p= is not base64");
	return STATUS_OK;
}

/* In this order: k= is known when p= is judged. */
static const struct {
	const char *name;
	enum key_record_fault fault;
	enum status (*read)(struct slice value, struct key_record *record, struct error *err);
} tags[] = {
	{ "v", KEY_RECORD_FAULT_VERSION, read_version },
	{ "h", KEY_RECORD_FAULT_HASH, read_hashes },
	{ "k", KEY_RECORD_FAULT_TYPE, read_type },
	{ "s", KEY_RECORD_FAULT_SERVICE, read_services },
	{ "t", KEY_RECORD_FAULT_NONE, read_flags },
	{ "p", KEY_RECORD_FAULT_KEY, read_key },
};

/* What concerns several tags. */
static enum status
check_list(const struct tag_list *list, enum key_record_fault *fault, struct error *err)
{
	const struct tag *version = tag_list_find(list, SLICE_LITERAL("v"));

	*fault = KEY_RECORD_FAULT_VERSION;
	if (version != NULL && version != &list->tags[0])
		return error_set(err, STATUS_INVALID, "v= must be the first tag");
	*fault = KEY_RECORD_FAULT_NO_KEY;
	if (tag_list_find(list, SLICE_LITERAL("p")) == NULL)
		return error_set(err, STATUS_INVALID, "p= is missing");
	return STATUS_OK;
}

static enum status
check_record(
    const struct key_record *record, enum key_record_fault *fault, struct error *err)
{
	*fault = KEY_RECORD_FAULT_SIZE;
	if (record->type == KEY_RECORD_ED25519 && record->public_key_len != 0 &&
	    record->public_key_len != ED25519_BYTES)
		return error_set(err, STATUS_INVALID, "p= of %zu octets: an Ed25519 key has %d",
		    record->public_key_len, ED25519_BYTES);
	return STATUS_OK;
}

static enum status
read_tags(const struct tag_list *list, struct key_record *record, enum key_record_fault *fault,
    struct error *err)
{
	for (size_t i = 0; i < sizeof(tags) / sizeof(tags[0]); i++) {
		const struct tag *tag = tag_list_find(list, slice_from_text(tags[i].name));
		enum status status = STATUS_OK;

		*fault = tags[i].fault;
		if (tag != NULL)
			status = tags[i].read(tag->value, record, err);
		if (status != STATUS_OK)
			return status;
	}
	return check_record(record, fault, err);
}

enum status
key_record_diagnose(struct slice text, struct key_record *ret_record,
    enum key_record_fault *ret_fault, struct error *err)
{
	struct key_record record = { .type = KEY_RECORD_RSA };
	struct tag_list list;
	enum status status = tag_list_parse(text, &list);

	*ret_fault = KEY_RECORD_FAULT_LIST;
	if (status != STATUS_OK)
		return error_set(err, STATUS_INVALID, "not a list of tags, each given once");
	status = check_list(&list, ret_fault, err);
	if (status == STATUS_OK)
		status = read_tags(&list, &record, ret_fault, err);
	if (status != STATUS_OK)
		return status;
	*ret_fault = KEY_RECORD_FAULT_NONE;
	*ret_record = record;
	return STATUS_OK;
}

enum status
key_record_parse(struct slice text, struct key_record *ret_record, struct error *err)
{
	enum key_record_fault fault;

	return key_record_diagnose(text, ret_record, &fault, err);
}
