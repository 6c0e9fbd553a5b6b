/* SPDX-License-Identifier: ISC */
/* signetctl vault rekey: waits until all keys are sealed anew, and says what comes next. */
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "ctl/command.h"

#define PAUSE_MS 200

static enum outcome
ask(struct session *session, bool look_again, json_t **ret_answer)
{
	return session_call(
	    session, "RekeyVault", json_pack("{s:b}", "look_again", look_again), ret_answer);
}

static intmax_t
number_of(const json_t *answer, const char *name)
{
	return (intmax_t)json_member_number(answer, name, 0);
}

static bool
is_under_way(const json_t *answer)
{
	return json_member_flag(answer, "is_under_way", false);
}

/* All that is left cannot be opened: waiting does not help. */
static bool
is_stuck(const json_t *answer)
{
	intmax_t left = number_of(answer, "left");

	return is_under_way(answer) && left > 0 && left == number_of(answer, "unopened");
}

/* One line that is written over, where there is somebody to see it. */
static void
show_progress(const json_t *answer, bool is_last)
{
	intmax_t keys = number_of(answer, "keys");

	if (isatty(STDERR_FILENO) == 0)
		return;
	(void)fprintf(stderr, "\r%jd of %jd keys are sealed anew%s", keys - number_of(answer, "left"),
	    keys, is_last ? "\n" : "");
}

static enum outcome
await_end(struct session *session, json_t **answer)
{
	const struct timespec pause = { .tv_nsec = PAUSE_MS * 1000000L };
	enum outcome outcome = OUTCOME_YES;

	while (outcome == OUTCOME_YES && is_under_way(*answer) && !is_stuck(*answer)) {
		show_progress(*answer, false);
		(void)nanosleep(&pause, NULL);
		json_decref(*answer);
		*answer = NULL;
		outcome = ask(session, false, answer);
	}
	if (outcome == OUTCOME_YES)
		show_progress(*answer, true);
	return outcome;
}

/* ---- what it means ---- */

static void
tell_stuck(const json_t *answer)
{
	(void)printf("%jd keys can be opened by neither master key: they do not sign, and the log says which\n"
	             "they are. Remove them (signetctl key delete --now) or have them replaced, then come back here.\n"
	             "Keep the previous master key until then.\n",
	    number_of(answer, "left"));
}

static void
tell_done(const json_t *answer)
{
	(void)printf("All %jd keys are sealed with master_key; previous_master_key is not needed any more.\n"
	             "Remove it from the configuration, restart signetd, and make a new backup. Backups made\n"
	             "before still need the previous master key: keep it as long as them, and apart from them.\n",
	    number_of(answer, "keys"));
}

static void
tell_how(void)
{
	(void)printf("No other master key is configured. To put a new one in the place of the present one:\n"
	             "\n"
	             "  make it                 (umask 277; head -c 32 /dev/urandom > NEW)\n"
	             "  keep a copy of it       apart from the backups of the store\n"
	             "  in signetd.conf         master_key = \"NEW\"; previous_master_key = \"THE PRESENT ONE\";\n"
	             "  restart signetd         systemctl restart signetd\n"
	             "  wait for the end        signetctl vault rekey\n"
	             "\n"
	             "Mail is signed all the time. docs/master-key.md has more.\n");
}

static enum outcome
tell(const json_t *answer)
{
	if (is_stuck(answer)) {
		tell_stuck(answer);
		return OUTCOME_NO;
	}
	if (!json_member_flag(answer, "has_previous", false)) {
		tell_how();
		return OUTCOME_NO;
	}
	tell_done(answer);
	return OUTCOME_YES;
}

static enum outcome
judge(const json_t *answer)
{
	bool is_done = !is_under_way(answer) && json_member_flag(answer, "has_previous", false);

	return is_done ? OUTCOME_YES : OUTCOME_NO;
}

enum outcome
vault_rekey(struct session *session)
{
	json_t *answer = NULL;
	enum outcome outcome = ask(session, true, &answer);
	enum outcome printed;

	if (outcome == OUTCOME_YES)
		outcome = await_end(session, &answer);
	if (outcome != OUTCOME_YES)
		return outcome;
	if (!session_wants_json(session)) {
		outcome = tell(answer);
		json_decref(answer);
		return outcome;
	}
	outcome = judge(answer);
	printed = session_print_json(answer);
	return printed == OUTCOME_YES ? outcome : printed;
}
