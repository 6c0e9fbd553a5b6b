/* SPDX-License-Identifier: ISC */
/*
 * signetctl import-opendkim: read → plan → what becomes of each line → the
 * keys, one after the other → the senders that differ → what goes to
 * signetd.conf. What is there already stays as it is, so it can be run again.
 */
#include <stdio.h>

#include "ctl/command.h"
#include "ctl/opendkim/fates.h"
#include "ctl/opendkim/remarks.h"
#include "ctl/opendkim/snippet.h"
#include "ctl/opendkim/tables.h"
#include "ctl/opendkim/tell.h"

/* Of all files together, and what is made of them. */
#define MEMORY_MAX (1U << 30)

struct move {
	struct session *session;
	struct source source;
	struct conf conf;
	struct tables tables;
	struct plan plan;
	struct report report;
	struct buf snippet;
	json_t *keys;      /* of --json */
	bool has_failed;   /* a key does not sign */
};

static enum status
read_all(struct move *move, const char *path, struct error *err)
{
	bool has_key_table;
	enum status status = conf_read(&move->source, path, &move->conf, err);

	if (status == STATUS_OK)
		status = tables_read(&move->source, &move->conf, &move->tables, err);
	if (status != STATUS_OK)
		return status;
	status = plan_make(&move->source, &move->tables, &move->plan);
	if (status != STATUS_OK)
		return error_set(err, status, "%s: out of memory", path);
	has_key_table = conf_find(&move->conf, "KeyTable") != NULL;
	fates_report(&move->conf, &move->report);
	remarks_report(&move->tables, has_key_table, &move->report);
	snippet_put(&move->source, &move->conf, &move->plan, &move->report, &move->snippet);
	if (move->report.is_incomplete || buf_status(&move->snippet) != STATUS_OK)
		return error_set(err, STATUS_NO_MEMORY, "%s: out of memory", path);
	return STATUS_OK;
}

static void
carry_one(struct move *move, const struct plan_key *key)
{
	struct carried carried;

	if (arguments_has(move->session->arguments, OPTION_DRY_RUN))
		carry_plan(key, &carried);
	else
		carry_key(move->session, key, &carried);
	if (carried.state == CARRY_INACTIVE || carried.state == CARRY_FAILED)
		move->has_failed = true;
	if (session_wants_json(move->session))
		(void)json_array_append_new(move->keys, tell_key_json(key, &carried));
	else
		tell_key(key, &carried);
	(void)fflush(stdout);
	carried_done(&carried);
}

static void
carry_all(struct move *move)
{
	for (size_t i = 0; i < move->plan.key_count; i++)
		carry_one(move, &move->plan.keys[i]);
}

static bool
has_difference(const struct plan *plan)
{
	for (size_t i = 0; i < plan->sender_count; i++) {
		if (!plan_is_same(plan, &plan->senders[i]))
			return true;
	}
	return false;
}

static enum outcome
run_json(struct move *move)
{
	struct slice snippet = buf_slice(&move->snippet);

	carry_all(move);
	return session_print_json(json_pack("{s:o, s:O, s:o, s:s%, s:b}", "lines",
	    tell_report_json(&move->report), "keys", move->keys, "differences",
	    tell_senders_json(&move->plan), "configuration", snippet.ptr, snippet.len, "dry_run",
	    (int)arguments_has(move->session->arguments, OPTION_DRY_RUN)));
}

static enum outcome
run_text(struct move *move)
{
	tell_report(&move->report);
	(void)printf("\nKeys:\n");
	carry_all(move);
	tell_senders(&move->plan);
	tell_snippet(buf_slice(&move->snippet));
	if (arguments_has(move->session->arguments, OPTION_DRY_RUN))
		(void)printf("\nNothing was changed.\n");
	return OUTCOME_YES;
}

enum outcome
import_opendkim(struct session *session)
{
	struct arena arena;
	struct move move = {
		.session = session,
		.source = { &arena, source_read_file, NULL },
		.keys = json_array(),
	};
	enum outcome outcome;
	struct error err;

	arena_init(&arena, MEMORY_MAX);
	buf_init(&move.snippet, SOURCE_MAX);
	move.report.source = &move.source;
	if (read_all(&move, session->operands[0], &err) != STATUS_OK)
		outcome = session_fail("%s", err.text);
	else
		outcome = session_wants_json(session) ? run_json(&move) : run_text(&move);
	if (outcome == OUTCOME_YES && (move.has_failed || has_difference(&move.plan)))
		outcome = OUTCOME_NO;
	json_decref(move.keys);
	buf_done(&move.snippet);
	arena_done(&arena);
	return outcome;
}
