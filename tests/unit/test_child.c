/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "supervisor/child.h"

/* A life of lived_ms, ended at some time. */
static unsigned
end_life(struct child *child, int64_t lived_ms, bool was_ready)
{
	child->started_at_ms = 1000000;
	child->is_ready = was_ready;
	return child_restart_delay_ms(child, child->started_at_ms + lived_ms);
}

static void
child__comes_back_at_once_after_a_good_life(void **state)
{
	struct child child = { .failures = 5 };

	(void)state;
	assert_int_equal(end_life(&child, 10000, true), 0);
	assert_int_equal(child.failures, 0);
}

static void
child__first_short_life_is_an_accident_then_it_waits_longer(void **state)
{
	static const unsigned expected[] = { 0, 100, 200, 400, 800, 1600, 3200, 6400, 10000, 10000 };
	struct child child = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++)
		assert_int_equal(end_life(&child, 5, false), expected[i]);
}

static void
child__never_ready_is_no_good_life_however_long(void **state)
{
	struct child child = { 0 };

	(void)state;
	(void)end_life(&child, 60000, false);
	assert_int_equal(child.failures, 1);
}

static void
child__a_life_that_we_ended_is_no_failure(void **state)
{
	struct child child = { .failures = 3, .is_ended = true };

	(void)state;
	assert_int_equal(end_life(&child, 5, false), 0);
	assert_int_equal(child.failures, 3);
	assert_int_equal(end_life(&child, 5, false), 400);
}

static void
child__describes_itself(void **state)
{
	struct child child = { .role = ROLE_VAULT, .pid = 12, .epoch = 3, .is_ready = true };
	struct frame_child description;

	(void)state;
	child_describe(&child, &description);
	assert_int_equal(description.role, ROLE_VAULT);
	assert_int_equal(description.pid, 12);
	assert_int_equal(description.restarts, 2);
	assert_int_equal(description.is_ready, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(child__comes_back_at_once_after_a_good_life),
		cmocka_unit_test(child__first_short_life_is_an_accident_then_it_waits_longer),
		cmocka_unit_test(child__never_ready_is_no_good_life_however_long),
		cmocka_unit_test(child__a_life_that_we_ended_is_no_failure),
		cmocka_unit_test(child__describes_itself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
