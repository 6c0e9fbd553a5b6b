/* SPDX-License-Identifier: ISC */
/*
 * The channels the vault answers on, read in turn: one frame of each that has
 * one before a second of any, so that a greedy milter delays nobody. The
 * kernel's socket buffers are the only queue.
 */
#ifndef VAULT_LINES_H
#define VAULT_LINES_H

#include <stdatomic.h>
#include <stdbool.h>

#include "base/error.h"
#include "ipc/channel.h"

/* The supervisor, the keeper and every milter. */
#define LINES_MAX (2 + FRAME_CHILDREN_MAX)

struct line {
	int fd;
	enum role peer;
	unsigned instance;
	bool takes_descriptors;  /* the keeper's: files to import */
	atomic_bool is_refusing; /* its last answer found no room */
	atomic_bool has_babbled; /* in this life of the peer: see lines_complain */
};

struct lines {
	int epoll_fd; /* every line is in it, for one event at a time */
	unsigned count;
	struct line lines[LINES_MAX];
};

/* Before the walls. lines_done closes none of the channels. */
MUST_CHECK enum status lines_init(struct lines *lines, struct error *err);
void lines_done(struct lines *lines);

/* Before the first lines_wait. STATUS_TOO_LARGE over LINES_MAX, STATUS_SYSTEM. */
MUST_CHECK enum status lines_add(struct lines *lines, int fd, enum role peer, unsigned instance);

/*
 * Waits for the next frame, whoever sends it. Any number of threads at once,
 * and only one wakes for a frame. STATUS_NOT_FOUND: the supervisor is gone; a
 * peer that spoils its own channel only loses that. *ret_descriptor: what the
 * keeper passed along, the caller's to close, or -1; nobody else can pass any.
 */
MUST_CHECK enum status lines_wait(struct lines *lines, union frame *ret_frame,
    struct line **ret_line, int *ret_descriptor);

/*
 * Sends an answer if there is room and never waits: a peer that does not read
 * loses it. Any thread.
 */
void lines_answer(struct line *line, const struct frame_head *answer);

/* Logs that a frame was dropped, once in a life of the peer: the log is not its to fill. Any thread. */
void lines_complain(struct line *line, const struct frame_head *dropped);

/* A peer has begun a new life. */
void lines_on_peer(struct lines *lines, const struct frame_peer *peer);

#endif
