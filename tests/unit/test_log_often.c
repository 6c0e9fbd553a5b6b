/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "process/log_often.h"

#define MINUTE_MS LOG_OFTEN_PERIOD_MS
#define WARNING 4

/* Kinds stay listed: each test has its own, and its own stretch of time. */

static unsigned
say(struct log_often *often, unsigned count, int64_t now_ms)
{
	unsigned said = 0;

	for (unsigned i = 0; i < count; i++)
		said += log_often_may(often, WARNING, now_ms) ? 1 : 0;
	return said;
}

static void
log_often__first_lines_are_said_and_the_others_counted(void **state)
{
	static struct log_often often = { .kind = "event=trouble" };
	struct log_often_sum sum;

	(void)state;
	assert_int_equal(say(&often, 10000, 1000), LOG_OFTEN_LINES);
	assert_false(log_often_take(1000 + MINUTE_MS - 1, &sum));
	assert_true(log_often_take(1000 + MINUTE_MS, &sum));
	assert_string_equal(sum.kind, "event=trouble");
	assert_int_equal(sum.level, WARNING);
	assert_int_equal(sum.count, 10000 - LOG_OFTEN_LINES);
	assert_false(log_often_take(1000 + 2 * MINUTE_MS, &sum));
}

static void
log_often__what_is_rare_is_always_said(void **state)
{
	static struct log_often often = { .kind = "event=rare" };
	struct log_often_sum sum;

	(void)state;
	for (int64_t minute = 10; minute < 100; minute++)
		assert_int_equal(say(&often, LOG_OFTEN_LINES, minute * MINUTE_MS), LOG_OFTEN_LINES);
	assert_false(log_often_take(1000 * INT64_C(60000), &sum));
}

static void
log_often__a_count_is_not_lost_when_the_next_line_comes_first(void **state)
{
	static struct log_often often = { .kind = "event=late" };
	const int64_t start = 2000 * INT64_C(60000);
	struct log_often_sum sum;

	(void)state;
	assert_int_equal(say(&often, 8, start), LOG_OFTEN_LINES);
	assert_int_equal(say(&often, 2, start + 3 * MINUTE_MS), 0);
	assert_true(log_often_take(start + 3 * MINUTE_MS, &sum));
	assert_int_equal(sum.count, 10 - LOG_OFTEN_LINES);
	assert_int_equal(say(&often, 1, start + 3 * MINUTE_MS), 1);
	assert_false(log_often_take(start + 9 * MINUTE_MS, &sum));
}

static void
log_often__kinds_are_counted_apart(void **state)
{
	static struct log_often one = { .kind = "event=one" };
	static struct log_often other = { .kind = "event=other" };
	const int64_t start = 3000 * INT64_C(60000);
	struct log_often_sum sums[2];

	(void)state;
	assert_int_equal(say(&one, 100, start), LOG_OFTEN_LINES);
	assert_int_equal(say(&other, LOG_OFTEN_LINES + 1, start), LOG_OFTEN_LINES);
	assert_true(log_often_take(start + MINUTE_MS, &sums[0]));
	assert_true(log_often_take(start + MINUTE_MS, &sums[1]));
	assert_int_equal(sums[0].count + sums[1].count, 100 - LOG_OFTEN_LINES + 1);
	assert_false(log_often_take(start + MINUTE_MS, &sums[0]));
}

/* The writer sleeps until then, and not at all beside a period that is over. */
static void
log_often__says_how_long_there_is_nothing_to_say(void **state)
{
	static struct log_often often = { .kind = "event=wait" };
	const int64_t start = 4000 * INT64_C(60000);
	struct log_often_sum sum;

	(void)state;
	(void)log_often_take(start, &sum);
	assert_int_equal(log_often_wait_ms(start), -1);
	assert_int_equal(say(&often, 1, start), 1);
	assert_int_equal(log_often_wait_ms(start + 100), MINUTE_MS - 100);
	assert_int_equal(log_often_wait_ms(start + MINUTE_MS), 0);
	assert_false(log_often_take(start + MINUTE_MS, &sum));
	assert_int_equal(log_often_wait_ms(start + MINUTE_MS), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(log_often__first_lines_are_said_and_the_others_counted),
		cmocka_unit_test(log_often__what_is_rare_is_always_said),
		cmocka_unit_test(log_often__a_count_is_not_lost_when_the_next_line_comes_first),
		cmocka_unit_test(log_often__kinds_are_counted_apart),
		cmocka_unit_test(log_often__says_how_long_there_is_nothing_to_say),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
