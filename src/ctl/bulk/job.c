/* SPDX-License-Identifier: ISC */
#include "ctl/bulk/job.h"

#include <stdio.h>
#include <stdlib.h>

#include "keys/org.h"

const struct word job_until_words[] = {
	{ JOB_CREATE, "create" },
	{ JOB_CHECK, "check" },
	{ JOB_ACTIVATE, "activate" },
	{ 0, NULL },
};

const struct word job_done_words[] = {
	{ JOB_CREATED, "created" },
	{ JOB_THERE, "there" },
	{ JOB_WOULD_CREATE, "would-create" },
	{ JOB_VERIFIED, "verified" },
	{ JOB_ACTIVATED, "activated" },
	{ JOB_ACTIVE, "active" },
	{ JOB_WOULD_ACTIVATE, "would-activate" },
	{ 0, NULL },
};

enum status
job_new(const struct job_plan *plan, const struct input_line *line, struct job **ret_job)
{
	struct job *job = calloc(1, sizeof(*job));

	if (job == NULL)
		return STATUS_NO_MEMORY;
	job->plan = plan;
	job->line = line;
	*ret_job = job;
	return STATUS_OK;
}

void
job_free(struct job **job)
{
	if (*job == NULL)
		return;
	json_decref((*job)->records);
	json_decref((*job)->effects);
	json_decref((*job)->warnings);
	free(*job);
	*job = NULL;
}

void
job_fail(struct job *job, const char *sentence)
{
	(void)error_set(&job->failure, STATUS_INVALID, "%s", sentence);
	job->has_failed = true;
	job->step = JOB_STEP_COUNT;
}

static void
note(struct job *job, enum job_done done)
{
	job->done |= 1U << done;
}

/* ---- create ---- */

static json_t *
ask_create(const struct job *job)
{
	json_t *parameters = json_copy(job->line->parameters);

	(void)json_object_set_new(parameters, "unless_there", json_true());
	if (job->plan->is_dry_run)
		(void)json_object_set_new(parameters, "dry_run", json_true());
	return parameters;
}

static void
put_value(struct buf *out, const json_t *value)
{
	if (json_is_string(value))
		buf_put_text(out, json_string_value(value));
	else if (json_is_integer(value))
		buf_put_u64(out, (uint64_t)json_integer_value(value));
	else
		buf_put_text(out, json_is_true(value) ? "on" : "off");
}

/* Where the line asks for one thing and the key that is there is another. */
static void
fail_differing(struct job *job, const char *name, const json_t *is, const json_t *wanted)
{
	char storage[ERROR_TEXT_SIZE];
	struct buf text;

	buf_init_fixed(&text, storage, sizeof(storage));
	buf_put_format(&text, "is there with %s ", name);
	put_value(&text, is);
	buf_put_text(&text, ", not ");
	put_value(&text, wanted);
	buf_put_format(&text, ": change the line, or the key (signetctl key show %s)", job->id);
	job_fail(job, buf_text(&text));
}

static void
compare(struct job *job, const json_t *key)
{
	static const char *const members[] = { "algorithm", "key_size", "publication", "test_mode" };

	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		const json_t *wanted = json_object_get(job->line->parameters, members[i]);
		const json_t *is = json_object_get(key, members[i]);

		if (wanted != NULL && !json_equal(wanted, is)) {
			fail_differing(job, members[i], is, wanted);
			return;
		}
	}
}

static void
take_create(struct job *job, const json_t *parameters)
{
	const json_t *key = json_object_get(parameters, "key");
	const char *id = json_member_text(key, "id");
	bool was_there = json_member_flag(parameters, "was_there", false);

	if (id != NULL)
		(void)snprintf(job->id, sizeof(job->id), "%s", id);
	if (was_there) {
		note(job, JOB_THERE);
		compare(job, key);
		return;
	}
	note(job, job->plan->is_dry_run ? JOB_WOULD_CREATE : JOB_CREATED);
	if (job->plan->is_dry_run)
		job->step = JOB_STEP_COUNT; /* there is nothing to go on with */
}

/* ---- records ---- */

static json_t *
ask_for_id(const struct job *job)
{
	return json_pack("{s:s}", "id", job->id);
}

static void
take_records(struct job *job, const json_t *parameters)
{
	job->records = json_incref(json_object_get(parameters, "records"));
}

