/* SPDX-License-Identifier: ISC */
#include "ctl/bulk/results.h"

#include <stdio.h>
#include <stdlib.h>

#include "ctl/print.h"

#define LINE_MAX_BYTES (1U << 20)

enum status
results_init(struct results *results, const struct input *input, bool is_json)
{
	*results = (struct results){ .input = input, .is_json = is_json };
	results->jobs = calloc(input->count > 0 ? input->count : 1, sizeof(struct job *));
	results->warnings = json_object();
	if (results->jobs != NULL && results->warnings != NULL)
		return STATUS_OK;
	results_done(results);
	return STATUS_NO_MEMORY;
}

void
results_done(struct results *results)
{
	for (size_t i = 0; results->jobs != NULL && i < results->input->count; i++)
		job_free(&results->jobs[i]);
	free(results->jobs);
	json_decref(results->warnings);
	*results = (struct results){ .jobs = NULL };
}

/* ---- sums ---- */

static void
count_warnings(struct results *results, const struct job *job)
{
	const json_t *warning;
	size_t index;

	json_array_foreach(job->warnings, index, warning) {
		const char *text = json_string_value(warning);
		json_int_t so_far = json_member_number(results->warnings, text, 0);

		(void)json_object_set_new(results->warnings, text, json_integer(so_far + 1));
	}
}

static void
count(struct results *results, const struct job *job)
{
	results->taken++;
	results->failed += job->has_failed ? 1 : 0;
	for (int done = JOB_CREATED; done < JOB_DONE_COUNT; done++)
		results->counts[done] += (job->done >> done) & 1;
	count_warnings(results, job);
}

void
results_tell_sums(const struct results *results)
{
	const char *separator = ":";
	const char *text;
	json_t *lines;

	(void)fprintf(stderr, "%zu of %zu lines", results->taken, results->input->count);
	for (int done = JOB_CREATED; done < JOB_DONE_COUNT; done++) {
		if (results->counts[done] == 0)
			continue;
		(void)fprintf(stderr, "%s %zu %s", separator, results->counts[done],
		    word_text(job_done_words, done));
		separator = ",";
	}
	if (results->failed > 0)
		(void)fprintf(stderr, "%s %zu failed", separator, results->failed);
	(void)fputc('\n', stderr);
	json_object_foreach(results->warnings, text, lines)
		(void)fprintf(stderr, "warning, of %jd: %s\n", (intmax_t)json_integer_value(lines), text);
}

/* ---- in order ---- */

static void
give_out(struct results *results, results_visitor *visit, void *context)
{
	struct job **job = &results->jobs[results->next++];

	visit(context, *job);
	job_free(job);
}

void
results_add(
    struct results *results, struct job *job, results_visitor *visit, void *context)
{
	count(results, job);
	results->jobs[job->line - results->input->lines] = job;
	while (results->next < results->input->count && results->jobs[results->next] != NULL)
		give_out(results, visit, context);
}

void
results_flush(struct results *results, results_visitor *visit, void *context)
{
	while (results->next < results->input->count) {
		if (results->jobs[results->next] != NULL)
			give_out(results, visit, context);
		else
			results->next++;
	}
}

/* ---- printing ---- */

static void
put_done(struct buf *out, const json_t *done)
{
	const json_t *word;
	size_t index;

	json_array_foreach(done, index, word)
		buf_put_format(out, "%s%s", index > 0 ? ", " : "", json_string_value(word));
}

/* "; dk_… becomes SubdomainsOnly" */
static void
put_effects(struct buf *out, const json_t *effects)
{
	const json_t *effect;
	size_t index;

	json_array_foreach(effects, index, effect) {
		const char *kind = json_member_text(effect, "effect");
		bool is_narrowed = strcmp(kind, "narrowed") == 0;

		buf_put_format(out, "; %s %s", json_member_text(effect, "id"),
		    is_narrowed ? "becomes " : "is deactivated");
		if (is_narrowed)
			buf_put_text(out, json_member_text(effect, "new_domain_match"));
	}
}

static void
put_error(struct buf *out, const json_t *result)
{
	if (json_is_null(json_object_get(result, "error")))
		return;
	if (json_array_size(json_object_get(result, "done")) > 0)
		buf_put_text(out, "; ");
	buf_put_text(out, "failed: ");
	print_plain(json_object_get(result, "error"), out);
}

static void
put_text(struct buf *out, const json_t *result)
{
	const char *id = json_member_text(result, "id");

	buf_put_format(out, "%jd  %s  %s  ", (intmax_t)json_member_number(result, "line", 0),
	    json_member_text(result, "domain"), id != NULL ? id : "-");
	put_done(out, json_object_get(result, "done"));
	put_effects(out, json_object_get(result, "effects"));
	put_error(out, result);
}

void
results_print(const struct results *results, const struct job *job)
{
	json_t *result = job_json(job);
	struct buf line;

	buf_init(&line, LINE_MAX_BYTES);
	if (results->is_json)
		json_write(result, false, &line);
	else
		put_text(&line, result);
	buf_put_char(&line, '\n');
	(void)fputs(buf_text(&line), stdout);
	buf_done(&line);
	json_decref(result);
}
