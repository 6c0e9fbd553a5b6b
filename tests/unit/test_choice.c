/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "dkim/choice.h"

#define LIT(text) SLICE_LITERAL(text)
#define ARENA_BYTES (4U << 20)

/* Adds fields from a list like "From,To,To": the value of each is its number. */
static void
add_fields(struct header_block *block, const char *names)
{
	struct slice rest = slice_from_text(names);

	while (rest.len > 0) {
		char value[2] = { ' ', (char)('1' + (int)block->count) };

		assert_int_equal(
		    header_add(block, slice_cut(&rest, ','), slice_of(value, 2)), STATUS_OK);
	}
}

/* The choice as text: "From=1,From=-": name, number of the field, "-" for its absence. */
static void
print_choice(const struct choice *choice, struct buf *out)
{
	for (size_t i = 0; i < choice->count; i++) {
		const struct choice_entry *entry = &choice->entries[i];

		if (i > 0)
			buf_put_char(out, ',');
		buf_put(out, entry->name);
		buf_put_char(out, '=');
		buf_put_char(out, entry->field != NULL ? entry->field->value.ptr[1] : '-');
	}
}

static void
assert_choice(const struct choice_row *table, const char *fields, const char *expected)
{
	struct arena arena;
	struct header_block block;
	struct choice choice;
	struct buf text;

	arena_init(&arena, ARENA_BYTES);
	header_init(&block, &arena, ARENA_BYTES, 5000);
	buf_init(&text, ARENA_BYTES);
	add_fields(&block, fields);
	assert_int_equal(choice_make(table, &block, &arena, &choice), STATUS_OK);
	print_choice(&choice, &text);
	assert_string_equal(buf_text(&text), expected);
	buf_done(&text);
	arena_done(&arena);
}

#define ABSENT_CORE(from) from "Reply-To=-,Subject=-,To=-,Cc=-"

static void
choice__names_the_core_fields_even_when_absent(void **state)
{
	(void)state;
	assert_choice(choice_default, "", ABSENT_CORE("From=-,"));
	assert_choice(choice_default, "From", ABSENT_CORE("From=1,From=-,"));
}

static void
choice__takes_repeated_fields_from_the_bottom(void **state)
{
	(void)state;
	assert_choice(choice_default, "From,from,FROM", ABSENT_CORE("From=3,From=2,From=1,From=-,"));
	assert_choice(choice_default, "List-Id,From,List-Id",
	    ABSENT_CORE("From=2,From=-,") ",List-Id=3,List-Id=1");
}

static void
choice__oversigns_some_only_when_present(void **state)
{
	(void)state;
	assert_choice(choice_default, "Date,From,Message-ID,Sender",
	    ABSENT_CORE("From=2,From=-,") ",Sender=4,Sender=-,Date=1,Date=-,Message-ID=3,Message-ID=-");
}

static void
choice__signs_list_and_resent_fields_as_often_as_they_are_there(void **state)
{
	(void)state;
	assert_choice(choice_default, "Resent-To,List-Unsubscribe-Post,Feedback-ID,Resent-To",
	    ABSENT_CORE("From=-,") ",List-Unsubscribe-Post=2,Feedback-ID=3,Resent-To=4,Resent-To=1");
}

static void
choice__never_names_what_changes_on_the_way(void **state)
{
	(void)state;
	assert_choice(choice_default,
	    "Received,Return-Path,DKIM-Signature,Authentication-Results,ARC-Seal,Bcc,Resent-Bcc,X-Mine",
	    ABSENT_CORE("From=-,"));
}

static void
choice__follows_the_table_it_is_given(void **state)
{
	static const struct choice_row table[] = {
		{ "X-Mine", CHOICE_SIGN },
		{ "From", CHOICE_OVERSIGN_PRESENT },
		{ "To", CHOICE_OVERSIGN_ALWAYS },
		{ NULL, CHOICE_SIGN },
	};

	(void)state;
	assert_choice(table, "Subject,x-mine", "X-Mine=2,To=-");
	assert_choice(table, "From,To", "From=1,From=-,To=2,To=-");
}

/* A choice by the default table after one change of it. */
static void
assert_changed(
    const char *name, enum choice_rule rule, const char *fields, const char *expected)
{
	struct choice_row table[CHOICE_DEFAULT_COUNT + 2];
	size_t count;

	memcpy(table, choice_default, (CHOICE_DEFAULT_COUNT + 1) * sizeof(*table));
	count = choice_change(table, CHOICE_DEFAULT_COUNT, name, rule);
	assert_null(table[count].name);
	assert_non_null(table[count - 1].name);
	assert_choice(table, fields, expected);
}

