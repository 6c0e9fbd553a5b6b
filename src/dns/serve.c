/* SPDX-License-Identifier: ISC */
#include "dns/serve.h"

#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dns/look.h"
#include "dns/policies.h"
#include "ipc/channel.h"
#include "process/clock.h"
#include "process/log.h"
#include "verdict/story.h"
#include "verdict/verdict.h"

#define ANSWER_MS 5000 /* the keeper reads, or is not there */

_Static_assert(FRAME_NAME_SIZE > DOMAIN_MAX, "a name fits into a frame");
_Static_assert(FRAME_DIGEST_SIZE == VERDICT_DIGEST_SIZE, "one size of a digest");
_Static_assert(FRAME_SENTENCE_SIZE == VERDICT_TEXT_SIZE, "one size of a sentence");
_Static_assert(FRAME_SENTENCE_SIZE == ERROR_TEXT_SIZE, "one size of a sentence");
_Static_assert(FRAME_NOTES_MAX == ALIGNMENT_NOTES_MAX, "one number of notes");
_Static_assert(FRAME_NOTE_SIZE == ALIGNMENT_NOTE_SIZE, "one size of a note");

/* One thread. */
struct worker {
	struct serve *serve;
	struct observation observation;
	struct turn turn; /* while the frame is an update */
};

static pthread_mutex_t reading = PTHREAD_MUTEX_INITIALIZER; /* who holds it waits for the next frame */

static struct sighting
begin(const struct worker *worker)
{
	return (struct sighting){
		.resolvers = &worker->serve->resolvers,
		.until_ms = clock_monotonic_ms() + SERVE_LOOK_MS,
	};
}

/* An answer nobody takes is asked for again. */
static void
answer(struct worker *worker, const struct frame_head *frame)
{
	if (channel_send_within(worker->serve->keeper_fd, frame, ANSWER_MS) != STATUS_OK)
		log_write(LOG_LEVEL_WARNING, "the keeper does not take answers");
}

/* Texts of a peer end where their field ends, whatever he wrote. */
static void
copy_name(const char from[FRAME_NAME_SIZE], char ret_name[DOMAIN_MAX + 1])
{
	(void)snprintf(ret_name, DOMAIN_MAX + 1, "%.*s", DOMAIN_MAX, from);
}

/* ---- looking ---- */

static void
read_expectation(const struct frame_look *request, struct expectation *ret_expected)
{
	struct expectation expected = {
		.algorithm = (enum algorithm)request->algorithm,
		.is_test_mode = request->is_test_mode != 0,
	};

	copy_name(request->name, expected.name);
	copy_name(request->domain, expected.domain);
	copy_name(request->target, expected.target);
	memcpy(expected.key_sha256, request->key_sha256, sizeof(expected.key_sha256));
	*ret_expected = expected;
}

static void
write_verdict(const struct verdict *verdict, struct frame_looked *frame)
{
	frame->code = (uint32_t)verdict->code;
	frame->has_key = verdict->has_key ? 1 : 0;
	frame->ttl_s = verdict->ttl_s;
	frame->is_secure = verdict->is_secure ? 1 : 0;
	memcpy(frame->key_sha256, verdict->key_sha256, sizeof(frame->key_sha256));
	memcpy(frame->sentence, verdict->sentence, sizeof(frame->sentence));
	memcpy(frame->advice, verdict->advice, sizeof(frame->advice));
}

static void
write_story(const struct observation *observation, struct frame_looked *frame)
{
	struct buf story;

	buf_init_fixed(&story, frame->story, sizeof(frame->story));
	story_tell(observation, &story);
	(void)buf_text(&story);
}

static void
on_look(void *context, const union frame *frame)
{
	struct worker *worker = context;
	struct sighting sighting = begin(worker);
	struct frame_looked reply = { 0 };
	struct expectation expected;
	struct verdict verdict;

	read_expectation((const struct frame_look *)frame, &expected);
	memset(&worker->observation, 0, sizeof(worker->observation));
	channel_head(&reply.head, FRAME_LOOKED, sizeof(reply), frame->head.epoch, frame->head.id);
	reply.status = (uint32_t)look_at(&sighting, &expected, &worker->observation);
	if (reply.status == STATUS_OK) {
		verdict_reach(&expected, &worker->observation, &verdict);
		write_verdict(&verdict, &reply);
		write_story(&worker->observation, &reply);
	}
	answer(worker, &reply.head);
}

/* ---- alignment ---- */

