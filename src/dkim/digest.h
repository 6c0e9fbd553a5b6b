/* SPDX-License-Identifier: ISC */
/*
 * SHA-256, piece by piece. A context is made once and used for message after
 * message; its status is sticky, so that only the end need be checked. Small
 * pieces are gathered first: a canonical form made of words costs no more than
 * one made of pages.
 *
 * One context belongs to one thread at a time; the algorithm behind them is
 * fetched once for the process and shared.
 */
#ifndef DKIM_DIGEST_H
#define DKIM_DIGEST_H

#include <stdint.h>

#include "base/slice.h"
#include "base/status.h"

#define DIGEST_SIZE 32

struct digest;

/* Makes OpenSSL load what it needs now, so that no file is opened later. Any thread, any number of times. */
MUST_CHECK enum status digest_prepare(void);

/* STATUS_NO_MEMORY, or STATUS_SYSTEM when OpenSSL has no SHA-256. */
MUST_CHECK enum status digest_new(struct digest **ret_digest);
void digest_free(struct digest **digest);

/* Starts anew, whatever came before. */
void digest_begin(struct digest *digest);

/* A piece, of any size. */
void digest_put(struct digest *digest, struct slice bytes);

/* Makes copy continue from where digest stands now. */
void digest_copy(struct digest *copy, const struct digest *digest);

/* Ends it; before the next put there must be a digest_begin or digest_copy. */
MUST_CHECK enum status digest_end(struct digest *digest, uint8_t ret_hash[DIGEST_SIZE]);

#endif
