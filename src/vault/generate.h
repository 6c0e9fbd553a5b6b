/* SPDX-License-Identifier: ISC */
/*
 * Key generation: one thread of idle priority and a short queue, so that a
 * thousand new keys never delay a signature.
 */
#ifndef VAULT_GENERATE_H
#define VAULT_GENERATE_H

#include "ipc/messages.h"
#include "vault/master.h"

struct generate;

/* Requests that may wait; more are answered with STATUS_UNAVAILABLE. */
#define GENERATE_QUEUE_MAX 64

/* Starts the thread. master must live as long as the process. Answers go to answer_fd. */
MUST_CHECK enum status generate_start(const struct master *master, int answer_fd,
    struct generate **ret_generate, struct error *err);

/* Queues a request, or answers it at once when the queue is full. Any thread. */
void generate_request(struct generate *generate, const struct frame_generate *request);

/* One key: generated, sealed under a new handle. What the thread does; apart for the tests. */
void generate_answer(const struct master *master, const struct frame_generate *request,
    struct frame_generated *ret_answer);

#endif
