/* SPDX-License-Identifier: ISC */
/* How often records that sign are looked at, and how many of them at a time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "keys/watch.h"

#define HOUR INT64_C(3600)
#define DAY (24 * HOUR)

static void
watch__follows_the_ttl_between_an_hour_and_a_day(void **state)
{
	static const int64_t ttls[] = { 0, 1, 300, HOUR, 2 * HOUR, 6 * HOUR, DAY, 30 * DAY, INT64_MAX };

	(void)state;
	for (size_t i = 0; i < sizeof(ttls) / sizeof(ttls[0]); i++) {
		for (int64_t number = 1; number < 1000; number++) {
			int64_t period = watch_period_s(ttls[i], 1, number);

			assert_true(period >= HOUR && period <= DAY);
			if (ttls[i] <= DAY / 2)
				assert_true(period >= ttls[i]);
			if (ttls[i] >= HOUR && ttls[i] <= DAY / 2)
				assert_true(period <= ttls[i] * 9 / 8);
		}
	}
}

/* Sets that were made together, or are looked at together after a restart, part. */
static void
watch__is_spread_by_the_number_of_the_set(void **state)
{
	unsigned seen[450] = { 0 };
	unsigned most = 0;

	(void)state;
	for (int64_t number = 1; number <= 4500; number++) {
		unsigned *count = &seen[watch_period_s(HOUR, 4500, number) - HOUR];

		if (++*count > most)
			most = *count;
	}
	assert_true(most < 40); /* 10 on the average */
}

/* A hundred thousand sets are looked at within the rate, whatever their TTL. */
static void
watch__of_many_sets_keeps_the_rate(void **state)
{
	static const int64_t counts[] = { 1, 7200, 100000, 172800, 1000000 };

	(void)state;
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		double per_second = 0;

		for (int64_t number = 1; number <= counts[i]; number++)
			per_second += 1.0 / (double)watch_period_s(300, counts[i], number);
		assert_true(per_second <= WATCH_PER_SECOND);
	}
	assert_true(watch_period_s(300, 100000, 1) <= DAY);
}

static void
watch__puts_off_each_to_its_own_place(void **state)
{
	static unsigned seen[50001];

	(void)state;
	for (int64_t number = 1; number <= 100000; number++) {
		int64_t seconds = watch_put_off_s(100000, number);

		assert_true(seconds >= 1 && seconds <= 50000);
		seen[seconds]++;
		assert_true(seen[seconds] < 20); /* 2 on the average */
	}
	assert_int_equal(watch_put_off_s(0, 5), 1);
	assert_int_equal(watch_put_off_s(1, 5), 1);
}

static unsigned
take_all(struct watch_budget *budget, int64_t now_ms)
{
	unsigned count = 0;

	while (watch_budget_take(budget, now_ms))
		count++;
	return count;
}

static void
watch__budget_is_a_burst_and_then_the_rate(void **state)
{
	struct watch_budget budget = { 0 };
	unsigned count = 0;

	(void)state;
	assert_int_equal(take_all(&budget, 1000000), WATCH_BURST);
	for (int64_t ms = 1; ms <= 60000; ms++)
		count += take_all(&budget, 1000000 + ms);
	assert_int_equal(count, 60 * WATCH_PER_SECOND);
	assert_int_equal(take_all(&budget, 9000000), WATCH_BURST);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(watch__follows_the_ttl_between_an_hour_and_a_day),
		cmocka_unit_test(watch__is_spread_by_the_number_of_the_set),
		cmocka_unit_test(watch__of_many_sets_keeps_the_rate),
		cmocka_unit_test(watch__puts_off_each_to_its_own_place),
		cmocka_unit_test(watch__budget_is_a_burst_and_then_the_rate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
