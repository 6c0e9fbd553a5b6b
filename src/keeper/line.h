/* SPDX-License-Identifier: ISC */
/*
 * A channel with requests under way: ask, go on, and be called when the answer
 * is there. Answers echo our epoch and the request's id; whatever else comes
 * goes to the frame rules of the owner, or is dropped and counted.
 *
 * A peer's death is not seen on the channel. When the supervisor announces the
 * peer's new life, every unanswered request is sent once more; a request that
 * a second life leaves unanswered too fails.
 *
 * No clock, no event loop: the keeper's one thread calls line_receive when the
 * channel is readable and line_expire when line_next_deadline has come.
 */
#ifndef KEEPER_LINE_H
#define KEEPER_LINE_H

#include "ipc/channel.h"

struct line;

#define LINE_REQUESTS_MAX 64
#define LINE_REQUEST_SIZE sizeof(struct frame_publish) /* of the largest request */

/*
 * Called exactly once for each accepted request: STATUS_OK with the answer, or
 * without one STATUS_TIMEOUT, STATUS_UNAVAILABLE (the peer's lives ended over
 * it, or the line is closed). May ask again.
 */
typedef void line_answer(void *context, enum status status, const union frame *answer);

struct line_options {
	int fd;                         /* stays the caller's */
	enum role peer;
	uint32_t epoch;                 /* ours */
	const struct frame_rule *rules; /* for frames that are no answers, or NULL */
	size_t rule_count;
	void *context;                  /* of the rules' handlers */
	int *passed_fd; /* where they find the descriptor beside a frame, or -1; closed after. NULL: none is let in */
};

/* Copies the options; rules and passed_fd must stay. STATUS_NO_MEMORY. */
MUST_CHECK enum status line_new(const struct line_options *options, struct line **ret_line);

/* Fails what is under way. */
void line_free(struct line **line);

/* What is asked, and which frame answers it. */
struct line_question {
	struct frame_head *frame; /* head filled in here, the rest by the caller */
	size_t size;
	enum frame_type type;
	enum frame_type answer_type;
	size_t answer_size;
	int64_t deadline_ms;      /* on the clock of line_expire */
};

/* STATUS_UNAVAILABLE when LINE_REQUESTS_MAX are under way; then answer is not called. */
MUST_CHECK enum status line_ask(struct line *line, const struct line_question *question,
    line_answer *answer, void *context);

/*
 * As line_ask, with a descriptor beside the frame: taken over with STATUS_OK,
 * and closed before answer is called; until then it may have to be sent again.
 */
MUST_CHECK enum status line_ask_passing(struct line *line, const struct line_question *question,
    int descriptor, line_answer *answer, void *context);

/* Takes all frames there are. STATUS_NOT_FOUND at end-of-file, STATUS_SYSTEM. */
MUST_CHECK enum status line_receive(struct line *line);

/* The peer lives anew: sends again what was sent and not answered, once; the second time it fails. */
void line_peer_restarted(struct line *line);

/* Fails what is overdue and sends what the channel had no room for. */
void line_expire(struct line *line, int64_t now_ms);

/* When line_expire is next worth calling; 0 when nothing is under way. */
int64_t line_next_deadline(const struct line *line, int64_t now_ms);

/* Frames that fitted nothing, so far. */
uint64_t line_dropped(const struct line *line);

#endif
