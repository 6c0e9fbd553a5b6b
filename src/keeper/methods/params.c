/* SPDX-License-Identifier: ISC */
#include "keeper/methods/params.h"

static enum status
wrong_type(const struct param *param, const char *wanted, struct error *err)
{
	return error_set(err, STATUS_INVALID, "%s is not %s", param->name, wanted);
}

static enum status
read_text(const struct param *param, const json_t *value, void *at, struct error *err)
{
	struct slice text;

	if (!json_is_string(value))
		return wrong_type(param, "a text", err);
	text = slice_of(json_string_value(value), json_string_length(value));
	memcpy(at, &text, sizeof(text));
	return STATUS_OK;
}

/* An empty text is rather a variable of a script that was not set than a wish. */
static enum status
read_text_with_something(const struct param *param, const json_t *value, void *at, struct error *err)
{
	if (json_is_string(value) && json_string_length(value) == 0)
		return error_set(err, STATUS_REFUSED, "%s is empty", param->name);
	return read_text(param, value, at, err);
}

static enum status
read_flag(const struct param *param, const json_t *value, void *at, struct error *err)
{
	bool flag = json_is_true(value);

	if (!json_is_boolean(value))
		return wrong_type(param, "true or false", err);
	memcpy(at, &flag, sizeof(flag));
	return STATUS_OK;
}

static enum status
read_switch(const struct param *param, const json_t *value, void *at, struct error *err)
{
	enum param_switch is = json_is_true(value) ? PARAM_ON : PARAM_OFF;

	if (!json_is_boolean(value))
		return wrong_type(param, "true or false", err);
	memcpy(at, &is, sizeof(is));
	return STATUS_OK;
}

static enum status
read_number(const struct param *param, const json_t *value, void *at, struct error *err)
{
	int64_t number = json_integer_value(value);

	if (!json_is_integer(value))
		return wrong_type(param, "a number", err);
	if (number < 1 || number > param->max)
		return error_set(err, STATUS_REFUSED, "%s is not between 1 and %jd", param->name,
		    (intmax_t)param->max);
	memcpy(at, &number, sizeof(number));
	return STATUS_OK;
}

static bool
is_list_of(const json_t *value, json_type type)
{
	const json_t *item;
	size_t index;

	if (!json_is_array(value))
		return false;
	json_array_foreach(value, index, item) {
		if (json_typeof(item) != type)
			return false;
	}
	return true;
}

static enum status
read_list(const struct param *param, json_t *value, void *at, struct error *err)
{
	if (param->kind == PARAM_TEXTS && !is_list_of(value, JSON_STRING))
		return wrong_type(param, "a list of texts", err);
	if (param->kind == PARAM_OBJECTS && !is_list_of(value, JSON_OBJECT))
		return wrong_type(param, "a list of objects", err);
	if (json_array_size(value) > (size_t)param->max)
		return error_set(err, STATUS_REFUSED, "%s has more than %jd entries", param->name,
		    (intmax_t)param->max);
	memcpy(at, &value, sizeof(value));
	return STATUS_OK;
}

static enum status
read_counts(const struct param *param, json_t *value, void *at, struct error *err)
{
	const char *name;
	json_t *item;

	if (!json_is_object(value))
		return wrong_type(param, "an object of numbers", err);
	json_object_foreach(value, name, item) {
		if (!json_is_integer(item))
			return wrong_type(param, "an object of numbers", err);
		if (json_integer_value(item) < 0 || json_integer_value(item) > param->max)
			return error_set(err, STATUS_REFUSED, "%s of %.60s is not between 0 and %jd",
			    param->name, name, (intmax_t)param->max);
	}
	memcpy(at, &value, sizeof(value));
	return STATUS_OK;
}

/* "rsa-sha256, ed25519-sha256" */
static enum status
wrong_word(const struct param *param, const char *text, struct error *err)
{
	char storage[ERROR_TEXT_SIZE];
	struct buf list;

	buf_init_fixed(&list, storage, sizeof(storage));
	for (const struct word *w = param->words; w->text != NULL; w++) {
		if (w != param->words)
			buf_put_text(&list, ", ");
		buf_put_text(&list, w->text);
	}
	return error_set(err, STATUS_REFUSED, "%s \"%.60s\" is none of: %s", param->name, text,
	    buf_text(&list));
}

static enum status
read_word(const struct param *param, const json_t *value, void *at, struct error *err)
{
	struct slice text;
	int number;

	if (!json_is_string(value))
		return wrong_type(param, "a text", err);
	text = slice_of(json_string_value(value), json_string_length(value));
	if (word_value(param->words, text, &number) != STATUS_OK)
		return wrong_word(param, text.ptr, err);
	memcpy(at, &number, sizeof(number));
	return STATUS_OK;
}

static enum status
read_value(const struct param *param, json_t *value, void *at, struct error *err)
{
	switch (param->kind) {
	case PARAM_TEXT:
		return read_text_with_something(param, value, at, err);
	case PARAM_ANY_TEXT:
		return read_text(param, value, at, err);
	case PARAM_FLAG:
		return read_flag(param, value, at, err);
	case PARAM_SWITCH:
		return read_switch(param, value, at, err);
	case PARAM_NUMBER:
		return read_number(param, value, at, err);
	case PARAM_WORD:
		return read_word(param, value, at, err);
	case PARAM_TEXTS:
	case PARAM_OBJECTS:
		return read_list(param, value, at, err);
	case PARAM_COUNTS:
		return read_counts(param, value, at, err);
	}
	return STATUS_INVALID;
}

static bool
is_known(const struct param *table, const char *name)
{
	for (const struct param *param = table; param->name != NULL; param++) {
		if (strcmp(param->name, name) == 0)
			return true;
	}
	return false;
}

static enum status
check_names(const struct param *table, json_t *parameters, const char **ret_name,
    struct error *err)
{
	void *at = json_object_iter(parameters);
	enum status status = STATUS_OK;

	for (; at != NULL && status == STATUS_OK;
	     at = json_object_iter_next(parameters, at)) {
		const char *name = json_object_iter_key(at);

		if (is_known(table, name))
			continue;
		*ret_name = name;
		status = error_set(err, STATUS_INVALID, "there is no parameter \"%.60s\"", name);
	}
	return status;
}

static enum status
read_param(const struct param *param, json_t *parameters, void *values, struct error *err)
{
	json_t *value = json_object_get(parameters, param->name);

	if (value != NULL && !json_is_null(value))
		return read_value(param, value, (char *)values + param->offset, err);
	if (param->is_required)
		return error_set(err, STATUS_REFUSED, "%s is missing", param->name);
	return STATUS_OK;
}

enum status
params_read(const struct param *table, json_t *parameters, void *ret_values,
    const char **ret_name, struct error *err)
{
	enum status status = check_names(table, parameters, ret_name, err);

	for (const struct param *param = table; param->name != NULL && status == STATUS_OK;
	     param++) {
		status = read_param(param, parameters, ret_values, err);
		if (status != STATUS_OK)
			*ret_name = param->name;
	}
	return status;
}
