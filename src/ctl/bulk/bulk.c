/* SPDX-License-Identifier: ISC */
/*
 * signetctl bulk: what key create, check and activate do, for every line of a
 * file. Whether a line has been done the keeper knows, nobody else: the same
 * command again goes on where the last one ended, however that was.
 */
#include <stdio.h>

#include "ctl/bulk/crew.h"
#include "ctl/bulk/interrupt.h"
#include "ctl/bulk/progress.h"
#include "ctl/bulk/records_file.h"
#include "ctl/bulk/results.h"
#include "ctl/command.h"
#include "ctl/file.h"
#include "process/clock.h"

#define COMPLAINTS_MAX 20

/* One run. */
struct bulk {
	struct session *session;
	const char *path;
	struct input input;
	struct job_plan plan;
	struct records_file *records; /* or NULL */
	struct results results;
	struct progress progress;
	unsigned complaints;
};

/* ---- the command line ---- */

static enum outcome
read_until(const struct session *session, int *ret_until)
{
	const char *word = session->arguments->values[OPTION_UNTIL];

	if (word == NULL || word_value(job_until_words, slice_from_text(word), ret_until) == STATUS_OK)
		return OUTCOME_YES;
	return session_fail("--until \"%s\" is none of: create, check, activate", word);
}

/* What would be silently left out is refused. */
static enum outcome
check_together(const struct session *session, int until)
{
	const struct arguments *arguments = session->arguments;
	bool is_dry_run = arguments_has(arguments, OPTION_DRY_RUN);

	if (is_dry_run && until == JOB_CHECK)
		return session_fail("--dry-run asks no DNS: --until create or activate");
	if (is_dry_run && arguments_has(arguments, OPTION_RECORDS))
		return session_fail("--dry-run makes no keys whose --records could be written");
	if (arguments_has(arguments, OPTION_FORMAT) && !arguments_has(arguments, OPTION_RECORDS))
		return session_fail("--format is of --records FILE");
	if (arguments_has(arguments, OPTION_RECORDS) && strcmp(arguments->values[OPTION_RECORDS], "-") == 0)
		return session_fail("--records is a file: standard output has a line for each line");
	if (arguments_has(arguments, OPTION_WITHOUT_DNS_CHECK) && until != JOB_ACTIVATE)
		return session_fail("--without-dns-check goes with --until activate");
	return OUTCOME_YES;
}

/* Activating looks at DNS by itself, and only where nothing is proved yet. */
static enum outcome
make_plan(const struct session *session, struct job_plan *ret_plan)
{
	int until = JOB_CREATE;
	enum outcome outcome = read_until(session, &until);

	if (outcome == OUTCOME_YES)
		outcome = check_together(session, until);
	*ret_plan = (struct job_plan){
		.steps = {
			[JOB_CREATE] = true,
			[JOB_RECORDS] = arguments_has(session->arguments, OPTION_RECORDS),
			[JOB_CHECK] = until == JOB_CHECK,
			[JOB_ACTIVATE] = until == JOB_ACTIVATE,
		},
		.is_dry_run = arguments_has(session->arguments, OPTION_DRY_RUN),
		.without_dns_check = arguments_has(session->arguments, OPTION_WITHOUT_DNS_CHECK),
	};
	return outcome;
}

/* ---- the file ---- */

static void
complain(void *context, unsigned line, const char *sentence)
{
	struct bulk *bulk = context;

	if (bulk->complaints++ < COMPLAINTS_MAX)
		(void)session_fail("%s:%u: %s", bulk->path, line, sentence);
}

static enum outcome
read_input(struct bulk *bulk)
{
	struct error err = { "" };
	struct buf text;
	enum status status;

	buf_init(&text, INPUT_MAX + FILE_READ_AHEAD);
	status = file_read(bulk->path, "a list of keys", &text, &err);
	if (status != STATUS_OK)
		(void)session_fail("%s: %s", bulk->path, err.text);
	else
		status = input_read(&bulk->input, buf_slice(&text), complain, bulk);
	buf_done(&text);
	if (bulk->complaints > COMPLAINTS_MAX)
		(void)session_fail("… and %u more lines are wrong", bulk->complaints - COMPLAINTS_MAX);
	if (bulk->complaints > 0)
		(void)session_fail("nothing was done: mend the file first");
	return status == STATUS_OK ? OUTCOME_YES : OUTCOME_COULD_NOT;
}

