/* SPDX-License-Identifier: ISC */
#include "vault/generate.h"

#include <openssl/evp.h>
#include <openssl/rand.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>

#include "ipc/channel.h"
#include "process/log.h"
#include "vault/key.h"
#include "vault/memory.h"
#include "vault/seal.h"

struct generate {
	const struct master *master;
	int answer_fd;
	pthread_mutex_t lock;
	pthread_cond_t has_request;
	unsigned first;
	unsigned count;
	struct frame_generate queue[GENERATE_QUEUE_MAX];
};

static enum status
label_of(const struct key *key, const struct frame_generated *answer, struct seal_label *ret_label)
{
	unsigned len = 0;

	ret_label->algorithm = key_algorithm(key);
	if (EVP_Digest(answer->public_key, answer->public_key_len, ret_label->public_digest, &len,
	        EVP_sha256(), NULL) != 1)
		return STATUS_SYSTEM;
	return STATUS_OK;
}

static enum status
seal_key(const struct master *master, const struct key *key, struct frame_generated *answer)
{
	struct secret plain = { 0 };
	struct seal_label label;
	struct handle handle;
	size_t len = 0;
	enum status status = STATUS_SYSTEM;

	if (RAND_bytes(handle.bytes, sizeof(handle.bytes)) == 1)
		status = label_of(key, answer, &label);
	if (status == STATUS_OK)
		status = key_to_plain(key, &plain);
	if (status == STATUS_OK)
		status = seal_close(master, &handle, &label, &plain, answer->sealed, &len);
	secret_wipe(&plain);
	if (status != STATUS_OK)
		return status;
	memcpy(answer->handle, handle.bytes, sizeof(answer->handle));
	answer->sealed_len = (uint32_t)len;
	return STATUS_OK;
}

void
generate_answer(const struct master *master, const struct frame_generate *request,
    struct frame_generated *ret_answer)
{
	struct key *key = NULL;
	size_t public_len = 0;
	enum status status;

	*ret_answer = (struct frame_generated){ 0 };
	channel_head(&ret_answer->head, FRAME_GENERATED, sizeof(*ret_answer), request->head.epoch,
	    request->head.id);
	status = key_generate((enum algorithm)request->algorithm, request->key_bits, &key);
	if (status == STATUS_OK)
		status = key_public(key, ret_answer->public_key, &public_len);
	ret_answer->public_key_len = (uint32_t)public_len;
	if (status == STATUS_OK)
		status = seal_key(master, key, ret_answer);
	ret_answer->status = (uint32_t)status;
	key_release(&key);
}

static void
take_request(struct generate *generate, struct frame_generate *ret_request)
{
	(void)pthread_mutex_lock(&generate->lock);
	while (generate->count == 0)
		(void)pthread_cond_wait(&generate->has_request, &generate->lock);
	*ret_request = generate->queue[generate->first];
	generate->first = (generate->first + 1) % GENERATE_QUEUE_MAX;
	generate->count--;
	(void)pthread_mutex_unlock(&generate->lock);
}

static void
send_answer(const struct generate *generate, const struct frame_generated *answer)
{
	if (channel_send(generate->answer_fd, &answer->head) != STATUS_OK)
		log_write(LOG_LEVEL_WARNING, "generate answer=dropped: the keeper does not read");
}

static void *
thread_main(void *arg)
{
	static const struct sched_param lowest = { .sched_priority = 0 };
	struct generate *generate = arg;
	struct frame_generate request;
	struct frame_generated answer;

	(void)sched_setscheduler(0, SCHED_IDLE, &lowest);
	for (;;) {
		take_request(generate, &request);
		generate_answer(generate->master, &request, &answer);
		send_answer(generate, &answer);
	}
	return NULL;
}

enum status
generate_start(const struct master *master, int answer_fd, struct generate **ret_generate,
    struct error *err)
{
	struct generate *generate = calloc(1, sizeof(*generate));

	if (generate == NULL)
		return error_set(err, STATUS_NO_MEMORY, "no memory for key generation");
	generate->master = master;
	generate->answer_fd = answer_fd;
	(void)pthread_mutex_init(&generate->lock, NULL);
	(void)pthread_cond_init(&generate->has_request, NULL);
	if (memory_start_thread(thread_main, generate) != STATUS_OK) {
		free(generate);
		return error_set(err, STATUS_SYSTEM, "cannot start the thread that generates keys");
	}
	*ret_generate = generate;
	return STATUS_OK;
}

static bool
enqueue(struct generate *generate, const struct frame_generate *request)
{
	bool has_room;

	(void)pthread_mutex_lock(&generate->lock);
	has_room = generate->count < GENERATE_QUEUE_MAX;
	if (has_room) {
		generate->queue[(generate->first + generate->count) % GENERATE_QUEUE_MAX] = *request;
		generate->count++;
		(void)pthread_cond_signal(&generate->has_request);
	}
	(void)pthread_mutex_unlock(&generate->lock);
	return has_room;
}

void
generate_request(struct generate *generate, const struct frame_generate *request)
{
	struct frame_generated refusal = { .status = STATUS_UNAVAILABLE };

	if (enqueue(generate, request))
		return;
	channel_head(&refusal.head, FRAME_GENERATED, sizeof(refusal), request->head.epoch,
	    request->head.id);
	send_answer(generate, &refusal);
}
