/* SPDX-License-Identifier: ISC */
#include "ctl/bulk/crew.h"

#include <errno.h>
#include <stdio.h>

#include "ctl/bulk/interrupt.h"
#include "ctl/session.h"
#include "process/clock.h"

/*
 * Lines at a time: a look at DNS may take seconds. Each is three questions of the keeper's to
 * signetd-dns, of which it can have 64 under way.
 */
#define CREW_SIZE 16

/* How often is asked in all when there is no answer, and how long between. */
#define LOST_TRIES 8
#define PAUSE_MIN_MS 500
#define PAUSE_MAX_MS 8000

/*
 * So many calls of a step at a time, and so often in all when the answer is
 * "try again". One thread of the vault makes the keys: a longer queue there would
 * only keep others waiting. Of an activation "try again" is mostly what a name server
 * did not tell, after all its time: twice is enough.
 */
static const struct {
	unsigned calls_max;
	unsigned tries;
} rules[JOB_STEP_COUNT] = {
	[JOB_CREATE] = { 4, 6 },
	[JOB_RECORDS] = { CREW_SIZE, 6 },
	[JOB_CHECK] = { CREW_SIZE, 6 },
	[JOB_ACTIVATE] = { CREW_SIZE, 2 },
};

/* A connection and the line that is on it. */
struct lane {
	struct client *client; /* NULL: none, or lost */
	struct job *job;       /* NULL: it has none */
	bool is_asked;
	int64_t at_ms;         /* asked: gives up then; else asks not before */
	unsigned lost;         /* calls of this step without an answer */
	unsigned refused;      /* … with "try again" */
};

struct crew {
	const struct crew_options *options;
	struct lane lanes[CREW_SIZE];
	unsigned calls[JOB_STEP_COUNT];
	size_t next;        /* line */
	bool has_answered;  /* the daemon, once at least */
	enum status status; /* not OK: begin no line */
	struct error err;
};

/* The first reason is the one that is told. */
static void
stop(struct crew *crew, enum status status, const char *sentence)
{
	if (crew->status != STATUS_OK)
		return;
	crew->status = error_set(&crew->err, status, "%s", sentence);
}

/* ---- lines ---- */

static void
hand_over(struct crew *crew, struct lane *lane)
{
	struct job *job = lane->job;

	lane->job = NULL;
	if (!crew->options->take(crew->options->context, job))
		stop(crew, STATUS_REFUSED, "");
}

static void
give_up_line(struct lane *lane)
{
	job_free(&lane->job);
}

static void
begin_line(struct crew *crew, struct lane *lane)
{
	const struct input *input = crew->options->input;

	if (lane->job != NULL || crew->status != STATUS_OK || crew->next == input->count)
		return;
	if (job_new(crew->options->plan, &input->lines[crew->next], &lane->job) != STATUS_OK) {
		stop(crew, STATUS_NO_MEMORY, "out of memory");
		return;
	}
	crew->next++;
	lane->at_ms = 0;
	lane->lost = 0;
	lane->refused = 0;
}

/* ---- asking ---- */

/* Longer from time to time. */
static void
pause_lane(struct lane *lane, unsigned tries, int64_t now_ms)
{
	int64_t pause_ms = PAUSE_MIN_MS;

	while (tries-- > 1 && pause_ms < PAUSE_MAX_MS)
		pause_ms *= 2;
	lane->at_ms = now_ms + pause_ms;
}

static void
end_call(struct crew *crew, struct lane *lane)
{
	if (lane->is_asked)
		crew->calls[lane->job->step]--;
	lane->is_asked = false;
}

/* No answer, and none will come on this connection. */
static void
lose(struct crew *crew, struct lane *lane, const struct error *err, int64_t now_ms)
{
	end_call(crew, lane);
	client_close(&lane->client);
	lane->lost++;
	pause_lane(lane, lane->lost, now_ms);
	if (lane->lost < LOST_TRIES && crew->status == STATUS_OK)
		return;
	job_fail(lane->job, err->text);
	hand_over(crew, lane);
}

/* A daemon that was never there is not waited for; one that is restarted, for a while. */
static void
miss(struct crew *crew, struct lane *lane, const struct error *err, int64_t now_ms)
{
	lane->lost++;
	pause_lane(lane, lane->lost, now_ms);
	if (crew->has_answered && lane->lost < LOST_TRIES && crew->status == STATUS_OK)
		return;
	stop(crew, STATUS_UNAVAILABLE, err->text);
	give_up_line(lane);
}

static void
ask(struct crew *crew, struct lane *lane, int64_t now_ms)
{
	char name[128];
	struct error err = { "" };

	if (lane->client == NULL &&
	    client_connect(crew->options->control, SESSION_TIMEOUT_MS, &lane->client, &err) != STATUS_OK) {
		miss(crew, lane, &err, now_ms);
		return;
	}
	(void)snprintf(name, sizeof(name), SESSION_INTERFACE "%s", job_method(lane->job));
	crew->calls[lane->job->step]++;
	lane->is_asked = true;
	lane->at_ms = now_ms + SESSION_TIMEOUT_MS;
	if (client_send(lane->client, name, job_parameters(lane->job), &err) != STATUS_OK)
		lose(crew, lane, &err, now_ms);
}

