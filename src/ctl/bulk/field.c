/* SPDX-License-Identifier: ISC */
#include "ctl/bulk/field.h"

#include "base/scan.h"
#include "keys/record.h"

enum field_kind { FIELD_TEXT = 1, FIELD_WORD, FIELD_NUMBER, FIELD_SWITCH };

struct field {
	const char *name;
	enum field_kind kind;
	const struct word *words;
};

#define KEY_SIZE_MAX 16384

static const struct field fields[] = {
	{ "domain", FIELD_TEXT, NULL },
	{ "org", FIELD_TEXT, NULL },
	{ "domain_match", FIELD_WORD, domain_match_words },
	{ "algorithm", FIELD_WORD, algorithm_words },
	{ "key_size", FIELD_NUMBER, NULL },
	{ "selector", FIELD_TEXT, NULL },
	{ "alternate_selector", FIELD_TEXT, NULL },
	{ "publication", FIELD_WORD, publication_words },
	{ "test_mode", FIELD_SWITCH, NULL },
	{ "private_key", FIELD_TEXT, NULL },
};
#define FIELD_COUNT (sizeof(fields) / sizeof(fields[0]))

const struct field *
field_find(struct slice name)
{
	for (size_t i = 0; i < FIELD_COUNT; i++) {
		if (slice_equal(slice_from_text(fields[i].name), name))
			return &fields[i];
	}
	return NULL;
}

const char *
field_name(const struct field *field)
{
	return field->name;
}

void
field_put_names(struct buf *out)
{
	for (size_t i = 0; i < FIELD_COUNT; i++)
		buf_put_format(out, "%s%s", i > 0 ? ", " : "", fields[i].name);
}

/* ---- from a text ---- */

static const struct word switch_words[] = {
	{ 1, "on" },
	{ 1, "true" },
	{ 0, "off" },
	{ 0, "false" },
	{ 0, NULL },
};

static enum status
read_number(const struct field *field, struct slice text, json_t **ret_value, struct error *err)
{
	uint64_t number = 0;

	if (scan_u64(text, KEY_SIZE_MAX, &number) != STATUS_OK)
		return error_set(err, STATUS_INVALID, "%s is no number up to %d", field->name, KEY_SIZE_MAX);
	*ret_value = json_integer((json_int_t)number);
	return STATUS_OK;
}

static enum status
read_switch(const struct field *field, struct slice text, json_t **ret_value, struct error *err)
{
	int is_on = 0;

	if (word_value(switch_words, text, &is_on) != STATUS_OK)
		return error_set(err, STATUS_INVALID, "%s is neither on nor off", field->name);
	*ret_value = json_boolean(is_on);
	return STATUS_OK;
}

enum status
field_read(
    const struct field *field, struct slice text, json_t **ret_value, struct error *err)
{
	json_t *value;

	if (field->kind == FIELD_NUMBER)
		return read_number(field, text, ret_value, err);
	if (field->kind == FIELD_SWITCH)
		return read_switch(field, text, ret_value, err);
	value = json_stringn(text.ptr, text.len);
	if (value == NULL)
		return error_set(err, STATUS_INVALID, "%s is not UTF-8", field->name);
	*ret_value = value;
	return STATUS_OK;
}

/* ---- is it right? ---- */

static enum status
check_word(const struct field *field, const json_t *value, struct error *err)
{
	struct slice text = slice_of(json_string_value(value), json_string_length(value));
	char storage[ERROR_TEXT_SIZE / 2];
	struct buf list;
	int number;

	if (word_value(field->words, text, &number) == STATUS_OK)
		return STATUS_OK;
	buf_init_fixed(&list, storage, sizeof(storage));
	for (const struct word *word = field->words; word->text != NULL; word++)
		buf_put_format(&list, "%s%s", word != field->words ? ", " : "", word->text);
	return error_set(
	    err, STATUS_INVALID, "%s is none of: %s", field->name, buf_text(&list));
}

enum status
field_check(const struct field *field, const json_t *value, struct error *err)
{
	if (field->kind == FIELD_NUMBER && !json_is_integer(value))
		return error_set(err, STATUS_INVALID, "%s is not a number", field->name);
	if (field->kind == FIELD_SWITCH && !json_is_boolean(value))
		return error_set(err, STATUS_INVALID, "%s is not true or false", field->name);
	if ((field->kind == FIELD_TEXT || field->kind == FIELD_WORD) && !json_is_string(value))
		return error_set(err, STATUS_INVALID, "%s is not a text", field->name);
	if (field->kind == FIELD_WORD)
		return check_word(field, value, err);
	return STATUS_OK;
}
