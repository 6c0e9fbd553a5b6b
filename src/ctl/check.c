/* SPDX-License-Identifier: ISC */
/* signetctl key check: what DNS shows of each slot, what is wrong, what to do. */
#include <stdio.h>
#include <unistd.h>

#include "base/scan.h"
#include "ctl/command.h"
#include "ctl/print.h"
#include "keys/record.h"
#include "process/clock.h"

/* Between two looks of --wait, seconds: as soon as anything new can be seen, within these. */
#define LOOK_AGAIN_MIN 2
#define LOOK_AGAIN_MAX 60
#define TIMEOUT_MAX 31536000 /* a year */

static void
tell_line(const char *before, const json_t *text)
{
	char storage[4096];
	struct buf line;

	if (json_string_length(text) == 0)
		return;
	buf_init_fixed(&line, storage, sizeof(storage));
	print_plain(text, &line);
	(void)printf("%s%s\n", before, buf_text(&line));
}

/* Information, never a reason (docs/dns.md); of what was not seen there is nothing to vouch for. */
static void
tell_dnssec(const json_t *slot)
{
	const char *state = json_member_text(slot, "state");

	if (json_member_flag(slot, "dnssec", false))
		(void)printf("     DNSSEC: secure, says the resolver\n");
	else if (state != NULL && strcmp(state, "unchecked") != 0)
		(void)printf("     DNSSEC: insecure (not signed, or the resolver does not check)\n");
}

static void
tell_slot(const json_t *slot)
{
	const json_t *line;
	size_t index;

	(void)printf("%s %s: %s (%s)\n", json_member_text(slot, "slot"),
	    json_member_text(slot, "name"), json_member_text(slot, "state"),
	    json_member_text(slot, "code"));
	tell_line("  ", json_object_get(slot, "sentence"));
	tell_line("  -> ", json_object_get(slot, "advice"));
	json_array_foreach(json_object_get(slot, "seen"), index, line)
		tell_line("     ", line);
	tell_dnssec(slot);
}

static void
tell(const json_t *answer)
{
	const json_t *item;
	size_t index;

	json_array_foreach(json_object_get(answer, "slots"), index, item)
		tell_slot(item);
	json_array_foreach(json_object_get(answer, "notes"), index, item)
		tell_line(json_member_flag(item, "is_warning", false) ? "warning: " : "note: ",
		    json_object_get(item, "text"));
}

/* ---- waiting ---- */

static bool
has_state(const json_t *slot, const char *wanted)
{
	const char *state = json_member_text(slot, "state");

	return state != NULL && strcmp(state, wanted) == 0;
}

/* When the first thing that is wrong may look different. */
static unsigned
seconds_to_wait(const json_t *answer)
{
	json_int_t seconds = LOOK_AGAIN_MAX;
	const json_t *slot;
	size_t index;

	json_array_foreach(json_object_get(answer, "slots"), index, slot) {
		json_int_t ttl = json_integer_value(json_object_get(slot, "ttl"));

		if (!has_state(slot, "verified") && ttl < seconds)
			seconds = ttl;
	}
	return (unsigned)(seconds > LOOK_AGAIN_MIN ? seconds : LOOK_AGAIN_MIN);
}

/* On stderr, so that what goes to a pipe is the last look alone. */
static void
tell_progress(const json_t *answer, unsigned seconds)
{
	const json_t *slot;
	size_t index;

	json_array_foreach(json_object_get(answer, "slots"), index, slot)
		(void)fprintf(stderr, "%s: %s (%s); ", json_member_text(slot, "slot"),
		    json_member_text(slot, "state"), json_member_text(slot, "code"));
	(void)fprintf(stderr, "looking again in %u s\n", seconds);
}

/* Until when, on clock_monotonic_ms; without --wait it is over. */
static enum outcome
read_limit(const struct session *session, int64_t *ret_until_ms)
{
	const char *text = session->arguments->values[OPTION_TIMEOUT];
	bool waits = arguments_has(session->arguments, OPTION_WAIT);
	uint64_t seconds;

	if (text == NULL) {
		*ret_until_ms = waits ? INT64_MAX : 0;
		return OUTCOME_YES;
	}
	if (!waits)
		return session_fail("--timeout is for --wait");
	if (scan_u64(slice_from_text(text), TIMEOUT_MAX, &seconds) != STATUS_OK)
		return session_fail("--timeout \"%s\" is no number of seconds up to %d", text, TIMEOUT_MAX);
	*ret_until_ms = clock_monotonic_ms() + (int64_t)seconds * 1000;
	return OUTCOME_YES;
}

/* No longer than there is time left, rounded up: the last look comes when it is over. */
static unsigned
seconds_within(unsigned seconds, int64_t left_ms)
{
	int64_t left_s = left_ms / 1000 + 1;

	return left_s < (int64_t)seconds ? (unsigned)left_s : seconds;
}

/* Once, or until all is proved; what passes is waited for as well. */
static enum outcome
look(struct session *session, const char *id, int64_t until_ms, json_t **ret_answer)
{
	for (;;) {
		int64_t left_ms = until_ms - clock_monotonic_ms();
		unsigned seconds = LOOK_AGAIN_MIN;
		enum outcome outcome;

		session->is_patient = left_ms > 0;
		*ret_answer = NULL;
		outcome = session_call(session, "CheckKey", json_pack("{s:s}", "id", id), ret_answer);
		if (!session->is_patient || (outcome != OUTCOME_YES && !session->may_pass) ||
		    json_member_flag(*ret_answer, "is_proved", false))
			return outcome;
		if (outcome == OUTCOME_YES)
			seconds = seconds_to_wait(*ret_answer);
		seconds = seconds_within(seconds, left_ms);
		tell_progress(*ret_answer, seconds);
		json_decref(*ret_answer);
		(void)sleep(seconds);
	}
}

/* What nobody could look at is no verdict on it. */
static enum outcome
outcome_of(const json_t *answer)
{
	const json_t *slot;
	size_t index;

	if (json_member_flag(answer, "is_proved", false))
		return OUTCOME_YES;
	json_array_foreach(json_object_get(answer, "slots"), index, slot) {
		if (has_state(slot, "failed"))
			return OUTCOME_NO;
	}
	return OUTCOME_COULD_NOT;
}

enum outcome
key_check(struct session *session)
{
	char id[ID_TEXT_SIZE + 1];
	int64_t until_ms = 0;
	json_t *answer;
	enum outcome found;
	enum outcome outcome = read_limit(session, &until_ms);

	if (outcome == OUTCOME_YES)
		outcome = session_find_key(session, id, sizeof(id));
	if (outcome == OUTCOME_YES)
		outcome = look(session, id, until_ms, &answer);
	if (outcome != OUTCOME_YES)
		return outcome;
	found = outcome_of(answer);
	if (session_wants_json(session))
		outcome = session_print_json(json_incref(answer));
	else
		tell(answer);
	json_decref(answer);
	return outcome == OUTCOME_YES ? found : outcome;
}
