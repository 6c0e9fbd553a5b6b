/* SPDX-License-Identifier: ISC */
/* Options are this test's: it notes which were freed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdlib.h>

#include "milter/shelf.h"

#define VERSIONS 1000
#define THREADS 4

static atomic_uint freed[VERSIONS + 1]; /* by version */

/* What milter/options.c has for this. */
void
options_free(struct options **options)
{
	assert_int_equal(atomic_load(&(*options)->holders), 0);
	(void)atomic_fetch_add(&freed[(*options)->version], 1);
	free(*options);
	*options = NULL;
}

static struct options *
make(uint32_t version)
{
	struct options *options = calloc(1, sizeof(*options));

	assert_non_null(options);
	options->version = version;
	atomic_store(&freed[version], 0);
	return options;
}

static unsigned
count_freed(uint32_t version)
{
	return atomic_load(&freed[version]);
}

static void
shelf__gives_what_is_on_it_now(void **state)
{
	struct shelf shelf;
	struct options *held;

	(void)state;
	shelf_init(&shelf, make(1));
	held = shelf_hold(&shelf);
	assert_int_equal(held->version, 1);
	shelf_release(&held);
	assert_null(held);
	shelf_replace(&shelf, make(2));
	held = shelf_hold(&shelf);
	assert_int_equal(held->version, 2);
	shelf_release(&held);
	assert_int_equal(count_freed(2), 0);
	shelf_release(&shelf.current);
	assert_int_equal(count_freed(2), 1);
}

/* A message holds those of its beginning. */
static void
shelf__keeps_what_was_replaced_for_who_holds_it(void **state)
{
	struct shelf shelf;
	struct options *first;
	struct options *second;

	(void)state;
	shelf_init(&shelf, make(1));
	first = shelf_hold(&shelf);
	second = shelf_hold(&shelf);
	shelf_replace(&shelf, make(2));
	shelf_release(&first);
	assert_int_equal(count_freed(1), 0);
	assert_int_equal(second->version, 1);
	shelf_release(&second);
	assert_int_equal(count_freed(1), 1);
	shelf_release(&shelf.current);
}

static void
shelf__frees_at_once_what_nobody_holds(void **state)
{
	struct shelf shelf;

	(void)state;
	shelf_init(&shelf, make(1));
	shelf_replace(&shelf, make(2));
	assert_int_equal(count_freed(1), 1);
	shelf_release(&shelf.current);
}

static void
shelf__accepts_that_nothing_is_held(void **state)
{
	struct options *none = NULL;

	(void)state;
	shelf_release(&none);
	assert_null(none);
}

static void *
hold_again_and_again(void *arg)
{
	struct shelf *shelf = arg;
	uint32_t version = 0;

	while (version < VERSIONS) {
		struct options *held = shelf_hold(shelf);

		if (held->version < version || count_freed(held->version) != 0)
			return held;
		version = held->version;
		shelf_release(&held);
	}
	return NULL;
}

static void
shelf__frees_each_once_whoever_holds_it(void **state)
{
	pthread_t threads[THREADS];
	struct shelf shelf;

	(void)state;
	shelf_init(&shelf, make(1));
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, hold_again_and_again, &shelf), 0);
	for (uint32_t version = 2; version <= VERSIONS; version++)
		shelf_replace(&shelf, make(version));
	for (int i = 0; i < THREADS; i++) {
		void *fault;

		assert_int_equal(pthread_join(threads[i], &fault), 0);
		assert_null(fault);
	}
	shelf_release(&shelf.current);
	for (uint32_t version = 1; version <= VERSIONS; version++)
		assert_int_equal(count_freed(version), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shelf__gives_what_is_on_it_now),
		cmocka_unit_test(shelf__keeps_what_was_replaced_for_who_holds_it),
		cmocka_unit_test(shelf__frees_at_once_what_nobody_holds),
		cmocka_unit_test(shelf__accepts_that_nothing_is_held),
		cmocka_unit_test(shelf__frees_each_once_whoever_holds_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
