/* SPDX-License-Identifier: ISC */
#include "vault/workshop.h"

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>

#include "base/passing.h"
#include "ipc/channel.h"
#include "process/log.h"
#include "vault/generate.h"
#include "vault/import.h"
#include "vault/memory.h"

/* What is asked for; fd is of an import alone, else -1. */
struct job {
	union {
		struct frame_head head;
		struct frame_generate generate;
		struct frame_reseal reseal;
	} request;
	int fd;
};

struct workshop {
	const struct masters *masters;
	int answer_fd;
	pthread_mutex_t lock;
	pthread_cond_t has_job;
	unsigned first;
	unsigned count;
	struct job queue[WORKSHOP_QUEUE_MAX];
};

static void
send_answer(const struct workshop *workshop, const struct frame_head *answer)
{
	static struct log_often dropped = { .kind = "workshop answer=dropped" };

	if (channel_send(workshop->answer_fd, answer) != STATUS_OK)
		log_write_often(&dropped, LOG_LEVEL_WARNING, "workshop answer=dropped: the keeper does not read");
}

/* ---- the thread ---- */

static void
take_job(struct workshop *workshop, struct job *ret_job)
{
	(void)pthread_mutex_lock(&workshop->lock);
	while (workshop->count == 0)
		(void)pthread_cond_wait(&workshop->has_job, &workshop->lock);
	*ret_job = workshop->queue[workshop->first];
	workshop->first = (workshop->first + 1) % WORKSHOP_QUEUE_MAX;
	workshop->count--;
	(void)pthread_mutex_unlock(&workshop->lock);
}

static void
do_generate(const struct workshop *workshop, const struct frame_generate *request)
{
	struct frame_generated answer;

	generate_answer(workshop->masters->current, request, &answer);
	send_answer(workshop, &answer.head);
}

static void
do_import(const struct workshop *workshop, struct job *job)
{
	struct frame_imported answer;

	import_answer(workshop->masters->current, &job->request.head, job->fd, &answer);
	passing_drop(&job->fd);
	send_answer(workshop, &answer.head);
}

static void
do_reseal(const struct workshop *workshop, const struct frame_reseal *request)
{
	struct frame_resealed answer;

	masters_reseal(workshop->masters, request, &answer);
	send_answer(workshop, &answer.head);
}

static void *
thread_main(void *arg)
{
	static const struct sched_param lowest = { .sched_priority = 0 };
	struct workshop *workshop = arg;
	struct job job;

	(void)sched_setscheduler(0, SCHED_IDLE, &lowest);
	for (;;) {
		take_job(workshop, &job);
		if (job.request.head.type == FRAME_IMPORT)
			do_import(workshop, &job);
		else if (job.request.head.type == FRAME_RESEAL)
			do_reseal(workshop, &job.request.reseal);
		else
			do_generate(workshop, &job.request.generate);
	}
	return NULL;
}

size_t
workshop_bytes(void)
{
	return sizeof(struct workshop) + memory_thread_bytes();
}

enum status
workshop_start(const struct masters *masters, int answer_fd, struct workshop **ret_workshop,
    struct error *err)
{
	struct workshop *workshop = calloc(1, sizeof(*workshop));

	if (workshop == NULL)
		return error_set(err, STATUS_NO_MEMORY, "no memory for new keys");
	workshop->masters = masters;
	workshop->answer_fd = answer_fd;
	(void)pthread_mutex_init(&workshop->lock, NULL);
	(void)pthread_cond_init(&workshop->has_job, NULL);
	if (memory_start_thread(thread_main, workshop) != STATUS_OK) {
		free(workshop);
		return error_set(err, STATUS_SYSTEM, "cannot start the thread that makes keys");
	}
	*ret_workshop = workshop;
	return STATUS_OK;
}

/* ---- asking it ---- */

static bool
enqueue(struct workshop *workshop, const struct job *job)
{
	bool has_room;

	(void)pthread_mutex_lock(&workshop->lock);
	has_room = workshop->count < WORKSHOP_QUEUE_MAX;
	if (has_room) {
		workshop->queue[(workshop->first + workshop->count) % WORKSHOP_QUEUE_MAX] = *job;
		workshop->count++;
		(void)pthread_cond_signal(&workshop->has_job);
	}
	(void)pthread_mutex_unlock(&workshop->lock);
	return has_room;
}

void
workshop_generate(struct workshop *workshop, const struct frame_generate *request)
{
	struct job job = { .request.generate = *request, .fd = -1 };
	struct frame_generated refusal = { .status = STATUS_UNAVAILABLE };

	if (enqueue(workshop, &job))
		return;
	channel_head(&refusal.head, FRAME_GENERATED, sizeof(refusal), request->head.epoch,
	    request->head.id);
	send_answer(workshop, &refusal.head);
}

void
workshop_reseal(struct workshop *workshop, const struct frame_reseal *request)
{
	struct job job = { .request.reseal = *request, .fd = -1 };
	struct frame_resealed refusal = { .status = STATUS_UNAVAILABLE };

	if (enqueue(workshop, &job))
		return;
	channel_head(&refusal.head, FRAME_RESEALED, sizeof(refusal), request->head.epoch,
	    request->head.id);
	send_answer(workshop, &refusal.head);
}

void
workshop_import(struct workshop *workshop, const struct frame_head *request, int fd)
{
	struct job job = { .request.head = *request, .fd = fd };
	struct frame_imported refusal = { .status = STATUS_UNAVAILABLE };

	if (enqueue(workshop, &job))
		return;
	passing_drop(&job.fd);
	channel_head(
	    &refusal.head, FRAME_IMPORTED, sizeof(refusal), request->epoch, request->id);
	send_answer(workshop, &refusal.head);
}
