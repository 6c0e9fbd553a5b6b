/* SPDX-License-Identifier: ISC */
/*
 * A bounded queue of log lines between the threads that serve mail and the
 * one that writes. A full queue drops the new line and counts it: nobody who
 * serves mail ever waits for a log. Any thread.
 */
#ifndef PROCESS_LOG_RING_H
#define PROCESS_LOG_RING_H

#include <stdint.h>

#include "base/slice.h"
#include "base/status.h"

#define LOG_LINE_MAX 5120 /* octets; longer lines are cut */

struct log_ring;

/* Room for so many lines. */
MUST_CHECK enum status log_ring_new(size_t lines, struct log_ring **ret_ring);

/* The memory that such a ring takes. */
size_t log_ring_bytes(size_t lines);

enum log_ring_put {
	LOG_RING_TOOK,
	LOG_RING_DROPPED, /* it is full; counted for the next log_ring_take */
	LOG_RING_CLOSED,  /* nobody would write it */
};

/* Adds a line (cut at LOG_LINE_MAX). Never waits for the writer. */
MUST_CHECK enum log_ring_put log_ring_put(struct log_ring *ring, int level, struct slice line);

/*
 * Waits for a line, at most timeout_ms (-1: for ever); false when the ring was
 * closed and is empty. True says nothing of a line being there.
 */
bool log_ring_wait(struct log_ring *ring, int timeout_ms);

/*
 * Copies the oldest line out, with how many were dropped since the last call.
 * False when there is none now.
 */
bool log_ring_take(struct log_ring *ring, int *ret_level, char ret_line[LOG_LINE_MAX],
    size_t *ret_len, uint64_t *ret_dropped);

/* No line comes any more; take returns what is left. */
void log_ring_close(struct log_ring *ring);

void log_ring_free(struct log_ring **ring);

#endif
