/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <pthread.h>
#include <time.h>

#include "dns/turns.h"

#define NAME "s1.keys.example.net"
#define A_MOMENT_NS 20000000

/* A thread that waits for its turn. */
struct waiting {
	struct turns *turns;
	struct turn turn;
	pthread_t thread;
	bool may_go;
};

static void *
wait_for_turn(void *arg)
{
	struct waiting *waiting = arg;

	waiting->may_go = turns_await(waiting->turns, &waiting->turn);
	return NULL;
}

static void
begin_to_wait(struct turns *turns, struct waiting *waiting)
{
	waiting->turns = turns;
	turns_enter(turns, NAME, &waiting->turn);
	assert_int_equal(pthread_create(&waiting->thread, NULL, wait_for_turn, waiting), 0);
}

/* On a slow machine it may not even have begun to wait: then this sees nothing. */
static void
assert_waits(const struct waiting *waiting)
{
	struct timespec until;

	assert_int_equal(clock_gettime(CLOCK_REALTIME, &until), 0);
	until.tv_nsec += A_MOMENT_NS;
	until.tv_sec += until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	assert_int_equal(pthread_timedjoin_np(waiting->thread, NULL, &until), ETIMEDOUT);
}

/* What turns_await said. */
static bool
end_to_wait(struct waiting *waiting)
{
	assert_int_equal(pthread_join(waiting->thread, NULL), 0);
	return waiting->may_go;
}

static void
turns__of_one_name_come_one_after_the_other(void **state)
{
	struct turns turns = TURNS_INITIALIZER;
	struct waiting second;
	struct turn first;

	(void)state;
	turns_enter(&turns, NAME, &first);
	assert_true(turns_await(&turns, &first));
	begin_to_wait(&turns, &second);
	assert_waits(&second);
	turns_leave(&turns, &first);
	assert_true(end_to_wait(&second));
	turns_leave(&turns, &second.turn);
	assert_null(turns.newest);
}

static void
turns__of_other_names_are_not_waited_for(void **state)
{
	struct turns turns = TURNS_INITIALIZER;
	struct turn first, other;

	(void)state;
	turns_enter(&turns, NAME, &first);
	turns_enter(&turns, "s2.keys.example.net", &other);
	assert_true(turns_await(&turns, &other));
	assert_true(turns_await(&turns, &first));
	turns_leave(&turns, &first);
	turns_leave(&turns, &other);
	assert_null(turns.newest);
}

/* However late the thread that has the older one gets to it. */
static void
turns__of_an_older_one_are_over_when_a_newer_one_has_entered(void **state)
{
	struct turns turns = TURNS_INITIALIZER;
	struct waiting newer;
	struct turn older;

	(void)state;
	turns_enter(&turns, NAME, &older);
	begin_to_wait(&turns, &newer);
	assert_waits(&newer);
	assert_false(turns_await(&turns, &older));
	turns_leave(&turns, &older);
	assert_true(end_to_wait(&newer));
	turns_leave(&turns, &newer.turn);
}

static void
turns__that_wait_end_when_a_newer_one_enters(void **state)
{
	struct turns turns = TURNS_INITIALIZER;
	struct waiting second, third;
	struct turn first;

	(void)state;
	turns_enter(&turns, NAME, &first);
	assert_true(turns_await(&turns, &first));
	begin_to_wait(&turns, &second);
	assert_waits(&second);
	begin_to_wait(&turns, &third);
	assert_false(end_to_wait(&second));
	turns_leave(&turns, &second.turn);
	assert_waits(&third);
	turns_leave(&turns, &first);
	assert_true(end_to_wait(&third));
	turns_leave(&turns, &third.turn);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(turns__of_one_name_come_one_after_the_other),
		cmocka_unit_test(turns__of_other_names_are_not_waited_for),
		cmocka_unit_test(turns__of_an_older_one_are_over_when_a_newer_one_has_entered),
		cmocka_unit_test(turns__that_wait_end_when_a_newer_one_enters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
