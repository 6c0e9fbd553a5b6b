/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "dkim/header.h"

#define LIT(text) SLICE_LITERAL(text)
#define ARENA_BYTES (1U << 20)

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

static void
place_done(struct place *place)
{
	arena_done(&place->arena);
}

static const struct value_case {
	const char *given;
	const char *stored;
} value_cases[] = {
	{ " plain", " plain" },
	{ "", "" },
	{ " a\n b", " a\r\n b" },
	{ " a\r\n b", " a\r\n b" },
	{ "\n a\n\tb\r\n c", "\r\n a\r\n\tb\r\n c" },
	{ " a\rb", " a\rb" },
	{ "\n", "\r\n" },
};

static void
header__stores_line_ends_as_crlf(void **state)
{
	struct place place;

	(void)state;
	place_init(&place, 1000, 10);
	for (size_t i = 0; i < sizeof(value_cases) / sizeof(value_cases[0]); i++) {
		const struct value_case *c = &value_cases[i];

		assert_int_equal(
		    header_add(&place.block, LIT("X"), slice_from_text(c->given)), STATUS_OK);
		assert_true(slice_equal(place.block.fields[i].value, slice_from_text(c->stored)));
	}
	place_done(&place);
}

static void
header__keeps_order_and_its_own_copies(void **state)
{
	struct place place;
	char name[] = "A", value[] = " 1";

	(void)state;
	place_init(&place, 1000, 10);
	assert_int_equal(header_add(&place.block, slice_of(name, 1), slice_of(value, 2)), STATUS_OK);
	name[0] = 'B';
	value[1] = '2';
	assert_int_equal(header_add(&place.block, slice_of(name, 1), slice_of(value, 2)), STATUS_OK);
	assert_int_equal(place.block.count, 2);
	assert_true(slice_equal(place.block.fields[0].name, LIT("A")));
	assert_true(slice_equal(place.block.fields[0].value, LIT(" 1")));
	assert_true(slice_equal(place.block.fields[1].name, LIT("B")));
	assert_true(slice_equal(place.block.fields[1].value, LIT(" 2")));
	place_done(&place);
}

static void
header__finds_and_counts_without_regard_to_case(void **state)
{
	struct place place;

	(void)state;
	place_init(&place, 1000, 10);
	assert_int_equal(header_add(&place.block, LIT("From"), LIT(" 1")), STATUS_OK);
	assert_int_equal(header_add(&place.block, LIT("Fro"), LIT(" 2")), STATUS_OK);
	assert_int_equal(header_add(&place.block, LIT("FROM "), LIT(" 3")), STATUS_OK);
	assert_int_equal(header_count(&place.block, LIT("from")), 2);
	assert_int_equal(header_count(&place.block, LIT("To")), 0);
	assert_ptr_equal(header_find(&place.block, LIT("fROM")), &place.block.fields[0]);
	assert_null(header_find(&place.block, LIT("To")));
	place_done(&place);
}

static void
header__refuses_the_octet_over_the_limit(void **state)
{
	struct place place;

	(void)state;
	place_init(&place, 12, 10);
	/* "A: 1\n2" is sent with ": " and two CRLF: nine octets with the one of the value */
	assert_int_equal(header_add(&place.block, LIT("A"), LIT(" 1\n2")), STATUS_OK);
	assert_int_equal(place.block.bytes, 9);
	assert_int_equal(header_add(&place.block, LIT("B"), LIT("")), STATUS_TOO_LARGE);
	assert_int_equal(header_add(&place.block, LIT(""), LIT("")), STATUS_OK);
	assert_int_equal(place.block.bytes, 12);
	assert_int_equal(header_add(&place.block, LIT(""), LIT("")), STATUS_TOO_LARGE);
	assert_int_equal(place.block.count, 2);
	place_done(&place);
}

static void
header__refuses_the_field_over_the_limit(void **state)
{
	struct place place;

	(void)state;
	place_init(&place, ARENA_BYTES, 5000);
	for (int i = 0; i < 5000; i++)
		assert_int_equal(header_add(&place.block, LIT("X"), LIT(" y")), STATUS_OK);
	assert_int_equal(header_add(&place.block, LIT("X"), LIT(" y")), STATUS_TOO_LARGE);
	assert_int_equal(place.block.count, 5000);
	assert_int_equal(header_count(&place.block, LIT("x")), 5000);
	place_done(&place);
}

static void
header__replaces_all_of_a_name_by_one(void **state)
{
	struct place place;
	size_t removed = 99;

	(void)state;
	place_init(&place, 40, 4);
	assert_int_equal(header_add(&place.block, LIT("X-Org"), LIT(" forged")), STATUS_OK);
	assert_int_equal(header_add(&place.block, LIT("A"), LIT(" 1")), STATUS_OK);
	assert_int_equal(header_add(&place.block, LIT("x-org "), LIT("")), STATUS_OK);
	assert_int_equal(header_add(&place.block, LIT("B"), LIT(" 2")), STATUS_OK);
	assert_int_equal(
	    header_replace(&place.block, LIT("X-Org"), LIT(" acme"), &removed), STATUS_OK);
	assert_int_equal(removed, 2);
	assert_int_equal(place.block.count, 3);
	assert_true(slice_equal(place.block.fields[0].value, LIT(" 1")));
	assert_true(slice_equal(place.block.fields[1].value, LIT(" 2")));
	assert_true(slice_equal(place.block.fields[2].value, LIT(" acme")));
	assert_int_equal(place.block.bytes, 2 * 6 + 13);
	assert_int_equal(header_replace(&place.block, LIT("C"), LIT(" 3"), &removed), STATUS_OK);
	assert_int_equal(removed, 0);
	/* over the limits of what a sender may */
	assert_int_equal(header_replace(&place.block, LIT("D"), LIT(" 4"), &removed), STATUS_OK);
	assert_int_equal(place.block.count, 5);
	place_done(&place);
}

/* What header_arena_bytes promises, at the limits of both kinds. */
static void
header__fits_the_arena_it_asks_for(void **state)
{
	static char value[5000];
	struct place place;

	(void)state;
	memset(value, '\n', sizeof(value));
	for (size_t fields = 1; fields < 300; fields += 7) {
		size_t each = 1 + 2 * 100 + 3;

		place_init(&place, fields * each, fields);
		for (size_t i = 0; i < fields; i++)
			assert_int_equal(
			    header_add(&place.block, LIT("X"), slice_of(value, 100)), STATUS_OK);
		assert_int_equal(place.block.bytes, fields * each);
		place_done(&place);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(header__stores_line_ends_as_crlf),
		cmocka_unit_test(header__keeps_order_and_its_own_copies),
		cmocka_unit_test(header__finds_and_counts_without_regard_to_case),
		cmocka_unit_test(header__refuses_the_octet_over_the_limit),
		cmocka_unit_test(header__refuses_the_field_over_the_limit),
		cmocka_unit_test(header__replaces_all_of_a_name_by_one),
		cmocka_unit_test(header__fits_the_arena_it_asks_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
