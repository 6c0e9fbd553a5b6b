/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "dkim/from.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define LIT(text) SLICE_LITERAL(text)

#define ROOM (64U << 10)
#define FIELDS_MAX 3

static const struct {
	const char *fields[FIELDS_MAX]; /* values of From; another field is around them */
	size_t count;
	bool is_valid;
	size_t senders;
} cases[] = {
	{ { NULL }, 0, false, 0 },
	{ { " alice@example.com" }, 1, true, 1 },
	{ { " a@example.com, Bob <b@example.net>" }, 1, true, 2 },
	{ { " nobody:;" }, 1, true, 0 },
	{ { " no address" }, 1, false, 0 },
	{ { "" }, 1, false, 0 },
	/* none of several is believed */
	{ { " a@example.com", " b@example.com" }, 2, false, 0 },
	{ { " a@example.com", " no address", "" }, 3, false, 0 },
};

static void
add(struct header_block *header, struct slice name, struct slice value)
{
	assert_int_equal(header_add(header, name, value), STATUS_OK);
}

static void
from__is_one_field_that_can_be_parsed(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct header_block header;
		struct arena arena;
		struct from from;

		arena_init(&arena, ROOM);
		header_init(&header, &arena, 4096, 16);
		add(&header, LIT("Subject"), LIT(" From: x@example.org"));
		for (size_t k = 0; k < FIELDS_MAX && cases[i].fields[k] != NULL; k++)
			add(&header, k == 1 ? LIT("FROM ") : LIT("From"),
			    slice_from_text(cases[i].fields[k]));
		add(&header, LIT("Reply-To"), LIT(" y@example.org"));
		assert_int_equal(from_read(&header, &arena, &from), STATUS_OK);
		assert_int_equal(from.count, cases[i].count);
		assert_int_equal(from.is_valid, cases[i].is_valid);
		assert_int_equal(from.senders.count, cases[i].senders);
		arena_done(&arena);
	}
}

/* A failure of ours is not the sender's. */
static void
from__tells_memory_from_a_bad_field(void **state)
{
	struct header_block header;
	struct arena arena, full;
	struct from from;

	(void)state;
	arena_init(&arena, ROOM);
	arena_init(&full, 8);
	header_init(&header, &arena, 4096, 16);
	add(&header, LIT("From"), LIT(" alice@example.com"));
	assert_int_equal(from_read(&header, &full, &from), STATUS_NO_MEMORY);
	assert_int_equal(from.count, 1);
	assert_false(from.is_valid);
	arena_done(&full);
	arena_done(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(from__is_one_field_that_can_be_parsed),
		cmocka_unit_test(from__tells_memory_from_a_bad_field),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
