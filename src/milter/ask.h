/* SPDX-License-Identifier: ISC */
/*
 * Asking the vault for signatures, over the one channel this process has to
 * it. Many threads ask at once; there is no thread that only reads: of those
 * that wait, one reads for all, and hands this on when it has its answers
 * (docs/frames.md has the life of one request).
 */
#ifndef MILTER_ASK_H
#define MILTER_ASK_H

#include "base/error.h"
#include "keys/record.h"
#include "ipc/messages.h"

struct ask;

/* Signatures asked for together: those of one message. */
#define ASK_CALLS_MAX 8

struct ask_call {
	/* asked */
	enum algorithm algorithm;
	struct handle handle;
	uint8_t digest[FRAME_DIGEST_SIZE];
	/* answered */
	size_t signature_len;
	uint8_t signature[FRAME_SIGNATURE_MAX];
};

/* epoch: this process's. The channel stays the caller's. */
MUST_CHECK enum status ask_new(int vault_fd, uint32_t epoch, struct ask **ret_ask, struct error *err);

/*
 * Has every call signed, within timeout_ms for all of them. Any thread.
 * STATUS_TIMEOUT: the vault did not answer. STATUS_NOT_FOUND, STATUS_INVALID,
 * STATUS_DAMAGED …: what the vault says of the first call it refused.
 */
MUST_CHECK enum status ask_sign(
    struct ask *ask, struct ask_call *calls, size_t count, int timeout_ms);

/*
 * The vault has begun a new life: what is unanswered is sent once more. Never
 * blocks; any thread.
 */
void ask_repeat(struct ask *ask);

#endif
