/* SPDX-License-Identifier: ISC */
#include "process/log.h"

#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "process/clock.h"
#include "process/counters.h"
#include "process/log_journal.h"
#include "process/log_ring.h"

#define CLOSE_WAIT_S 1
#define CLOSE_PATIENCE_MS 500 /* of it, for a journal that does not read */
#define GATHER_NS 10000000 /* 10 ms: one wake-up for all that is logged meanwhile */
#define STACK_BYTES (128 * 1024) /* counts as locked memory in the vault */
#define LOOK_MS 100 /* until one that is away is tried again: nothing says that it is back */
#define REPORT_MS 1000 /* until it is said how many lines were lost, if more are all the time */

static const char *program_name = "signetd";
static int journal = -1;
static atomic_bool is_echoed;
static struct log_ring *ring;
static pthread_t writer;
static pid_t pid;
static _Thread_local bool is_writer;
static _Atomic int64_t patient_until_ms = INT64_MAX;
static uint64_t lost; /* and not yet reported; of whoever writes */
static int64_t lost_since_ms;

void
log_open(const char *program, int journal_fd)
{
	program_name = program;
	journal = journal_fd;
	pid = getpid();
}

void
log_echo_to_terminal(bool is_wanted)
{
	atomic_store(&is_echoed, is_wanted && journal >= 0 && isatty(STDERR_FILENO) == 1);
}

/*
 * Only the writer waits for whoever reads it: there is nobody else in its place,
 * it holds nobody up, and what comes meanwhile gathers in the ring.
 */
static bool
is_patient(void)
{
	return is_writer && clock_monotonic_ms() < atomic_load(&patient_until_ms);
}

/* False when it was not taken. */
static bool
write_journal(enum log_level level, struct slice line)
{
	enum log_journal_answer answer = log_journal_send(journal, program_name, (int)level, line);

	while ((answer == LOG_JOURNAL_FULL || answer == LOG_JOURNAL_AWAY) && is_patient()) {
		log_journal_wait(journal, answer, LOOK_MS);
		answer = log_journal_send(journal, program_name, (int)level, line);
	}
	return answer == LOG_JOURNAL_TAKEN;
}

static bool
may_write_stderr(void)
{
	struct pollfd writable = { .fd = STDERR_FILENO, .events = POLLOUT };

	return is_patient() || poll(&writable, 1, 0) > 0;
}

static bool
write_stderr(enum log_level level, struct slice line)
{
	static const char *const prefixes[] = {
		[LOG_LEVEL_ERROR] = "error: ",
		[LOG_LEVEL_WARNING] = "warning: ",
		[LOG_LEVEL_NOTICE] = "",
		[LOG_LEVEL_INFO] = "",
	};
	char bytes[LOG_LINE_MAX + 256];
	struct buf out;

	buf_init_fixed(&out, bytes, sizeof(bytes));
	buf_put_format(&out, "%s[%d]: %s", program_name, (int)pid, prefixes[level]);
	buf_put(&out, line);
	buf_put_char(&out, '\n');
	return may_write_stderr() && write(STDERR_FILENO, out.ptr, out.len) == (ssize_t)out.len;
}

/* A line break inside would forge a line of the log, or a field of the journal. */
static void
make_single_line(char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if ((unsigned char)text[i] < ' ' || text[i] == 0x7f)
			text[i] = '?';
	}
}

static bool
write_now(enum log_level level, struct slice line)
{
	if (journal < 0)
		return write_stderr(level, line);
	if (atomic_load(&is_echoed))
		(void)write_stderr(level, line);
	return write_journal(level, line);
}

static void
count_dropped(uint64_t lines)
{
	counter_add(&counters_own()->log_dropped, lines);
}

static uint64_t
report_dropped(uint64_t dropped)
{
	char text[64];
	struct buf line;

	buf_init_fixed(&line, text, sizeof(text));
	buf_put_format(&line, "log dropped=%llu", (unsigned long long)dropped);
	return write_now(LOG_LEVEL_WARNING, buf_slice(&line)) ? 0 : dropped;
}

static void
lose(uint64_t lines)
{
	if (lost == 0)
		lost_since_ms = clock_monotonic_ms();
	lost += lines;
}

static void
write_or_lose(enum log_level level, struct slice line)
{
	if (write_now(level, line))
		return;
	lose(1);
	count_dropped(1);
}

static void
write_reported(enum log_level level, struct slice line)
{
	if (lost > 0)
		lost = report_dropped(lost);
	write_or_lose(level, line);
}

/* ---- the writer ---- */

/* Once, behind what was there before them, but not never while more are lost all the time. */
static void
report_if_due(void)
{
	if (lost > 0 && clock_monotonic_ms() - lost_since_ms >= REPORT_MS)
		lost = report_dropped(lost);
}