/* ---- the work ---- */

static void
on_result(void *context, const struct job *job)
{
	struct bulk *bulk = context;

	results_print(&bulk->results, job);
	if (bulk->records != NULL)
		records_file_add(bulk->records, job);
}

/* What is printed is out at once: who is killed next has told what he did. */
static bool
on_job(void *context, struct job *job)
{
	struct bulk *bulk = context;

	progress_clear(&bulk->progress);
	results_add(&bulk->results, job, on_result, bulk);
	return fflush(stdout) == 0;
}

static void
on_tick(void *context, int64_t now_ms)
{
	struct bulk *bulk = context;

	progress_show(&bulk->progress, bulk->results.taken, now_ms);
}

static enum status
work(struct bulk *bulk, struct error *err)
{
	struct crew_options options = {
		.control = session_control(bulk->session),
		.input = &bulk->input,
		.plan = &bulk->plan,
		.take = on_job,
		.tick = on_tick,
		.context = bulk,
	};
	bool is_wanted = arguments_has(bulk->session->arguments, OPTION_PROGRESS);
	enum status status;

	progress_init(&bulk->progress, is_wanted, bulk->input.count, clock_monotonic_ms());
	interrupt_watch();
	status = crew_run(&options, err);
	progress_clear(&bulk->progress);
	results_flush(&bulk->results, on_result, bulk);
	return status;
}

/* ---- the end ---- */

static enum outcome
tell_end(const struct bulk *bulk, enum status status, const struct error *err)
{
	results_tell_sums(&bulk->results);
	if (ferror(stdout) != 0)
		(void)session_fail("cannot print the results");
	if (status != STATUS_OK && err->text[0] != '\0')
		(void)session_fail("%s", err->text);
	if (status != STATUS_OK)
		return session_fail("stopped before the end: the same command again goes on from here");
	if (bulk->results.failed == 0)
		return OUTCOME_YES;
	(void)session_fail("%zu lines failed: the same command again tries them once more, and does "
	                   "nothing twice",
	    bulk->results.failed);
	return OUTCOME_NO;
}

static enum outcome
close_records(struct bulk *bulk, bool is_whole)
{
	struct error err = { "" };
	bool had_one = bulk->records != NULL;

	if (records_file_close(&bulk->records, is_whole, &err) != STATUS_OK)
		return session_fail("%s", err.text);
	if (had_one && !is_whole)
		(void)session_fail("the records were not written: not all lines were done");
	return OUTCOME_YES;
}

static enum outcome
open_records(struct bulk *bulk)
{
	const struct arguments *arguments = bulk->session->arguments;
	struct error err = { "" };

	if (!arguments_has(arguments, OPTION_RECORDS) ||
	    records_file_open(arguments->values[OPTION_RECORDS], arguments->values[OPTION_FORMAT],
	        &bulk->records, &err) == STATUS_OK)
		return OUTCOME_YES;
	return session_fail("%s", err.text);
}

static enum outcome
do_all(struct bulk *bulk)
{
	struct error err = { "" };
	enum outcome outcome, written;
	enum status status;

	if (results_init(&bulk->results, &bulk->input, session_wants_json(bulk->session)) != STATUS_OK)
		return session_fail("out of memory");
	outcome = open_records(bulk);
	if (outcome == OUTCOME_YES) {
		status = work(bulk, &err);
		written = close_records(bulk, status == STATUS_OK);
		outcome = tell_end(bulk, status, &err);
		outcome = written == OUTCOME_YES ? outcome : written;
	}
	results_done(&bulk->results);
	return outcome;
}

enum outcome
bulk_run(struct session *session)
{
	struct bulk bulk = { .session = session, .path = session->operands[0] };
	enum outcome outcome = make_plan(session, &bulk.plan);

	input_init(&bulk.input);
	if (outcome == OUTCOME_YES)
		outcome = read_input(&bulk);
	if (outcome == OUTCOME_YES)
		outcome = do_all(&bulk);
	input_done(&bulk.input);
	return outcome;
}
