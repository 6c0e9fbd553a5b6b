/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "process/log_ring.h"

#define LINES 8
#define TEXT(s) SLICE_LITERAL(s)

struct taken {
	int level;
	size_t len;
	uint64_t dropped;
	char line[LOG_LINE_MAX];
};

static struct taken
take(struct log_ring *ring)
{
	struct taken taken;

	assert_true(log_ring_take(ring, &taken.level, taken.line, &taken.len, &taken.dropped));
	return taken;
}

static void
put(struct log_ring *ring, int level, struct slice line)
{
	assert_int_equal(log_ring_put(ring, level, line), LOG_RING_TOOK);
}

static void
log_ring__gives_lines_in_order(void **state)
{
	struct log_ring *ring;
	struct taken taken;

	(void)state;
	assert_int_equal(log_ring_new(LINES, &ring), STATUS_OK);
	put(ring, 6, TEXT("one"));
	put(ring, 3, TEXT("two"));
	taken = take(ring);
	assert_int_equal(taken.level, 6);
	assert_true(slice_equal(slice_of(taken.line, taken.len), TEXT("one")));
	taken = take(ring);
	assert_int_equal(taken.level, 3);
	assert_true(slice_equal(slice_of(taken.line, taken.len), TEXT("two")));
	log_ring_free(&ring);
}

static void
log_ring__full_drops_the_new_and_counts(void **state)
{
	struct log_ring *ring;

	(void)state;
	assert_int_equal(log_ring_new(LINES, &ring), STATUS_OK);
	for (unsigned i = 0; i < LINES; i++)
		put(ring, 6, TEXT("line"));
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(log_ring_put(ring, 6, TEXT("line")), LOG_RING_DROPPED);
	assert_int_equal(take(ring).dropped, 3);
	assert_int_equal(take(ring).dropped, 0);
	log_ring_free(&ring);
}

static void
log_ring__cuts_long_lines(void **state)
{
	static const char text[2 * LOG_LINE_MAX];
	struct log_ring *ring;

	(void)state;
	assert_int_equal(log_ring_new(LINES, &ring), STATUS_OK);
	put(ring, 6, slice_of(text, sizeof(text)));
	assert_int_equal(take(ring).len, LOG_LINE_MAX);
	log_ring_free(&ring);
}

static void
log_ring__closed_gives_what_is_left_and_ends(void **state)
{
	struct log_ring *ring;
	struct taken taken;

	(void)state;
	assert_int_equal(log_ring_new(LINES, &ring), STATUS_OK);
	put(ring, 6, TEXT("last"));
	log_ring_close(ring);
	assert_int_equal(log_ring_put(ring, 6, TEXT("too late")), LOG_RING_CLOSED);
	assert_true(log_ring_wait(ring, -1));
	(void)take(ring);
	assert_false(log_ring_wait(ring, -1));
	assert_false(log_ring_take(ring, &taken.level, taken.line, &taken.len, &taken.dropped));
	log_ring_free(&ring);
}

static void
log_ring__a_wait_ends_with_its_time(void **state)
{
	struct log_ring *ring;

	(void)state;
	assert_int_equal(log_ring_new(LINES, &ring), STATUS_OK);
	assert_true(log_ring_wait(ring, 0));
	assert_true(log_ring_wait(ring, 1));
	put(ring, 6, TEXT("line"));
	assert_true(log_ring_wait(ring, -1));
	log_ring_close(ring);
	(void)take(ring);
	assert_false(log_ring_wait(ring, 1));
	log_ring_free(&ring);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(log_ring__gives_lines_in_order),
		cmocka_unit_test(log_ring__full_drops_the_new_and_counts),
		cmocka_unit_test(log_ring__cuts_long_lines),
		cmocka_unit_test(log_ring__closed_gives_what_is_left_and_ends),
		cmocka_unit_test(log_ring__a_wait_ends_with_its_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
