/* SPDX-License-Identifier: ISC */
/* Options in here are empty ones, of which it is counted how many are freed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdlib.h>

#include "milter/shelf.h"

static atomic_uint made, freed;

static struct options *
make(uint32_t version)
{
	struct options *options = calloc(1, sizeof(*options));

	assert_non_null(options);
	options->version = version;
	(void)atomic_fetch_add(&made, 1);
	return options;
}

/* In place of milter/options.c. */
void
options_free(struct options **options)
{
	free(*options);
	*options = NULL;
	(void)atomic_fetch_add(&freed, 1);
}

static int
begin(void **state)
{
	static struct shelf shelf;

	atomic_store(&made, 0);
	atomic_store(&freed, 0);
	shelf_init(&shelf, make(1));
	*state = &shelf;
	return 0;
}

static void
shelf__frees_what_nobody_holds_when_it_is_replaced(void **state)
{
	struct shelf *shelf = *state;

	shelf_replace(shelf, make(2));
	assert_int_equal(freed, 1);
	shelf_replace(shelf, make(3));
	assert_int_equal(freed, 2);
	assert_int_equal(shelf->current->version, 3);
}

static void
shelf__keeps_what_somebody_holds_until_the_last_has_released_it(void **state)
{
	struct shelf *shelf = *state;
	struct options *one = shelf_hold(shelf);
	struct options *other = shelf_hold(shelf);

	shelf_replace(shelf, make(2));
	shelf_release(&one);
	assert_null(one);
	assert_int_equal(freed, 0);
	assert_int_equal(other->version, 1);
	shelf_release(&other);
	assert_int_equal(freed, 1);
}

static void
shelf__gives_what_is_on_it_now(void **state)
{
	struct shelf *shelf = *state;
	struct options *before = shelf_hold(shelf);
	struct options *after;

	shelf_replace(shelf, make(2));
	after = shelf_hold(shelf);
	assert_int_equal(before->version, 1);
	assert_int_equal(after->version, 2);
	shelf_release(&after);
	shelf_release(&before);
	assert_int_equal(freed, 1); /* that on the shelf stays */
}

static void
shelf__releases_nothing_twice(void **state)
{
	struct shelf *shelf = *state;
	struct options *options = shelf_hold(shelf);

	shelf_release(&options);
	shelf_release(&options);
	assert_int_equal(freed, 0);
	shelf_replace(shelf, make(2));
	assert_int_equal(freed, 1);
}

#define HOLDERS 4
#define ROUNDS 5000

/* Never one that was freed: a sanitizer sees it, and a version that goes back is seen by all. */
static void *
hold_and_release(void *arg)
{
	struct shelf *shelf = arg;
	uint32_t last = 0;

	for (int i = 0; i < ROUNDS; i++) {
		struct options *options = shelf_hold(shelf);

		if (options->version < last)
			return shelf;
		last = options->version;
		shelf_release(&options);
	}
	return NULL;
}

static void
shelf__is_for_any_thread(void **state)
{
	struct shelf *shelf = *state;
	pthread_t threads[HOLDERS];

	for (size_t i = 0; i < HOLDERS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, hold_and_release, shelf), 0);
	for (uint32_t version = 2; version < 1000; version++)
		shelf_replace(shelf, make(version));
	for (size_t i = 0; i < HOLDERS; i++) {
		void *wrong = NULL;

		assert_int_equal(pthread_join(threads[i], &wrong), 0);
		assert_null(wrong);
	}
	assert_int_equal(freed, made - 1);
}

static int
end(void **state)
{
	struct shelf *shelf = *state;

	shelf_release(&shelf->current);
	return 0;
}

#define SHELF_TEST(test) cmocka_unit_test_setup_teardown(test, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SHELF_TEST(shelf__frees_what_nobody_holds_when_it_is_replaced),
		SHELF_TEST(shelf__keeps_what_somebody_holds_until_the_last_has_released_it),
		SHELF_TEST(shelf__gives_what_is_on_it_now),
		SHELF_TEST(shelf__releases_nothing_twice),
		SHELF_TEST(shelf__is_for_any_thread),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
