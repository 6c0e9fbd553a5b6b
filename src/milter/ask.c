/* SPDX-License-Identifier: ISC */
#include "milter/ask.h"

#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/queue.h>
#include <time.h>

#include "ipc/channel.h"
#include "process/clock.h"

/* One request: on its asker's stack, in the list while it is unanswered. */
struct request {
	struct frame_sign frame;
	struct ask_call *call;
	bool is_repeated; /* sent a second time already */
	bool is_answered;
	enum status status;
};

/* A thread in ask_sign. */
struct waiter {
	struct request requests[ASK_CALLS_MAX];
	size_t count;
	size_t missing;
	bool is_waiting;        /* for changed: not while it sends, nor while it reads */
	pthread_cond_t changed; /* its answers are complete, or it shall read */
	TAILQ_ENTRY(waiter) others;
};

struct ask {
	int fd;
	uint32_t epoch;
	pthread_mutex_t lock;
	bool has_reader;
	bool is_closed; /* the other end is gone: nobody will answer */
	uint64_t last_id;
	TAILQ_HEAD(waiter_list, waiter) waiters;
};

enum status
ask_new(int vault_fd, uint32_t epoch, struct ask **ret_ask, struct error *err)
{
	struct ask *ask = calloc(1, sizeof(*ask));

	if (ask == NULL)
		return error_set(err, STATUS_NO_MEMORY, "no memory for the vault's channel");
	ask->fd = vault_fd;
	ask->epoch = epoch;
	(void)pthread_mutex_init(&ask->lock, NULL);
	TAILQ_INIT(&ask->waiters);
	*ret_ask = ask;
	return STATUS_OK;
}

/* ---- answers: under the lock ---- */

static struct request *
find_request(struct ask *ask, uint64_t id, struct waiter **ret_waiter)
{
	struct waiter *waiter;

	TAILQ_FOREACH(waiter, &ask->waiters, others) {
		for (size_t i = 0; i < waiter->count; i++) {
			if (waiter->requests[i].frame.head.id == id) {
				*ret_waiter = waiter;
				return &waiter->requests[i];
			}
		}
	}
	return NULL;
}

static void
keep_answer(struct request *request, const struct frame_signed *answer)
{
	request->is_answered = true;
	request->status = (enum status)answer->status;
	if (answer->status != STATUS_OK)
		return;
	if (answer->signature_len > sizeof(request->call->signature)) {
		request->status = STATUS_INVALID;
		return;
	}
	request->call->signature_len = answer->signature_len;
	memcpy(request->call->signature, answer->signature, answer->signature_len);
}

/* What nobody waits for (late, repeated, of another life) is dropped. */
static void
on_signed(void *context, const union frame *frame)
{
	struct ask *ask = context;
	struct waiter *waiter;
	struct request *request;

	if (frame->head.epoch != ask->epoch)
		return;
	request = find_request(ask, frame->head.id, &waiter);
	if (request == NULL || request->is_answered)
		return;
	keep_answer(request, (const struct frame_signed *)frame);
	if (--waiter->missing == 0)
		(void)pthread_cond_signal(&waiter->changed);
}

static const struct frame_rule rules[] = {
	{ FRAME_SIGNED, sizeof(struct frame_signed), ROLE_BIT(ROLE_VAULT), on_signed },
};

static void
deliver(struct ask *ask, const union frame *frame)
{
	enum status status = channel_dispatch(
	    rules, sizeof(rules) / sizeof(rules[0]), ROLE_VAULT, frame, ask);

	(void)status; /* what the vault cannot have meant is dropped */
}

/* ---- waiting: under the lock, which is given up while it waits ---- */

static int
ms_left(int64_t deadline_ms)
{
	int64_t left = deadline_ms - clock_monotonic_ms();

	return left > 0 ? (int)left : 0;
}

/* Reads one frame for everybody. */
static void
read_for_all(struct ask *ask, int64_t deadline_ms)
{
	struct pollfd readable = { .fd = ask->fd, .events = POLLIN };
	union frame frame;
	enum status status = STATUS_UNAVAILABLE;

	ask->has_reader = true;
	(void)pthread_mutex_unlock(&ask->lock);
	if (poll(&readable, 1, ms_left(deadline_ms)) > 0)
		status = channel_receive(ask->fd, &frame);
	(void)pthread_mutex_lock(&ask->lock);
	ask->has_reader = false;
	if (status == STATUS_OK)
		deliver(ask, &frame);
	ask->is_closed = ask->is_closed || status == STATUS_NOT_FOUND || status == STATUS_SYSTEM;
}

