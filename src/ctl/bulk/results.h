/* SPDX-License-Identifier: ISC */
/*
 * What has come of the lines: one line of text or of JSON each on stdout, in the
 * order of the file whatever came first, and their sums at the end. Takes jobs
 * over until they are printed.
 */
#ifndef CTL_BULK_RESULTS_H
#define CTL_BULK_RESULTS_H

#include "ctl/bulk/job.h"

struct results {
	const struct input *input;
	struct job **jobs; /* of lines that wait for those before them */
	size_t next;       /* line to print */
	size_t taken;
	size_t failed;
	size_t counts[JOB_DONE_COUNT];
	json_t *warnings;  /* how many lines each sentence is for */
	bool is_json;
};

/* input must stay. STATUS_NO_MEMORY, and nothing to be done. */
MUST_CHECK enum status results_init(
    struct results *results, const struct input *input, bool is_json);
void results_done(struct results *results);

/* Takes a job over. Visits it (context) when its turn comes, with what was before it. */
typedef void results_visitor(void *context, const struct job *job);
void results_add(
    struct results *results, struct job *job, results_visitor *visit, void *context);

/* At the end: those whose predecessors were never done. */
void results_flush(struct results *results, results_visitor *visit, void *context);

/* Prints a job on stdout. */
void results_print(const struct results *results, const struct job *job);

/* "4 lines: 2 created, 1 there, 1 failed" and the warnings, on stderr. */
void results_tell_sums(const struct results *results);

#endif