static void
choice__table_can_be_changed(void **state)
{
	(void)state;
	assert_null(choice_default[CHOICE_DEFAULT_COUNT].name);
	assert_changed("X-Mine", CHOICE_SIGN, "X-Mine,x-mine",
	    ABSENT_CORE("From=-,") ",X-Mine=2,X-Mine=1");
	assert_changed("X-Mine", CHOICE_OVERSIGN_ALWAYS, "X-Mine",
	    ABSENT_CORE("From=-,") ",X-Mine=1,X-Mine=-");
	assert_changed("list-id", CHOICE_OVERSIGN_ALWAYS, "List-Id",
	    ABSENT_CORE("From=-,") ",list-id=1,list-id=-");
	assert_changed("SUBJECT", CHOICE_SIGN, "To",
	    "From=-,Reply-To=-,To=1,To=-,Cc=-");
	assert_changed("subject", CHOICE_OMIT, "Subject", "From=-,Reply-To=-,To=-,Cc=-");
	assert_changed("X-Mine", CHOICE_OMIT, "X-Mine", ABSENT_CORE("From=-,"));
}

static void
choice__refuses_more_than_a_field_can_name(void **state)
{
	static const struct choice_row table[] = {
		{ "To", CHOICE_OVERSIGN_ALWAYS },
		{ NULL, CHOICE_SIGN },
	};
	struct arena arena;
	struct header_block block;
	struct choice choice = { 0 };

	(void)state;
	arena_init(&arena, ARENA_BYTES);
	header_init(&block, &arena, ARENA_BYTES, 5000);
	for (int i = 0; i < CHOICE_MAX - 1; i++)
		assert_int_equal(header_add(&block, LIT("To"), LIT(" x")), STATUS_OK);
	assert_int_equal(choice_make(table, &block, &arena, &choice), STATUS_OK);
	assert_int_equal(choice.count, CHOICE_MAX);
	assert_int_equal(header_add(&block, LIT("To"), LIT(" x")), STATUS_OK);
	assert_int_equal(choice_make(table, &block, &arena, &choice), STATUS_TOO_LARGE);
	assert_int_equal(choice.count, CHOICE_MAX);
	arena_done(&arena);
}

/* By counts alone, as by a header. */
static void
choice__sizes_are_those_of_the_choice(void **state)
{
	static const struct {
		enum choice_rule rule;
		size_t present;
		size_t names;
	} rows[] = {
		{ CHOICE_SIGN, 0, 0 },
		{ CHOICE_SIGN, 3, 3 },
		{ CHOICE_OVERSIGN_PRESENT, 0, 0 },
		{ CHOICE_OVERSIGN_PRESENT, 3, 4 },
		{ CHOICE_OVERSIGN_ALWAYS, 0, 1 },
		{ CHOICE_OVERSIGN_ALWAYS, 3, 4 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct choice_size size = { 10, 100 };

		choice_size_add(&size, &(struct choice_row){ "Name", rows[i].rule }, rows[i].present);
		assert_int_equal(size.names, 10 + rows[i].names);
		assert_int_equal(size.bytes, 100 + 8 * rows[i].names);
	}
}

static void
choice__refuses_more_octets_than_a_field_has(void **state)
{
	(void)state;
	assert_true(choice_size_fits(&(struct choice_size){ CHOICE_MAX, CHOICE_MAX_BYTES }));
	assert_false(choice_size_fits(&(struct choice_size){ CHOICE_MAX + 1, CHOICE_MAX_BYTES }));
	assert_false(choice_size_fits(&(struct choice_size){ CHOICE_MAX, CHOICE_MAX_BYTES + 1 }));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(choice__names_the_core_fields_even_when_absent),
		cmocka_unit_test(choice__takes_repeated_fields_from_the_bottom),
		cmocka_unit_test(choice__oversigns_some_only_when_present),
		cmocka_unit_test(choice__signs_list_and_resent_fields_as_often_as_they_are_there),
		cmocka_unit_test(choice__never_names_what_changes_on_the_way),
		cmocka_unit_test(choice__follows_the_table_it_is_given),
		cmocka_unit_test(choice__table_can_be_changed),
		cmocka_unit_test(choice__refuses_more_than_a_field_can_name),
		cmocka_unit_test(choice__sizes_are_those_of_the_choice),
		cmocka_unit_test(choice__refuses_more_octets_than_a_field_has),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
