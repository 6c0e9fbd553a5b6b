/* SPDX-License-Identifier: ISC */
/*
 * Varlink's framing: messages ended by a NUL. Bytes go in as they come off a
 * socket, whole messages come out. One owner, one thread.
 */
#ifndef VARLINK_FRAMER_H
#define VARLINK_FRAMER_H

#include "base/buf.h"

struct framer {
	struct buf in;
	size_t start;   /* of the message being looked for */
	size_t scanned; /* no NUL between start and here */
	size_t max_bytes;
};

/* max_bytes: of one message, without its NUL. */
void framer_init(struct framer *framer, size_t max_bytes);
void framer_done(struct framer *framer);

/* Takes bytes; ends the life of what framer_next gave. STATUS_NO_MEMORY or STATUS_TOO_LARGE. */
MUST_CHECK enum status framer_push(struct framer *framer, struct slice bytes);

/*
 * The next whole message, until the next push. STATUS_NOT_FOUND when more
 * bytes are needed, STATUS_TOO_LARGE when it cannot become one any more.
 */
MUST_CHECK enum status framer_next(struct framer *framer, struct slice *ret_message);

/* Has a message begun that is not complete? */
bool framer_is_midway(const struct framer *framer);

#endif