static void
write_queued(void)
{
	char line[LOG_LINE_MAX];
	uint64_t dropped;
	size_t len;
	int level;

	while (log_ring_take(ring, &level, line, &len, &dropped)) {
		if (dropped > 0)
			lose(dropped);
		write_or_lose((enum log_level)level, slice_of(line, len));
		report_if_due();
	}
}

/* "<kind> more=N in_s=60" */
static void
write_sums(int64_t now_ms)
{
	struct log_often_sum sum;

	while (log_often_take(now_ms, &sum)) {
		char text[256];
		struct buf line;

		buf_init_fixed(&line, text, sizeof(text));
		buf_put_format(
		    &line, "%s more=%u in_s=%d", sum.kind, sum.count, LOG_OFTEN_PERIOD_MS / 1000);
		write_or_lose((enum log_level)sum.level, buf_slice(&line));
	}
}

/* Until there is something to say that no new line brings; -1: for ever. */
static int
quiet_ms(void)
{
	int wait_ms = log_often_wait_ms(clock_monotonic_ms());

	return lost > 0 && (wait_ms < 0 || wait_ms > REPORT_MS) ? REPORT_MS : wait_ms;
}

static void
write_all(int64_t now_ms)
{
	write_queued();
	write_sums(now_ms);
	if (lost > 0)
		lost = report_dropped(lost);
}

static void *
writer_main(void *arg)
{
	static const struct timespec gather = { .tv_nsec = GATHER_NS };

	(void)arg;
	is_writer = true;
	while (log_ring_wait(ring, quiet_ms())) {
		(void)nanosleep(&gather, NULL);
		write_all(clock_monotonic_ms());
	}
	write_all(INT64_MAX); /* what is over is said, whatever the time */
	return NULL;
}

size_t
log_writer_bytes(unsigned lines)
{
	return log_ring_bytes(lines) + STACK_BYTES;
}

enum status
log_start_writer(unsigned lines, struct error *err)
{
	enum status status = log_ring_new(lines, &ring);
	pthread_attr_t attr;
	int result;

	if (status != STATUS_OK)
		return error_set(err, status, "no memory for the log");
	(void)pthread_attr_init(&attr);
	(void)pthread_attr_setstacksize(&attr, STACK_BYTES);
	result = pthread_create(&writer, &attr, writer_main, NULL);
	(void)pthread_attr_destroy(&attr);
	if (result != 0) {
		log_ring_free(&ring);
		return error_set(err, STATUS_SYSTEM, "cannot start the log's thread");
	}
	return STATUS_OK;
}

/* When the ring is closed nobody else would write it. False: it is lost. */
static bool
put_queued(enum log_level level, struct slice line)
{
	switch (log_ring_put(ring, (int)level, line)) {
	case LOG_RING_TOOK:
		return true;
	case LOG_RING_DROPPED:
		return false;
	case LOG_RING_CLOSED:
		return write_now(level, line);
	}
	return false;
}

void
log_write_slice(enum log_level level, struct slice line)
{
	char text[LOG_LINE_MAX];
	size_t len = slice_first(line, sizeof(text)).len;

	memcpy(text, line.ptr, len);
	make_single_line(text, len);
	if (ring == NULL)
		write_reported(level, slice_of(text, len));
	else if (!put_queued(level, slice_of(text, len)))
		count_dropped(1);
}

static void
write_format(enum log_level level, const char *format, va_list args)
{
	char text[LOG_LINE_MAX];
	int len = vsnprintf(text, sizeof(text), format, args);

	if (len >= 0)
		log_write_slice(
		    level, slice_first(slice_of(text, sizeof(text) - 1), (size_t)len));
}

void
log_write(enum log_level level, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	write_format(level, format, args);
	va_end(args);
}

void
log_write_often(struct log_often *often, enum log_level level, const char *format, ...)
{
	int64_t now_ms = clock_monotonic_ms();
	va_list args;

	if (ring == NULL)
		write_sums(now_ms);
	if (!log_often_may(often, (int)level, now_ms))
		return;
	va_start(args, format);
	write_format(level, format, args);
	va_end(args);
}

void
log_close(void)
{
	struct timespec until;

	if (ring == NULL)
		return;
	atomic_store(&patient_until_ms, clock_monotonic_ms() + CLOSE_PATIENCE_MS);
	log_ring_close(ring);
	(void)clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += CLOSE_WAIT_S;
	/* a writer stuck in a full pipe is left behind; other threads may still log: the ring stays */
	(void)pthread_timedjoin_np(writer, NULL, &until);
}
