/* SPDX-License-Identifier: ISC */
/*
 * The end that a role has of the supervisor's channel, where it has a thread,
 * or a turn of its only one, for that: what it hears there, and what ends it.
 */
#ifndef PROCESS_ROLE_LINE_H
#define PROCESS_ROLE_LINE_H

#include <stddef.h>

#include "ipc/channel.h"

struct role_line {
	int fd;
	uint32_t epoch; /* of this life: an order to end that an earlier one left unread is dropped */
	const struct frame_rule *rules; /* static */
	size_t rule_count;
	void *context;  /* of the handlers */
	int *passed_fd; /* -1 between frames: the descriptor beside one, for its handler to take; NULL: none is let in */
};

/*
 * Hears one frame, without waiting. STATUS_OK: it was handled, or fits no rule
 * and was dropped, which is logged. STATUS_UNAVAILABLE: there is none.
 * STATUS_NOT_FOUND: the supervisor is gone, or the channel is of no use.
 */
MUST_CHECK enum status role_line_hear(const struct role_line *line);

/* Ends the process in peace, with all its log written. Any thread. */
_Noreturn void role_line_end(void);

/* FRAME_DRAIN, of who has nothing to finish: the process ends. */
void role_line_on_drain(void *context, const union frame *frame);

/* FRAME_PEER, of who need not know that another role is new. */
void role_line_on_peer(void *context, const union frame *frame);

#endif
