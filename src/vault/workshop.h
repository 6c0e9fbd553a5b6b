/* SPDX-License-Identifier: ISC */
/*
 * Where keys come into the house, generated or imported, or get a new seal:
 * one thread of idle priority and a short queue, so that a thousand of them
 * never delay a signature.
 */
#ifndef VAULT_WORKSHOP_H
#define VAULT_WORKSHOP_H

#include <stddef.h>

#include "ipc/messages.h"
#include "vault/masters.h"

struct workshop;

/* Requests that may wait; more are answered with STATUS_UNAVAILABLE. */
#define WORKSHOP_QUEUE_MAX 64

/* Starts the thread. masters must live as long as the process. Answers go to answer_fd. */
MUST_CHECK enum status workshop_start(const struct masters *masters, int answer_fd,
    struct workshop **ret_workshop, struct error *err);

/* The memory it takes, its thread included. */
size_t workshop_bytes(void);

/* Queue a request, or answer it at once when the queue is full. Any thread. */
void workshop_generate(struct workshop *workshop, const struct frame_generate *request);
void workshop_reseal(struct workshop *workshop, const struct frame_reseal *request);

/* Takes over fd, the file to import; -1: none came along. */
void workshop_import(struct workshop *workshop, const struct frame_head *request, int fd);

#endif
