/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

#include "process/counters.h"

#define THREADS 8
#define COUNTS 20000

struct page {
	int fd;
	int reading_fd;
	const struct counters *reading;
};

static int
page_make(void **state)
{
	static struct page page;

	assert_int_equal(counters_make(&page.fd, NULL), STATUS_OK);
	assert_int_equal(counters_open_reading(page.fd, &page.reading_fd, NULL), STATUS_OK);
	assert_int_equal(counters_map(page.reading_fd, &page.reading, NULL), STATUS_OK);
	*state = &page;
	return 0;
}

static int
page_remove(void **state)
{
	struct page *page = *state;

	(void)close(page->fd);
	(void)close(page->reading_fd);
	return 0;
}

static void
counters__count_where_nobody_reads_before_there_is_a_page(void **state)
{
	(void)state;
	counter_add(&counters_own()->connections, 1);
	assert_int_equal(counter_get(&counters_own()->connections), 1);
}

static void
counters__are_seen_by_whoever_reads(void **state)
{
	const struct page *page = *state;

	assert_int_equal(counter_get(&page->reading->connections), 0);
	assert_int_equal(counters_open(page->fd, NULL), STATUS_OK);
	counter_add(&counters_own()->connections, 3);
	assert_int_equal(counter_get(&page->reading->connections), 3);
}

static void
counters__go_on_in_a_new_life_and_what_goes_up_and_down_does_not(void **state)
{
	const struct page *page = *state;

	assert_int_equal(counters_open(page->fd, NULL), STATUS_OK);
	counter_add(&counters_own()->messages[1][1], 7);
	counter_add(&counters_own()->sessions_open, 5);
	counter_add(&counters_own()->vault_waiting, 2);
	assert_int_equal(counters_open(page->fd, NULL), STATUS_OK);
	counter_add(&counters_own()->messages[1][1], 1);
	assert_int_equal(counter_get(&page->reading->messages[1][1]), 8);
	assert_int_equal(counter_get(&page->reading->sessions_open), 0);
	assert_int_equal(counter_get(&page->reading->vault_waiting), 0);
}

static void *
count_many(void *context)
{
	struct counter *counter = context;

	for (unsigned i = 0; i < COUNTS; i++)
		counter_add(counter, 1);
	return NULL;
}

static void
counters__lose_nothing_among_threads(void **state)
{
	const struct page *page = *state;
	pthread_t threads[THREADS];

	assert_int_equal(counters_open(page->fd, NULL), STATUS_OK);
	for (unsigned i = 0; i < THREADS; i++)
		assert_int_equal(
		    pthread_create(&threads[i], NULL, count_many, &counters_own()->cache_hits), 0);
	for (unsigned i = 0; i < THREADS; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	assert_int_equal(counter_get(&page->reading->cache_hits), THREADS * COUNTS);
}

/* ---- what a reader, or a writer that was taken over, cannot do ---- */

static void
counters__cannot_be_written_by_a_reader(void **state)
{
	const struct page *page = *state;
	void *writing = mmap(NULL, sizeof(struct counters), PROT_READ | PROT_WRITE, MAP_SHARED,
	    page->reading_fd, 0);

	assert_ptr_equal(writing, MAP_FAILED);
	assert_int_equal(mprotect((void *)(uintptr_t)page->reading, sizeof(struct counters),
	                     PROT_READ | PROT_WRITE),
	    -1);
	assert_int_equal(errno, EACCES);
	assert_int_equal(pwrite(page->reading_fd, "x", 1, 0), -1);
}

static void
counters__keep_their_size(void **state)
{
	const struct page *page = *state;

	assert_int_equal(ftruncate(page->fd, 0), -1);
	assert_int_equal(errno, EPERM);
	assert_int_equal(ftruncate(page->fd, 1 << 20), -1);
}

static void
counters__of_another_build_are_refused(void **state)
{
	const struct page *page = *state;
	const uint64_t other = counters_layout() + 1;
	const struct counters *reading = NULL;
	struct error err;

	assert_int_equal(pwrite(page->fd, &other, sizeof(other), offsetof(struct counters, layout)),
	    sizeof(other));
	assert_int_equal(counters_open(page->fd, &err), STATUS_INVALID);
	assert_int_equal(counters_map(page->reading_fd, &reading, &err), STATUS_INVALID);
	assert_null(reading);
}

static void
counters__are_not_taken_from_what_can_shrink(void **state)
{
	int fd = memfd_create("no page", MFD_CLOEXEC);
	const struct page *page = *state;

	assert_int_equal(pwrite(fd, page->reading, sizeof(struct counters), 0), sizeof(struct counters));
	assert_int_equal(counters_open(fd, NULL), STATUS_INVALID);
	(void)close(fd);
}

/* ---- the histogram ---- */

static void
counters__put_a_time_into_the_bucket_that_holds_it(void **state)
{
	struct counters_histogram histogram;
	uint64_t sum = 0;

	(void)state;
	for (size_t i = 0; i < COUNTERS_BOUNDS; i++) {
		uint64_t bound = counters_bounds_us[i];

		assert_true(i == 0 || bound > counters_bounds_us[i - 1]);
		histogram = (struct counters_histogram){ 0 };
		counters_observe_us(&histogram, bound);
		assert_int_equal(counter_get(&histogram.buckets[i]), 1);
		counters_observe_us(&histogram, bound + 1);
		assert_int_equal(counter_get(&histogram.buckets[i]), 1);
		assert_int_equal(counter_get(&histogram.buckets[i + 1]), 1);
		sum = 2 * bound + 1;
		assert_int_equal(counter_get(&histogram.sum_us), sum);
	}
	counters_observe_us(&histogram, 0);
	assert_int_equal(counter_get(&histogram.buckets[0]), 1);
	counters_observe_us(&histogram, UINT32_MAX);
	assert_int_equal(counter_get(&histogram.buckets[COUNTERS_BOUNDS]), 2);
}

#define PAGE_TEST(name) cmocka_unit_test_setup_teardown(name, page_make, page_remove)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counters__count_where_nobody_reads_before_there_is_a_page),
		PAGE_TEST(counters__are_seen_by_whoever_reads),
		PAGE_TEST(counters__go_on_in_a_new_life_and_what_goes_up_and_down_does_not),
		PAGE_TEST(counters__lose_nothing_among_threads),
		PAGE_TEST(counters__cannot_be_written_by_a_reader),
		PAGE_TEST(counters__keep_their_size),
		PAGE_TEST(counters__of_another_build_are_refused),
		PAGE_TEST(counters__are_not_taken_from_what_can_shrink),
		cmocka_unit_test(counters__put_a_time_into_the_bucket_that_holds_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
