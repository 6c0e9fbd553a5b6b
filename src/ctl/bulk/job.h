/* SPDX-License-Identifier: ISC */
/*
 * One line on its way: step after step, each a call of the daemon's that may be
 * asked again, and what has come of it so far. No I/O here: crew.h asks.
 */
#ifndef CTL_BULK_JOB_H
#define CTL_BULK_JOB_H

#include "base/words.h"
#include "ctl/bulk/input.h"
#include "keys/record.h"

/* In their order. */
enum job_step { JOB_CREATE = 0, JOB_RECORDS, JOB_CHECK, JOB_ACTIVATE, JOB_STEP_COUNT };
extern const struct word job_until_words[]; /* "create", "check", "activate": those that may be the last */

/* What is to be done with every line. */
struct job_plan {
	bool steps[JOB_STEP_COUNT];
	bool is_dry_run;
	bool without_dns_check;
};

/* What was done: a closed list, in the order in which it is counted. */
enum job_done {
	JOB_CREATED = 1,
	JOB_THERE,
	JOB_WOULD_CREATE,
	JOB_VERIFIED,
	JOB_ACTIVATED,
	JOB_ACTIVE,
	JOB_WOULD_ACTIVATE,
	JOB_DONE_COUNT,
};
extern const struct word job_done_words[];

struct job {
	const struct job_plan *plan;
	const struct input_line *line;
	enum job_step step;      /* JOB_STEP_COUNT: it is through */
	bool has_failed;
	struct error failure;
	unsigned done;           /* bits, 1 << enum job_done */
	char id[ID_TEXT_SIZE];   /* of the key, or "" */
	json_t *records;         /* what to publish, or NULL */
	json_t *effects;         /* on other keys, but for those that stay; or NULL */
	json_t *warnings;        /* sentences, or NULL */
};

/* plan and line live as long as the job. */
MUST_CHECK enum status job_new(
    const struct job_plan *plan, const struct input_line *line, struct job **ret_job);
void job_free(struct job **job);

static inline bool
job_is_through(const struct job *job)
{
	return job->step == JOB_STEP_COUNT;
}

/* The method that the step calls, without its interface, and its parameters (the caller's). */
const char *job_method(const struct job *job);
json_t *job_parameters(const struct job *job);

/* Takes the parameters of an answer that is no error: the next step, or it is through. */
void job_take(struct job *job, const json_t *parameters);

/* The line has failed, and is through. */
void job_fail(struct job *job, const char *sentence);

/* What has come of it, as an object (the caller's). */
json_t *job_json(const struct job *job);

#endif