static void
wait_for_reader(struct ask *ask, struct waiter *self, int64_t deadline_ms)
{
	struct timespec until = {
		.tv_sec = (time_t)(deadline_ms / 1000),
		.tv_nsec = (long)(deadline_ms % 1000) * 1000000,
	};

	self->is_waiting = true;
	(void)pthread_cond_clockwait(&self->changed, &ask->lock, CLOCK_MONOTONIC, &until);
	self->is_waiting = false;
}

/* Who stops waiting hands the reading on, to one who hears of it. Who still sends looks for himself. */
static void
wake_next_reader(struct ask *ask)
{
	struct waiter *waiter;

	TAILQ_FOREACH(waiter, &ask->waiters, others) {
		if (waiter->is_waiting && waiter->missing > 0) {
			(void)pthread_cond_signal(&waiter->changed);
			return;
		}
	}
}

static void
wait_for_answers(struct ask *ask, struct waiter *self, int64_t deadline_ms)
{
	while (self->missing > 0 && !ask->is_closed && ms_left(deadline_ms) > 0) {
		if (ask->has_reader)
			wait_for_reader(ask, self, deadline_ms);
		else
			read_for_all(ask, deadline_ms);
	}
}

/* ---- asking ---- */

static void
prepare(struct ask *ask, struct waiter *self, struct ask_call *calls, size_t count)
{
	self->count = count;
	self->missing = count;
	self->is_waiting = false;
	(void)pthread_cond_init(&self->changed, NULL);
	for (size_t i = 0; i < count; i++) {
		struct request *request = &self->requests[i];

		*request = (struct request){ .call = &calls[i], .status = STATUS_TIMEOUT };
		request->frame.algorithm = (uint32_t)calls[i].algorithm;
		memcpy(request->frame.handle, calls[i].handle.bytes, FRAME_HANDLE_SIZE);
		memcpy(request->frame.digest, calls[i].digest, FRAME_DIGEST_SIZE);
		channel_head(&request->frame.head, FRAME_SIGN, sizeof(request->frame), ask->epoch,
		    ++ask->last_id);
	}
}

/* Others may take the space that was waited for, so it is waited for again. */
static enum status
send_one(const struct ask *ask, const struct request *request, int64_t deadline_ms)
{
	enum status status;

	do {
		status = channel_send_within(ask->fd, &request->frame.head, ms_left(deadline_ms));
	} while (status == STATUS_UNAVAILABLE);
	return status;
}

/* Outside the lock: it may have to wait for space. */
static enum status
send_all(const struct ask *ask, const struct waiter *self, int64_t deadline_ms)
{
	enum status status = STATUS_OK;

	for (size_t i = 0; i < self->count && status == STATUS_OK; i++)
		status = send_one(ask, &self->requests[i], deadline_ms);
	return status;
}

static enum status
first_failure(const struct waiter *self)
{
	for (size_t i = 0; i < self->count; i++) {
		if (self->requests[i].status != STATUS_OK)
			return self->requests[i].status;
	}
	return STATUS_OK;
}

enum status
ask_sign(struct ask *ask, struct ask_call *calls, size_t count, int timeout_ms)
{
	int64_t deadline_ms = clock_monotonic_ms() + timeout_ms;
	enum status status;
	struct waiter self;

	if (count > ASK_CALLS_MAX)
		return STATUS_TOO_LARGE;
	(void)pthread_mutex_lock(&ask->lock);
	prepare(ask, &self, calls, count);
	TAILQ_INSERT_TAIL(&ask->waiters, &self, others);
	(void)pthread_mutex_unlock(&ask->lock);

	status = send_all(ask, &self, deadline_ms);

	(void)pthread_mutex_lock(&ask->lock);
	if (status == STATUS_OK)
		wait_for_answers(ask, &self, deadline_ms);
	TAILQ_REMOVE(&ask->waiters, &self, others);
	if (!ask->has_reader)
		wake_next_reader(ask);
	(void)pthread_mutex_unlock(&ask->lock);
	(void)pthread_cond_destroy(&self.changed);
	return status == STATUS_OK ? first_failure(&self) : status;
}

void
ask_repeat(struct ask *ask)
{
	struct waiter *waiter;

	(void)pthread_mutex_lock(&ask->lock);
	TAILQ_FOREACH(waiter, &ask->waiters, others) {
		for (size_t i = 0; i < waiter->count; i++) {
			struct request *request = &waiter->requests[i];

			if (request->is_answered || request->is_repeated)
				continue;
			request->is_repeated = true;
			channel_offer(ask->fd, &request->frame.head);
		}
	}
	(void)pthread_mutex_unlock(&ask->lock);
}
