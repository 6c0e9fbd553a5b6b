/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>

#include "process/work.h"

#define BOUND_MS 1000

static void *
begin_and_hang(void *arg)
{
	work_begin(arg);
	return NULL;
}

/* A thread of its own begins something, and never ends it. */
static void
hang(struct work *work)
{
	pthread_t thread;

	assert_int_equal(pthread_create(&thread, NULL, begin_and_hang, work), 0);
	assert_int_equal(pthread_join(thread, NULL), 0);
}

static void
work__none_under_way_is_never_stuck(void **state)
{
	static struct work work;

	(void)state;
	assert_false(work_is_stuck(&work, 1, BOUND_MS));
	work_begin(&work);
	work_end(&work);
	assert_false(work_is_stuck(&work, 100000, BOUND_MS));
	assert_false(work_is_stuck(&work, 200000, BOUND_MS));
}

static void
work__that_does_not_end_is_stuck_after_the_bound(void **state)
{
	static struct work work;

	(void)state;
	work_begin(&work);
	assert_false(work_is_stuck(&work, 5000, BOUND_MS));
	assert_false(work_is_stuck(&work, 5000 + BOUND_MS, BOUND_MS));
	assert_true(work_is_stuck(&work, 5001 + BOUND_MS, BOUND_MS));
	assert_true(work_is_stuck(&work, 5002 + BOUND_MS, BOUND_MS));
	work_end(&work);
	assert_false(work_is_stuck(&work, 5003 + BOUND_MS, BOUND_MS));
}

static void
work__one_that_hangs_among_others_that_go_on_is_stuck(void **state)
{
	static struct work work;

	(void)state;
	hang(&work);
	assert_false(work_is_stuck(&work, 1, BOUND_MS));
	for (int64_t now_ms = 1; now_ms < 20 * BOUND_MS; now_ms += BOUND_MS) {
		work_begin(&work);
		assert_int_equal(work_is_stuck(&work, now_ms, BOUND_MS), now_ms > BOUND_MS + 1);
		work_end(&work);
	}
}

/* Ended and begun between two looks: it is another one. */
static void
work__is_told_from_later_work(void **state)
{
	static struct work work;

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
	static struct work work;

	(void)state;
	for (int i = 0; i < WORK_PLACES; i++)
		atomic_store(&work.places[i].moves, UINT32_MAX - 1);
	work_begin(&work);
	assert_false(work_is_stuck(&work, 1, BOUND_MS));
	assert_true(work_is_stuck(&work, 2 + BOUND_MS, BOUND_MS));
	work_end(&work);
	assert_false(work_is_stuck(&work, 3 + BOUND_MS, BOUND_MS));
	work_begin(&work);
	assert_false(work_is_stuck(&work, 9 + 9 * BOUND_MS, BOUND_MS));
	work_end(&work);
}

/* One more than there are places does its work all the same, and harms no other. */
static void
work__of_more_threads_than_places_is_done(void **state)
{
	static struct work work;

	(void)state;
	for (int i = 0; i < WORK_PLACES; i++)
		hang(&work);
	work_begin(&work);
	work_end(&work);
	for (int i = 0; i < WORK_PLACES; i++)
		assert_int_equal(atomic_load(&work.places[i].moves), 1);
}

#define THREADS 8
#define TIMES 20000

static void *
work_often(void *arg)
{
	for (int i = 0; i < TIMES; i++) {
		work_begin(arg);
		work_end(arg);
	}
	return NULL;
}

static void
work__of_several_threads_has_a_place_each(void **state)
{
	static struct work work;
	pthread_t threads[THREADS];
	unsigned moves = 0;

	(void)state;
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, work_often, &work), 0);
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	for (int i = 0; i < WORK_PLACES; i++)
		moves += atomic_load(&work.places[i].moves);
	assert_int_equal(moves, 2 * THREADS * TIMES);
	assert_false(work_is_stuck(&work, 1, 0));
	assert_false(work_is_stuck(&work, 2, 0));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(work__none_under_way_is_never_stuck),
		cmocka_unit_test(work__that_does_not_end_is_stuck_after_the_bound),
		cmocka_unit_test(work__one_that_hangs_among_others_that_go_on_is_stuck),
		cmocka_unit_test(work__is_told_from_later_work),
		cmocka_unit_test(work__is_counted_round_the_end_of_the_numbers),
		cmocka_unit_test(work__of_more_threads_than_places_is_done),
		cmocka_unit_test(work__of_several_threads_has_a_place_each),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
