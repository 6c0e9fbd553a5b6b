/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "process/counters.h"
#include "process/log.h"

#define LINES 5000 /* more than the ring and a socket hold */

struct journal {
	int ours;
	int theirs; /* who does not read before he is asked to */
};

/* How many lines of the test came through. */
static unsigned
count_arrived(const struct journal *journal)
{
	char datagram[8192];
	unsigned count = 0;
	ssize_t got;

	while ((got = recv(journal->theirs, datagram, sizeof(datagram) - 1, MSG_DONTWAIT)) > 0) {
		datagram[got] = '\0';
		count += strstr(datagram, "MESSAGE=line ") != NULL ? 1 : 0;
	}
	return count;
}

static void
write_lines(void)
{
	for (unsigned i = 0; i < LINES; i++)
		log_write(LOG_LEVEL_INFO, "line %u", i);
}

/* The second time with a writer, which is there for good: in this order. */
static void
log__counts_each_line_that_is_lost(void **state)
{
	int ends[2];
	struct journal journal;

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM, 0, ends), 0);
	journal = (struct journal){ ends[0], ends[1] };
	log_open("test", journal.ours);
	write_lines();
	assert_true(counter_get(&counters_own()->log_dropped) > 0);
	assert_int_equal(count_arrived(&journal) + counter_get(&counters_own()->log_dropped), LINES);

	counter_set(&counters_own()->log_dropped, 0);
	assert_int_equal(log_start_writer(NULL), STATUS_OK);
	write_lines();
	log_close();
	assert_true(counter_get(&counters_own()->log_dropped) > 0);
	assert_int_equal(count_arrived(&journal) + counter_get(&counters_own()->log_dropped), LINES);
	(void)close(journal.ours);
	(void)close(journal.theirs);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(log__counts_each_line_that_is_lost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
