/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdio.h>

#include "milter/libmilter_log.h"
#include "process/log.h"

#define FACILITY (2 << 3) /* LOG_MAIL */
#define ROUNDS 100000

static unsigned said;
static enum log_level last_level;
static char last_text[1024];

/* In the place of process/log.c; of one thread, but for what log_often.h does. */
void
log_write_often(struct log_often *often, enum log_level level, const char *format, ...)
{
	va_list args;

	if (!log_often_may(often, (int)level, 0))
		return;
	said++;
	last_level = level;
	va_start(args, format);
	(void)vsnprintf(last_text, sizeof(last_text), format, args);
	va_end(args);
}

/* Forgets what was said so far. */
static int
begin(void **state)
{
	struct log_often_sum sum;

	(void)state;
	while (log_often_take(INT64_MAX, &sum))
		continue;
	said = 0;
	return 0;
}

static void
libmilter_log__says_what_libmilter_says(void **state)
{
	static const struct {
		int priority;
		enum log_level level;
	} rows[] = { { 0, LOG_LEVEL_ERROR }, { 3, LOG_LEVEL_ERROR }, { 4, LOG_LEVEL_WARNING },
		{ 6, LOG_LEVEL_INFO }, { 7, LOG_LEVEL_INFO } };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		syslog(FACILITY | rows[i].priority, "%s: row %d", "signetd", (int)i);
		assert_int_equal(last_level, rows[i].level);
	}
	assert_string_equal(last_text, "libmilter said=\"signetd: row 4\"");
	__syslog_chk(3, 1, "%s", "checked");
	assert_string_equal(last_text, "libmilter said=\"checked\"");
}

static void
libmilter_log__of_each_format_is_a_kind(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 10 * LOG_OFTEN_LINES; i++)
		syslog(3, "flood %u", i);
	assert_int_equal(said, LOG_OFTEN_LINES);
	syslog(3, "once");
	assert_string_equal(last_text, "libmilter said=\"once\"");
}

/* The writer of the log counts what was not said while others go on saying it: the tsan stage looks on. */
static void *
count(void *arg)
{
	struct log_often_sum sum;
	unsigned *counted = arg;

	for (unsigned i = 0; i < ROUNDS; i++) {
		if (log_often_take(INT64_MAX, &sum)) {
			assert_string_equal(sum.kind, "libmilter");
			*counted += sum.count;
		}
	}
	return NULL;
}

static void
libmilter_log__is_for_any_thread(void **state)
{
	unsigned counted = 0;
	pthread_t thread;

	(void)state;
	assert_int_equal(pthread_create(&thread, NULL, count, &counted), 0);
	for (unsigned i = 0; i < ROUNDS; i++)
		syslog(3, "trouble %u", i);
	assert_int_equal(pthread_join(thread, NULL), 0);
	(void)count(&counted);
	assert_int_equal(said + counted, ROUNDS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(libmilter_log__says_what_libmilter_says, begin),
		cmocka_unit_test_setup(libmilter_log__of_each_format_is_a_kind, begin),
		cmocka_unit_test_setup(libmilter_log__is_for_any_thread, begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