static bool
may_ask(const struct crew *crew, const struct lane *lane, int64_t now_ms)
{
	return lane->job != NULL && !lane->is_asked && now_ms >= lane->at_ms &&
	    crew->calls[lane->job->step] < rules[lane->job->step].calls_max;
}

/* ---- answers ---- */

static void
take_error(struct crew *crew, struct lane *lane, const json_t *answer, int64_t now_ms)
{
	struct slice error = slice_from_text(json_member_text(answer, "error"));
	const char *sentence = "";

	(void)session_read_error(answer, &sentence);
	if (slice_starts_with(error, SLICE_LITERAL("org.varlink.service."))) {
		/* no line would fare better */
		stop(crew, STATUS_INVALID, sentence);
		give_up_line(lane);
		return;
	}
	lane->refused++;
	pause_lane(lane, lane->refused, now_ms);
	if (slice_equal(error, SLICE_LITERAL(SESSION_INTERFACE "Unavailable")) &&
	    lane->refused < rules[lane->job->step].tries && crew->status == STATUS_OK)
		return;
	job_fail(lane->job, sentence);
	hand_over(crew, lane);
}

static void
take_answer(struct crew *crew, struct lane *lane, const json_t *answer, int64_t now_ms)
{
	crew->has_answered = true;
	lane->lost = 0;
	if (json_member_text(answer, "error") != NULL) {
		take_error(crew, lane, answer, now_ms);
		return;
	}
	lane->refused = 0;
	lane->at_ms = 0;
	job_take(lane->job, json_object_get(answer, "parameters"));
	if (job_is_through(lane->job))
		hand_over(crew, lane);
}

static void
receive(struct crew *crew, struct lane *lane, int64_t now_ms)
{
	struct error err = { "" };
	json_t *answer = NULL;

	if (client_receive(lane->client, &answer, &err) != STATUS_OK) {
		lose(crew, lane, &err, now_ms);
		return;
	}
	end_call(crew, lane);
	take_answer(crew, lane, answer, now_ms);
	json_decref(answer);
}

static void
expire(struct crew *crew, struct lane *lane, int64_t now_ms)
{
	struct error err = { "" };

	(void)error_set(&err, STATUS_TIMEOUT, "%s did not answer in time", crew->options->control);
	lose(crew, lane, &err, now_ms);
}

/* ---- the rounds ---- */

static void
look_for_signals(struct crew *crew)
{
	if (interrupt_came())
		stop(crew, STATUS_REFUSED, "");
}

/* At the end nobody waits for his turn or for another try. */
static void
drop_waiting(struct crew *crew)
{
	for (size_t i = 0; crew->status != STATUS_OK && i < CREW_SIZE; i++) {
		struct lane *lane = &crew->lanes[i];

		if (lane->job != NULL && !lane->is_asked &&
		    (lane->job->step == JOB_CREATE || lane->lost + lane->refused > 0))
			give_up_line(lane);
	}
}

static void
ask_all(struct crew *crew, int64_t now_ms)
{
	for (size_t i = 0; i < CREW_SIZE; i++) {
		begin_line(crew, &crew->lanes[i]);
		if (may_ask(crew, &crew->lanes[i], now_ms))
			ask(crew, &crew->lanes[i], now_ms);
	}
}

static bool
has_work(const struct crew *crew)
{
	for (size_t i = 0; i < CREW_SIZE; i++) {
		if (crew->lanes[i].job != NULL)
			return true;
	}
	return crew->status == STATUS_OK && crew->next < crew->options->input->count;
}

static nfds_t
fill_polls(const struct crew *crew, struct pollfd polls[CREW_SIZE])
{
	for (size_t i = 0; i < CREW_SIZE; i++) {
		const struct lane *lane = &crew->lanes[i];

		polls[i] = (struct pollfd){
			.fd = lane->is_asked ? client_fd(lane->client) : -1,
			.events = POLLIN,
		};
	}
	return CREW_SIZE;
}

static void
take_round(struct crew *crew, const struct pollfd polls[CREW_SIZE], int64_t now_ms)
{
	for (size_t i = 0; i < CREW_SIZE; i++) {
		struct lane *lane = &crew->lanes[i];

		if (lane->is_asked && polls[i].revents != 0)
			receive(crew, lane, now_ms);
		else if (lane->is_asked && now_ms >= lane->at_ms)
			expire(crew, lane, now_ms);
	}
}

static void
run_round(struct crew *crew)
{
	struct pollfd polls[CREW_SIZE];
	nfds_t count = fill_polls(crew, polls);

	if (interrupt_poll(polls, count, CREW_TICK_MS) >= 0)
		take_round(crew, polls, clock_monotonic_ms());
}

enum status
crew_run(const struct crew_options *options, struct error *err)
{
	struct crew crew = { .options = options };

	while (has_work(&crew)) {
		int64_t now_ms = clock_monotonic_ms();

		options->tick(options->context, now_ms);
		look_for_signals(&crew);
		drop_waiting(&crew);
		ask_all(&crew, now_ms);
		run_round(&crew);
	}
	for (size_t i = 0; i < CREW_SIZE; i++)
		client_close(&crew.lanes[i].client);
	*err = crew.err;
	return crew.status;
}
