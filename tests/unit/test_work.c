/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "process/work.h"

#define BOUND_MS 1000

static void
work__none_under_way_is_never_stuck(void **state)
{
	struct work work = { 0 };

	(void)state;
	assert_false(work_is_stuck(&work, 1, BOUND_MS));
	work_begin(&work);
	work_end(&work);
	assert_false(work_is_stuck(&work, 100000, BOUND_MS));
	assert_false(work_is_stuck(&work, 200000, BOUND_MS));
}

static void
work__that_does_not_move_is_stuck_after_the_bound(void **state)
{
	struct work work = { 0 };

	(void)state;
	work_begin(&work);
	work_begin(&work);
	assert_false(work_is_stuck(&work, 5000, BOUND_MS));
	assert_false(work_is_stuck(&work, 5000 + BOUND_MS, BOUND_MS));
	assert_true(work_is_stuck(&work, 5001 + BOUND_MS, BOUND_MS));
	work_end(&work);
	assert_false(work_is_stuck(&work, 5002 + BOUND_MS, BOUND_MS));
	assert_true(work_is_stuck(&work, 5003 + 2 * BOUND_MS, BOUND_MS));
}

static void
work__one_that_hangs_among_others_that_go_on_is_not_all_of_it(void **state)
{
	struct work work = { 0 };

	(void)state;
	work_begin(&work);
	for (int64_t now_ms = 1; now_ms < 20 * BOUND_MS; now_ms += BOUND_MS) {
		work_begin(&work);
		assert_false(work_is_stuck(&work, now_ms, BOUND_MS));
		work_end(&work);
	}
}

/* Begun and ended between two looks, and one more begun: it is another one. */
static void
work__is_told_from_later_work(void **state)
{
	struct work work = { 0 };

	(void)state;
	for (int64_t now_ms = 1; now_ms < 20 * BOUND_MS; now_ms += 2 * BOUND_MS) {
		work_begin(&work);
		assert_false(work_is_stuck(&work, now_ms, BOUND_MS));
		work_end(&work);
	}
}

static void
work__is_counted_round_the_end_of_the_numbers(void **state)
{
	struct work work = { .begun = UINT32_MAX, .ended = UINT32_MAX };

	(void)state;
	work_begin(&work);
	assert_false(work_is_stuck(&work, 1, BOUND_MS));
	assert_true(work_is_stuck(&work, 2 + BOUND_MS, BOUND_MS));
	work_end(&work);
	assert_false(work_is_stuck(&work, 9 + 9 * BOUND_MS, BOUND_MS));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(work__none_under_way_is_never_stuck),
		cmocka_unit_test(work__that_does_not_move_is_stuck_after_the_bound),
		cmocka_unit_test(work__one_that_hangs_among_others_that_go_on_is_not_all_of_it),
		cmocka_unit_test(work__is_told_from_later_work),
		cmocka_unit_test(work__is_counted_round_the_end_of_the_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
