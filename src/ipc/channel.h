/* SPDX-License-Identifier: ISC */
/*
 * One end of a SOCK_SEQPACKET pair. Frames are sent and received whole; the
 * dispatcher is a table {type, size, who may send it, handler}, and what does
 * not fit a row is dropped and counted.
 *
 * The supervisor holds both ends of every pair for ever, so no end ever sees
 * end-of-file when its peer dies, only when the supervisor does.
 */
#ifndef IPC_CHANNEL_H
#define IPC_CHANNEL_H

#include "base/error.h"
#include "ipc/messages.h"
#include "ipc/role.h"

/* A received frame, aligned for every message. */
union frame {
	struct frame_head head;
	uint8_t bytes[FRAME_MAX];
};

/* The frame is of the type and the size of its row; it lives until the handler returns. */
typedef void frame_handler(void *context, const union frame *frame);

struct frame_rule {
	enum frame_type type;
	uint16_t size;      /* of the whole frame, exactly */
	unsigned from;      /* ROLE_BIT()s of who may send it */
	frame_handler *handle;
};

/* Makes a close-on-exec pair; the caller closes both. */
MUST_CHECK enum status channel_pair(int ret_ends[2], struct error *err);

/*
 * Fills in a head. length is sizeof the message. Messages are cleared first by
 * their sender.
 */
void channel_head(struct frame_head *head, enum frame_type type, size_t length, uint32_t epoch,
    uint64_t id);

/*
 * Sends one frame. Never blocks: STATUS_UNAVAILABLE when the peer's queue is
 * full, STATUS_SYSTEM for anything else. Any thread.
 */
MUST_CHECK enum status channel_send(int fd, const struct frame_head *frame);

/* As channel_send, with a descriptor beside the frame; it stays the caller's. */
MUST_CHECK enum status channel_send_passing(
    int fd, const struct frame_head *frame, int descriptor);

/* As channel_send, for news that may be lost: a peer that does not read misses it. */
void channel_offer(int fd, const struct frame_head *frame);

/*
 * As channel_send, but waits for space up to timeout_ms: STATUS_TIMEOUT.
 * STATUS_UNAVAILABLE: there was space, and another thread took it; the caller,
 * who knows his deadline, tries again.
 */
MUST_CHECK enum status channel_send_within(int fd, const struct frame_head *frame, int timeout_ms);

/*
 * Receives one frame without blocking: STATUS_OK, STATUS_UNAVAILABLE when
 * there is none, STATUS_NOT_FOUND at end-of-file, STATUS_INVALID for a frame
 * that is empty, too short, too long or whose length field lies (it is consumed).
 * A descriptor beside it is never let in.
 */
MUST_CHECK enum status channel_receive(int fd, union frame *ret_frame);

/*
 * As channel_receive, and lets one descriptor in: *ret_descriptor, close-on-exec
 * and the caller's to close, or -1. STATUS_INVALID for more than one, too; with
 * any status but STATUS_OK none is left open.
 */
MUST_CHECK enum status channel_receive_passed(
    int fd, union frame *ret_frame, int *ret_descriptor);

/*
 * Hands a frame to the row of its type. STATUS_INVALID when no row has this
 * type, the size differs or the sender may not send it.
 */
MUST_CHECK enum status channel_dispatch(const struct frame_rule *rules, size_t count,
    enum role sender, const union frame *frame, void *context);

#endif
