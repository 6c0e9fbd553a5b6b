/* SPDX-License-Identifier: ISC */
/*
 * canon [MEGABYTES]
 *
 * How fast bodies are canonicalized, in GB/s of input: beside SHA-256 of the
 * same octets, and followed by SHA-256 as in a signature; and how fast it is
 * measured whether they are fit to sign. The best of several
 * rounds, since whatever disturbs makes it slower.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/buf.h"
#include "base/scan.h"
#include "base/words.h"
#include "bench/sample.h"
#include "dkim/canon.h"
#include "dkim/digest.h"
#include "policy/measure.h"

#define ROUNDS 7
#define CHUNK_BYTES 65535U
#define MEGABYTES_DEFAULT 16U

struct work {
	struct slice body;
	struct digest *digest;
	size_t output_bytes;
};

static int64_t
now_ns(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void
put_nowhere(void *context, struct slice bytes)
{
	struct work *work = context;

	work->output_bytes += bytes.len;
}

static void
put_to_digest(void *context, struct slice bytes)
{
	struct work *work = context;

	digest_put(work->digest, bytes);
}

/* In chunks as a milter gets it. */
static void
canonicalize(struct work *work, enum canon canon, void (*put)(void *, struct slice))
{
	struct canon_body body;
	struct slice rest = work->body;

	canon_body_init(&body, canon, (struct canon_sink){ .put = put, .context = work });
	while (rest.len > 0) {
		canon_body_put(&body, slice_first(rest, CHUNK_BYTES));
		rest = slice_after(rest, slice_first(rest, CHUNK_BYTES).len);
	}
	canon_body_end(&body);
}

static void
run_plain(struct work *work)
{
	digest_put(work->digest, work->body);
}

static void
run_simple(struct work *work)
{
	canonicalize(work, CANON_SIMPLE, put_nowhere);
}

static void
run_relaxed(struct work *work)
{
	canonicalize(work, CANON_RELAXED, put_nowhere);
}

static void
run_relaxed_hashed(struct work *work)
{
	canonicalize(work, CANON_RELAXED, put_to_digest);
}

static void
run_simple_hashed(struct work *work)
{
	canonicalize(work, CANON_SIMPLE, put_to_digest);
}

/* Is it fit to sign? */
static void
run_measure(struct work *work)
{
	struct slice rest = work->body;
	struct measure fitness;

	measure_init(&fitness, 998, false);
	measure_header_end(&fitness);
	while (rest.len > 0) {
		measure_body(&fitness, slice_first(rest, CHUNK_BYTES));
		rest = slice_after(rest, slice_first(rest, CHUNK_BYTES).len);
	}
	measure_end(&fitness);
	work->output_bytes += fitness.flaws;
}

static double
measure(struct work *work, void (*run)(struct work *))
{
	uint8_t hash[DIGEST_SIZE];
	int64_t best_ns = INT64_MAX;

	for (int i = 0; i < ROUNDS; i++) {
		int64_t started_ns = now_ns();

		digest_begin(work->digest);
		run(work);
		if (digest_end(work->digest, hash) != STATUS_OK)
			abort();
		if (now_ns() - started_ns < best_ns)
			best_ns = now_ns() - started_ns;
	}
	return (double)work->body.len / (double)best_ns;
}

static const struct {
	const char *title;
	void (*run)(struct work *work);
} columns[] = {
	{ "SHA-256", run_plain },
	{ "simple", run_simple },
	{ "relaxed", run_relaxed },
	{ "simple+SHA-256", run_simple_hashed },
	{ "relaxed+SHA-256", run_relaxed_hashed },
	{ "measured", run_measure },
};
#define COLUMN_COUNT (sizeof(columns) / sizeof(columns[0]))

static void
print_row(struct work *work, enum sample_kind kind, size_t size)
{
	struct buf body;

	buf_init(&body, size + 4096);
	sample_put_body(&body, kind, size);
	work->body = buf_slice(&body);
	(void)printf("%-15s", word_text(sample_words, (int)kind));
	for (size_t i = 0; i < COLUMN_COUNT; i++)
		(void)printf("%16.2f", measure(work, columns[i].run));
	(void)printf("\n");
	buf_done(&body);
}

int
main(int argc, char **argv)
{
	struct work work = { 0 };
	uint64_t megabytes = MEGABYTES_DEFAULT;

	if (argc > 2 ||
	    (argc == 2 && scan_u64(slice_from_text(argv[1]), 1024, &megabytes) != STATUS_OK) ||
	    megabytes == 0 || digest_new(&work.digest) != STATUS_OK) {
		(void)fprintf(stderr, "usage: canon [MEGABYTES]\n");
		return 2;
	}
	(void)printf("%-15s", "GB/s");
	for (size_t i = 0; i < COLUMN_COUNT; i++)
		(void)printf("%16s", columns[i].title);
	(void)printf("\n");
	for (int kind = SAMPLE_TEXT; kind <= SAMPLE_KIND_COUNT; kind++)
		print_row(&work, (enum sample_kind)kind, (size_t)megabytes << 20);
	digest_free(&work.digest);
	return 0;
}
