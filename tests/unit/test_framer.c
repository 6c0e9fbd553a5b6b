/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "varlink/framer.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Three messages, an empty one among them, and the beginning of a fourth. */
static const char stream[] = "{\"method\":\"a\"}\0\0{}\0{\"meth";
#define STREAM_LEN (sizeof(stream) - 1)
static const char *const messages[] = { "{\"method\":\"a\"}", "", "{}" };

/* Takes all messages there are; returns how many it has seen now. */
static size_t
take_messages(struct framer *framer, size_t seen)
{
	struct slice message;

	while (framer_next(framer, &message) == STATUS_OK) {
		assert_true(seen < COUNT(messages));
		assert_true(slice_equal(message, slice_from_text(messages[seen])));
		seen++;
	}
	return seen;
}

static void
framer__gives_the_same_messages_wherever_the_stream_is_cut(void **state)
{
	(void)state;
	for (size_t first = 0; first <= STREAM_LEN; first++) {
		for (size_t second = first; second <= STREAM_LEN; second++) {
			struct framer framer;
			size_t seen = 0;

			framer_init(&framer, 64);
			assert_int_equal(framer_push(&framer, slice_of(stream, first)), STATUS_OK);
			seen = take_messages(&framer, seen);
			assert_int_equal(
			    framer_push(&framer, slice_of(stream + first, second - first)), STATUS_OK);
			seen = take_messages(&framer, seen);
			assert_int_equal(
			    framer_push(&framer, slice_of(stream + second, STREAM_LEN - second)), STATUS_OK);
			seen = take_messages(&framer, seen);
			assert_int_equal(seen, COUNT(messages));
			assert_true(framer_is_midway(&framer));
			framer_done(&framer);
		}
	}
}

static void
framer__takes_a_stream_byte_by_byte(void **state)
{
	struct framer framer;
	size_t seen = 0;

	(void)state;
	framer_init(&framer, 64);
	for (size_t i = 0; i < STREAM_LEN; i++) {
		assert_int_equal(framer_push(&framer, slice_of(stream + i, 1)), STATUS_OK);
		seen = take_messages(&framer, seen);
	}
	assert_int_equal(seen, COUNT(messages));
	framer_done(&framer);
}

static void
framer__is_midway_only_within_a_message(void **state)
{
	struct slice message;
	struct framer framer;

	(void)state;
	framer_init(&framer, 64);
	assert_false(framer_is_midway(&framer));
	assert_int_equal(framer_push(&framer, SLICE_LITERAL("{")), STATUS_OK);
	assert_true(framer_is_midway(&framer));
	assert_int_equal(framer_push(&framer, SLICE_LITERAL("}\0")), STATUS_OK);
	assert_int_equal(framer_next(&framer, &message), STATUS_OK);
	assert_false(framer_is_midway(&framer));
	framer_done(&framer);
}

static void
framer__holds_a_message_to_its_limit(void **state)
{
	static const struct {
		size_t len;
		bool is_ended;
		enum status expected;
	} cases[] = {
		{ 8, true, STATUS_OK },
		{ 8, false, STATUS_NOT_FOUND },
		{ 9, true, STATUS_TOO_LARGE },
		{ 9, false, STATUS_TOO_LARGE },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct slice message;
		struct framer framer;

		framer_init(&framer, 8);
		assert_int_equal(framer_push(&framer, slice_of("123456789", cases[i].len)), STATUS_OK);
		if (cases[i].is_ended)
			assert_int_equal(framer_push(&framer, slice_of("", 1)), STATUS_OK);
		assert_int_equal(framer_next(&framer, &message), cases[i].expected);
		framer_done(&framer);
	}
}

static void
framer__serves_endless_messages_in_bounded_memory(void **state)
{
	struct framer framer;

	(void)state;
	framer_init(&framer, 64);
	for (int i = 0; i < 100000; i++) {
		struct slice message;

		assert_int_equal(framer_push(&framer, SLICE_LITERAL("{\"a\":1}\0{\"b")), STATUS_OK);
		assert_int_equal(framer_next(&framer, &message), STATUS_OK);
		assert_int_equal(framer_next(&framer, &message), STATUS_NOT_FOUND);
		assert_int_equal(framer_push(&framer, SLICE_LITERAL("\":2}\0")), STATUS_OK);
		assert_int_equal(framer_next(&framer, &message), STATUS_OK);
	}
	assert_true(framer.in.capacity <= 1024);
	framer_done(&framer);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(framer__gives_the_same_messages_wherever_the_stream_is_cut),
		cmocka_unit_test(framer__takes_a_stream_byte_by_byte),
		cmocka_unit_test(framer__is_midway_only_within_a_message),
		cmocka_unit_test(framer__holds_a_message_to_its_limit),
		cmocka_unit_test(framer__serves_endless_messages_in_bounded_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
