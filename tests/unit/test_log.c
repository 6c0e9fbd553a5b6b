/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/scan.h"
#include "process/counters.h"
#include "process/log.h"
#include "process/log_journal.h"

#define LINES 5000 /* more than the ring and a socket hold */
#define BEYOND 100
#define PATIENCE_MS 60000
#define STALL_US 500000 /* longer than any wait of the log's for one line; nothing is asserted of it */

static int ours;   /* where the log writes */
static int theirs; /* a journal that does not read before it is asked to */

static uint64_t
dropped(void)
{
	return counter_get(&counters_own()->log_dropped);
}

/* The next message of ours, or "" when none comes. */
static void
receive(int timeout_ms, char ret_message[8192])
{
	struct pollfd readable = { .fd = theirs, .events = POLLIN };
	const char *message = NULL;
	char datagram[8192];

	while (message == NULL && poll(&readable, 1, timeout_ms) > 0) {
		ssize_t got = recv(theirs, datagram, sizeof(datagram) - 1, MSG_DONTWAIT);

		datagram[got > 0 ? got : 0] = '\0';
		message = strstr(datagram, "MESSAGE=");
	}
	(void)snprintf(ret_message, sizeof(datagram), "%s", message != NULL ? message + 8 : "");
	ret_message[strcspn(ret_message, "\n")] = '\0';
}

/* The number behind what the message begins with; UINT64_MAX: it is another message. */
static uint64_t
number_of(const char *message, const char *begins)
{
	struct slice rest = slice_from_text(message);
	uint64_t number = UINT64_MAX;

	if (!slice_starts_with(rest, slice_from_text(begins)))
		return UINT64_MAX;
	assert_int_equal(scan_u64(slice_after(rest, strlen(begins)), UINT64_MAX, &number), STATUS_OK);
	return number;
}

static void
expect(const char *begins, uint64_t number)
{
	char message[8192];

	receive(PATIENCE_MS, message);
	if (number_of(message, begins) != number)
		fail_msg("not %s%llu but \"%s\"", begins, (unsigned long long)number, message);
}

static unsigned
count_arrived(void)
{
	char message[8192];
	unsigned count = 0;

	for (receive(0, message); message[0] != '\0'; receive(0, message))
		count += number_of(message, "line ") != UINT64_MAX ? 1 : 0;
	return count;
}

static void
write_lines(unsigned from, unsigned to)
{
	for (unsigned i = from; i < to; i++)
		log_write(LOG_LEVEL_INFO, "line %u", i);
}

/* Somebody else's, so that there is no room for ours. */
static void
fill_journal(void)
{
	static const char datagram[] = "of another";

	while (send(ours, datagram, sizeof(datagram), MSG_DONTWAIT) > 0)
		continue;
}

/* ---- */

static int
open_journal(void **state)
{
	int ends[2];

	(void)state;
	if (socketpair(AF_UNIX, SOCK_DGRAM, 0, ends) != 0)
		return -1;
	ours = ends[0];
	theirs = ends[1];
	log_open("test", ours);
	return 0;
}

static void
log__without_a_writer_counts_what_is_lost_and_says_so_once(void **state)
{
	uint64_t lost;

	(void)state;
	write_lines(0, LINES);
	lost = dropped();
	assert_true(lost > 0);
	assert_int_equal(count_arrived() + lost, LINES);
	write_lines(0, 2);
	expect("log dropped=", lost);
	expect("line ", 0);
	expect("line ", 1);
}

/* From here on with a writer, which is there for good: in this order. */
static void
log__a_journal_that_stalls_loses_only_what_the_ring_does_not_hold(void **state)
{
	uint64_t before = dropped();
	uint64_t lost;

	(void)state;
	fill_journal();
	assert_int_equal(log_start_writer(LOG_LINES_MANY, NULL), STATUS_OK);
	write_lines(0, LOG_LINES_MANY);
	(void)usleep(STALL_US);
	assert_int_equal(dropped(), before);
	write_lines(LOG_LINES_MANY, LOG_LINES_MANY + BEYOND);
	lost = dropped() - before;
	assert_in_range(lost, BEYOND - 1, BEYOND); /* the writer may have one in its hands */
	for (uint64_t i = 0; i < LOG_LINES_MANY + BEYOND - lost; i++)
		expect("line ", i);
	expect("log dropped=", lost);
	write_lines(LINES, LINES + 1);
	expect("line ", LINES);
	assert_int_equal(dropped() - before, lost);
}

static int
bind_journal(const struct sockaddr_un *address)
{
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	assert_int_equal(bind(fd, (const struct sockaddr *)address, sizeof(*address)), 0);
	return fd;
}

static void
log__a_journal_made_anew_gets_what_was_written_meanwhile(void **state)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	char directory[] = "/tmp/signetd-test-XXXXXX";
	uint64_t before = dropped();
	int supervisors = dup(ours); /* the same socket */

	(void)state;
	assert_non_null(mkdtemp(directory));
	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s/journal", directory);
	assert_int_equal(setenv("SIGNETD_JOURNAL", address.sun_path, 1), 0);
	(void)close(theirs);
	theirs = bind_journal(&address);
	assert_true(log_journal_connect(supervisors));
	write_lines(0, 1);
	expect("line ", 0);

	(void)close(theirs);
	assert_int_equal(unlink(address.sun_path), 0);
	assert_false(log_journal_connect(supervisors));
	write_lines(1, 20);
	(void)usleep(STALL_US);
	theirs = bind_journal(&address);
	assert_true(log_journal_connect(supervisors));
	for (uint64_t i = 1; i < 20; i++)
		expect("line ", i);
	assert_int_equal(dropped(), before);
	(void)close(supervisors);
	(void)unlink(address.sun_path);
	(void)rmdir(directory);
}

static void
log__a_close_waits_for_no_journal_and_counts_what_is_lost(void **state)
{
	uint64_t before = dropped();

	(void)state;
	write_lines(0, LINES);
	log_close();
	assert_true(dropped() > before);
	assert_int_equal(count_arrived() + dropped() - before, LINES);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(log__without_a_writer_counts_what_is_lost_and_says_so_once),
		cmocka_unit_test(log__a_journal_that_stalls_loses_only_what_the_ring_does_not_hold),
		cmocka_unit_test(log__a_journal_made_anew_gets_what_was_written_meanwhile),
		cmocka_unit_test(log__a_close_waits_for_no_journal_and_counts_what_is_lost),
	};

	return cmocka_run_group_tests(tests, open_journal, NULL);
}