static void
on_align(void *context, const union frame *frame)
{
	const struct frame_align *request = (const struct frame_align *)frame;
	struct worker *worker = context;
	struct sighting sighting = begin(worker);
	struct frame_aligned reply = { 0 };
	struct alignment alignment = { 0 };
	char domain[DOMAIN_MAX + 1];
	char envelope[DOMAIN_MAX + 1];

	copy_name(request->domain, domain);
	copy_name(request->envelope, envelope);
	channel_head(&reply.head, FRAME_ALIGNED, sizeof(reply), frame->head.epoch, frame->head.id);
	reply.status = (uint32_t)policies_judge(
	    &sighting, domain, envelope, (enum domain_match)request->domain_match, &alignment);
	reply.note_count = alignment.note_count;
	for (unsigned i = 0; i < alignment.note_count; i++) {
		reply.notes[i].level = (uint32_t)alignment.notes[i].level;
		memcpy(reply.notes[i].text, alignment.notes[i].text, sizeof(reply.notes[i].text));
	}
	answer(worker, &reply.head);
}

/* ---- publishing ---- */

/* Whoever reads the frames says so, in their order. */
static void
enter_turn(struct worker *worker, const union frame *frame)
{
	char name[DOMAIN_MAX + 1];

	if (frame->head.type != FRAME_PUBLISH || frame->head.length != sizeof(struct frame_publish))
		return;
	copy_name(((const struct frame_publish *)frame)->name, name);
	turns_enter(&worker->serve->updates, name, &worker->turn);
}

static enum status
put(struct worker *worker, const struct frame_publish *request, struct error *err)
{
	const struct serve *serve = worker->serve;

	if (request->text_len > FRAME_TEXT_SIZE)
		return error_set(err, STATUS_INVALID, "the text is too long");
	if (!turns_await(&worker->serve->updates, &worker->turn))
		return error_set(err, STATUS_UNAVAILABLE, "a newer record of the same name is on its way");
	return publishing_put(&serve->provider, &serve->resolvers, worker->turn.name,
	    slice_of(request->text, request->text_len), request->ttl_s,
	    clock_monotonic_ms() + SERVE_LOOK_MS, err);
}

static void
on_publish(void *context, const union frame *frame)
{
	struct worker *worker = context;
	struct frame_published reply = { .status = STATUS_INVALID };
	struct error err = { "" };

	channel_head(&reply.head, FRAME_PUBLISHED, sizeof(reply), frame->head.epoch, frame->head.id);
	reply.status = (uint32_t)put(worker, (const struct frame_publish *)frame, &err);
	turns_leave(&worker->serve->updates, &worker->turn);
	memcpy(reply.sentence, err.text, sizeof(reply.sentence));
	answer(worker, &reply.head);
}

/* ---- threads ---- */

static const struct frame_rule rules[] = {
	{ FRAME_LOOK, sizeof(struct frame_look), ROLE_BIT(ROLE_KEEPER), on_look },
	{ FRAME_ALIGN, sizeof(struct frame_align), ROLE_BIT(ROLE_KEEPER), on_align },
	{ FRAME_PUBLISH, sizeof(struct frame_publish), ROLE_BIT(ROLE_KEEPER), on_publish },
};

static enum status
take_frame(struct worker *worker, union frame *ret_frame)
{
	struct pollfd readable = { .fd = worker->serve->keeper_fd, .events = POLLIN };
	enum status status;

	(void)pthread_mutex_lock(&reading);
	status = channel_receive(readable.fd, ret_frame);
	if (status == STATUS_UNAVAILABLE && poll(&readable, 1, -1) > 0)
		status = channel_receive(readable.fd, ret_frame);
	if (status == STATUS_OK)
		enter_turn(worker, ret_frame);
	(void)pthread_mutex_unlock(&reading);
	return status;
}

static enum status
work_off(struct worker *worker, const union frame *frame)
{
	enum status status;

	work_begin(&worker->serve->work);
	status = channel_dispatch(
	    rules, sizeof(rules) / sizeof(rules[0]), ROLE_KEEPER, frame, worker);
	work_end(&worker->serve->work);
	return status;
}

static void *
thread_main(void *arg)
{
	struct worker *worker = arg;
	union frame frame;

	for (;;) {
		enum status status = take_frame(worker, &frame);

		if (status == STATUS_OK)
			status = work_off(worker, &frame);
		if (status == STATUS_INVALID)
			log_write(LOG_LEVEL_WARNING, "frame=dropped type=%u peer=keeper", frame.head.type);
		else if (status == STATUS_NOT_FOUND || status == STATUS_SYSTEM)
			return NULL; /* the supervisor is gone: main ends us */
	}
}

static enum status
start_worker(struct serve *serve, struct error *err)
{
	struct worker *worker = calloc(1, sizeof(*worker));
	pthread_t thread;

	if (worker == NULL)
		return error_set(err, STATUS_NO_MEMORY, "out of memory");
	worker->serve = serve;
	if (pthread_create(&thread, NULL, thread_main, worker) != 0) {
		free(worker);
		return error_set(err, STATUS_SYSTEM, "cannot start a thread");
	}
	(void)pthread_detach(thread);
	return STATUS_OK;
}

enum status
serve_start(struct serve *serve, struct error *err)
{
	enum status status = STATUS_OK;

	for (unsigned i = 0; i < SERVE_THREADS && status == STATUS_OK; i++)
		status = start_worker(serve, err);
	return status;
}
