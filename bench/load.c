/* SPDX-License-Identifier: ISC */
/*
 * load SOCKET DOMAIN MESSAGES CONNECTIONS SIZE [GAP_US [IDLE]]
 *
 * Sends MESSAGES messages with bodies of SIZE octets through the milter at
 * SOCKET over CONNECTIONS busy connections, one message each as Postfix does,
 * GAP_US between two commands, while IDLE more connections stand open. Prints
 * one line: messages, errors, seconds, then p50 p90 p99 p99.9 in microseconds
 * of the end of the message and of the whole message. An error is a message
 * that did not get exactly one DKIM-Signature field and a good last word.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/scan.h"
#include "bench/mta.h"
#include "bench/sample.h"

#define BODY_MAX (64U << 20)
#define STACK_BYTES (512U * 1024)

struct job {
	const char *path;
	struct slice header;
	struct slice body;
	useconds_t gap_us;
	unsigned long messages;
	atomic_ulong next;   /* message to send */
	atomic_ulong errors;
	uint32_t *end_us;    /* of each message */
	uint32_t *whole_us;
};

static int64_t
now_us(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static bool
send_one(struct job *job, unsigned long number)
{
	int64_t started_us = now_us();
	int64_t end_us = 0;
	struct mta mta;
	bool is_good = mta_open(&mta, job->path, job->gap_us) &&
	    mta_send_message(&mta, job->header, job->body);

	end_us = now_us();
	is_good = is_good && mta_end_message(&mta) && mta.fields == 1;
	job->end_us[number] = (uint32_t)(now_us() - end_us);
	job->whole_us[number] = (uint32_t)(now_us() - started_us);
	mta_close(&mta);
	return is_good;
}

static void *
run_connection(void *context)
{
	struct job *job = context;
	unsigned long number;

	while ((number = atomic_fetch_add(&job->next, 1)) < job->messages) {
		if (!send_one(job, number))
			(void)atomic_fetch_add(&job->errors, 1);
	}
	return NULL;
}

static void
run_connections(struct job *job, unsigned long connections)
{
	pthread_t *threads = calloc(connections, sizeof(*threads));
	pthread_attr_t attributes;

	if (threads == NULL)
		abort();
	(void)pthread_attr_init(&attributes);
	(void)pthread_attr_setstacksize(&attributes, STACK_BYTES);
	for (unsigned long i = 0; i < connections; i++) {
		if (pthread_create(&threads[i], &attributes, run_connection, job) != 0)
			abort();
	}
	for (unsigned long i = 0; i < connections; i++)
		(void)pthread_join(threads[i], NULL);
	(void)pthread_attr_destroy(&attributes);
	free(threads);
}

static int
compare(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a;
	uint32_t y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static void
print_quantiles(uint32_t *values, unsigned long count)
{
	static const unsigned permille[] = { 500, 900, 990, 999 };

	qsort(values, count, sizeof(*values), compare);
	for (size_t i = 0; i < sizeof(permille) / sizeof(permille[0]); i++)
		(void)printf(" %u", values[(count - 1) * permille[i] / 1000]);
}

/* Open, negotiated, and silent until the program ends. */
static void
open_idle(const char *path, unsigned long count)
{
	for (unsigned long i = 0; i < count; i++) {
		struct mta mta;

		if (!mta_open(&mta, path, 0)) {
			(void)fprintf(stderr, "load: idle connection %lu is not served\n", i);
			exit(1);
		}
	}
}

static unsigned long
number(const char *text)
{
	uint64_t value;

	if (scan_u64(slice_from_text(text), UINT32_MAX, &value) != STATUS_OK) {
		(void)fprintf(stderr, "load: %s is no number\n", text);
		exit(2);
	}
	return (unsigned long)value;
}

static void
raise_descriptor_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &limit);
	}
}

int
main(int argc, char **argv)
{
	struct job job = { 0 };
	struct buf header;
	struct buf body;
	int64_t started_us;

	if (argc < 6 || argc > 8) {
		(void)fprintf(stderr, "usage: load SOCKET DOMAIN MESSAGES CONNECTIONS SIZE [GAP_US [IDLE]]\n");
		return 2;
	}
	raise_descriptor_limit();
	buf_init(&header, BODY_MAX);
	buf_init(&body, BODY_MAX);
	sample_put_header(&header, argv[2]);
	sample_put_body(&body, SAMPLE_TEXT, number(argv[5]));
	job.path = argv[1];
	job.header = buf_slice(&header);
	job.body = buf_slice(&body);
	job.messages = number(argv[3]);
	job.gap_us = argc > 6 ? (useconds_t)number(argv[6]) : 0;
	job.end_us = calloc(job.messages, sizeof(*job.end_us));
	job.whole_us = calloc(job.messages, sizeof(*job.whole_us));
	if (job.messages == 0 || job.end_us == NULL || job.whole_us == NULL || buf_status(&body) != STATUS_OK)
		return 2;
	open_idle(argv[1], argc > 7 ? number(argv[7]) : 0);
	started_us = now_us();
	run_connections(&job, number(argv[4]));
	(void)printf("%lu %lu %.6f", job.messages, atomic_load(&job.errors),
	    (double)(now_us() - started_us) / 1e6);
	print_quantiles(job.end_us, job.messages);
	print_quantiles(job.whole_us, job.messages);
	(void)printf("\n");
	return atomic_load(&job.errors) == 0 ? 0 : 1;
}