/* ---- check ---- */

/* Of the first slot that is not proved. */
static void
fail_unproved(struct job *job, const json_t *slot)
{
	const char *sentence = json_member_text(slot, "sentence");
	const char *advice = json_member_text(slot, "advice");
	struct error err;

	(void)error_set(&err, STATUS_REFUSED, "%.250s%s%.250s", sentence != NULL ? sentence : "not proved",
	    advice != NULL && advice[0] != '\0' ? ": " : "", advice != NULL ? advice : "");
	job_fail(job, err.text);
}

static void
take_check(struct job *job, const json_t *parameters)
{
	const json_t *slot = NULL;
	size_t index;

	if (json_member_flag(parameters, "is_proved", false)) {
		note(job, JOB_VERIFIED);
		return;
	}
	json_array_foreach(json_object_get(parameters, "slots"), index, slot) {
		const char *state = json_member_text(slot, "state");

		if (state == NULL || strcmp(state, "verified") != 0)
			break;
	}
	fail_unproved(job, slot);
}

/* ---- activate ---- */

static json_t *
ask_activate(const struct job *job)
{
	return json_pack("{s:s, s:b, s:b}", "id", job->id, "dry_run", job->plan->is_dry_run,
	    "without_dns_check", job->plan->without_dns_check);
}

static json_t *
effects_of(const json_t *parameters)
{
	json_t *effects = json_array();
	json_t *effect;
	size_t index;

	json_array_foreach(json_object_get(parameters, "effects"), index, effect) {
		const char *kind = json_member_text(effect, "effect");

		if (kind != NULL && strcmp(kind, "stays") != 0)
			(void)json_array_append(effects, effect);
	}
	return effects;
}

static void
take_activate(struct job *job, const json_t *parameters)
{
	bool was_active = json_member_flag(parameters, "was_active", false);

	if (was_active)
		note(job, JOB_ACTIVE);
	else
		note(job, job->plan->is_dry_run ? JOB_WOULD_ACTIVATE : JOB_ACTIVATED);
	job->effects = effects_of(parameters);
	job->warnings = json_incref(json_object_get(parameters, "warnings"));
}

/* ---- the steps ---- */

static const struct {
	const char *method;
	json_t *(*ask)(const struct job *job);
	void (*take)(struct job *job, const json_t *parameters);
} steps[JOB_STEP_COUNT] = {
	[JOB_CREATE] = { "CreateKey", ask_create, take_create },
	[JOB_RECORDS] = { "Records", ask_for_id, take_records },
	[JOB_CHECK] = { "CheckKey", ask_for_id, take_check },
	[JOB_ACTIVATE] = { "ActivateKey", ask_activate, take_activate },
};

const char *
job_method(const struct job *job)
{
	return steps[job->step].method;
}

json_t *
job_parameters(const struct job *job)
{
	return steps[job->step].ask(job);
}

void
job_take(struct job *job, const json_t *parameters)
{
	steps[job->step].take(job, parameters);
	if (job_is_through(job))
		return;
	do
		job->step++;
	while (!job_is_through(job) && !job->plan->steps[job->step]);
}

/* ---- what has come of it ---- */

static json_t *
done_json(const struct job *job)
{
	json_t *words = json_array();

	for (int done = JOB_CREATED; done < JOB_DONE_COUNT; done++) {
		if ((job->done & (1U << done)) != 0)
			(void)json_array_append_new(words, json_string(word_text(job_done_words, done)));
	}
	return words;
}

/* Shares what the job has; an empty list stands for none. */
static json_t *
list_json(json_t *list)
{
	return list != NULL ? json_incref(list) : json_array();
}

json_t *
job_json(const struct job *job)
{
	const json_t *given = job->line->parameters;
	const char *org = json_member_text(given, "org");

	return json_pack("{s:i, s:s, s:s, s:s?, s:o, s:s?, s:o, s:o}",
	    "line", (int)job->line->number,
	    "domain", json_member_text(given, "domain"),
	    "org", org != NULL ? org : ORG_DEFAULT,
	    "id", job->id[0] != '\0' ? job->id : NULL,
	    "done", done_json(job),
	    "error", job->has_failed ? job->failure.text : NULL,
	    "effects", list_json(job->effects),
	    "warnings", list_json(job->warnings));
}
