/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "keeper/methods/params.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct word colours[] = { { 1, "red" }, { 2, "green" }, { 0, NULL } };

struct values {
	struct slice text;
	struct slice any;
	bool flag;
	enum param_switch position;
	int64_t number;
	int word;
	json_t *texts;
	json_t *objects;
	json_t *counts;
};

static const struct param table[] = {
	{ "text", PARAM_TEXT, true, offsetof(struct values, text), NULL, 0 },
	{ "any", PARAM_ANY_TEXT, false, offsetof(struct values, any), NULL, 0 },
	{ "flag", PARAM_FLAG, false, offsetof(struct values, flag), NULL, 0 },
	{ "switch", PARAM_SWITCH, false, offsetof(struct values, position), NULL, 0 },
	{ "number", PARAM_NUMBER, false, offsetof(struct values, number), NULL, 10 },
	{ "word", PARAM_WORD, false, offsetof(struct values, word), colours, 0 },
	{ "texts", PARAM_TEXTS, false, offsetof(struct values, texts), NULL, 2 },
	{ "objects", PARAM_OBJECTS, false, offsetof(struct values, objects), NULL, 2 },
	{ "counts", PARAM_COUNTS, false, offsetof(struct values, counts), NULL, 5 },
	{ .name = NULL },
};

static json_t *
read_json(const char *text)
{
	struct error err = { "" };
	json_t *object = NULL;

	if (json_read_object(slice_from_text(text), &object, &err) != STATUS_OK)
		fail_msg("%s", err.text);
	return object;
}

static void
params__go_where_the_table_says(void **state)
{
	json_t *object = read_json("{\"text\":\"x\",\"flag\":true,\"number\":10,\"word\":\"green\",\"any\":\"\","
	                         "\"switch\":false,\"texts\":[\"a\",\"b\"],\"objects\":[{}],"
	                         "\"counts\":{\"a\":0,\"b\":5}}");
	struct values values = { .number = 0 };
	const char *name = NULL;

	(void)state;
	assert_int_equal(params_read(table, object, &values, &name, NULL), STATUS_OK);
	assert_true(slice_equal(values.text, SLICE_LITERAL("x")));
	assert_true(values.flag);
	assert_int_equal(values.number, 10);
	assert_int_equal(values.position, PARAM_OFF);
	assert_int_equal(values.word, 2);
	assert_int_equal(json_array_size(values.texts), 2);
	assert_int_equal(json_array_size(values.objects), 1);
	assert_int_equal(json_member_number(values.counts, "b", 0), 5);
	json_decref(object);
}

static void
params__that_are_absent_or_null_leave_the_default(void **state)
{
	json_t *object = read_json("{\"text\":\"x\",\"flag\":null,\"number\":null}");
	struct values values = { .number = 0 };
	const char *name = NULL;

	(void)state;
	assert_int_equal(params_read(table, object, &values, &name, NULL), STATUS_OK);
	assert_false(values.flag);
	assert_int_equal(values.number, 0);
	assert_int_equal(values.position, PARAM_ABSENT);
	assert_int_equal(values.word, 0);
	json_decref(object);
}

static const struct {
	const char *json;
	enum status status;
	const char *name;
} bad_cases[] = {
	{ "{}", STATUS_REFUSED, "text" },
	{ "{\"text\":null}", STATUS_REFUSED, "text" },
	{ "{\"text\":1}", STATUS_INVALID, "text" },
	{ "{\"text\":\"\"}", STATUS_REFUSED, "text" },
	{ "{\"text\":\"x\",\"any\":1}", STATUS_INVALID, "any" },
	{ "{\"text\":\"x\",\"flag\":1}", STATUS_INVALID, "flag" },
	{ "{\"text\":\"x\",\"switch\":\"on\"}", STATUS_INVALID, "switch" },
	{ "{\"text\":\"x\",\"number\":\"1\"}", STATUS_INVALID, "number" },
	{ "{\"text\":\"x\",\"number\":1.5}", STATUS_INVALID, "number" },
	{ "{\"text\":\"x\",\"number\":0}", STATUS_REFUSED, "number" },
	{ "{\"text\":\"x\",\"number\":11}", STATUS_REFUSED, "number" },
	{ "{\"text\":\"x\",\"number\":-1}", STATUS_REFUSED, "number" },
	{ "{\"text\":\"x\",\"word\":\"blue\"}", STATUS_REFUSED, "word" },
	{ "{\"text\":\"x\",\"word\":2}", STATUS_INVALID, "word" },
	{ "{\"text\":\"x\",\"wrod\":\"red\"}", STATUS_INVALID, "wrod" },
	{ "{\"text\":\"x\",\"texts\":[\"a\",{}]}", STATUS_INVALID, "texts" },
	{ "{\"text\":\"x\",\"texts\":[\"a\",\"b\",\"c\"]}", STATUS_REFUSED, "texts" },
	{ "{\"text\":\"x\",\"objects\":{}}", STATUS_INVALID, "objects" },
	{ "{\"text\":\"x\",\"objects\":[{},\"a\"]}", STATUS_INVALID, "objects" },
	{ "{\"text\":\"x\",\"objects\":[{},{},{}]}", STATUS_REFUSED, "objects" },
	{ "{\"text\":\"x\",\"counts\":[1]}", STATUS_INVALID, "counts" },
	{ "{\"text\":\"x\",\"counts\":{\"a\":\"1\"}}", STATUS_INVALID, "counts" },
	{ "{\"text\":\"x\",\"counts\":{\"a\":1,\"b\":6}}", STATUS_REFUSED, "counts" },
	{ "{\"text\":\"x\",\"counts\":{\"a\":-1}}", STATUS_REFUSED, "counts" },
};

static void
params__that_are_wrong_are_named(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(bad_cases); i++) {
		json_t *object = read_json(bad_cases[i].json);
		struct values values = { .number = 0 };
		struct error err = { "" };
		const char *name = NULL;

		assert_int_equal(
		    params_read(table, object, &values, &name, &err), bad_cases[i].status);
		assert_string_equal(name, bad_cases[i].name);
		assert_non_null(strstr(err.text, bad_cases[i].name));
		json_decref(object);
	}
}

static void
params__may_be_missing_altogether(void **state)
{
	static const struct param none[] = { { .name = NULL } };
	struct values values = { .number = 0 };
	const char *name = NULL;

	(void)state;
	assert_int_equal(params_read(none, NULL, &values, &name, NULL), STATUS_OK);
	assert_int_equal(params_read(table, NULL, &values, &name, NULL), STATUS_REFUSED);
	assert_string_equal(name, "text");
}

static void
params__wrong_word_is_answered_with_the_right_ones(void **state)
{
	json_t *object = read_json("{\"text\":\"x\",\"word\":\"blue\"}");
	struct values values = { .number = 0 };
	struct error err = { "" };
	const char *name = NULL;

	(void)state;
	assert_int_equal(params_read(table, object, &values, &name, &err), STATUS_REFUSED);
	assert_string_equal(err.text, "word \"blue\" is none of: red, green");
	json_decref(object);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(params__go_where_the_table_says),
		cmocka_unit_test(params__that_are_absent_or_null_leave_the_default),
		cmocka_unit_test(params__that_are_wrong_are_named),
		cmocka_unit_test(params__may_be_missing_altogether),
		cmocka_unit_test(params__wrong_word_is_answered_with_the_right_ones),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
