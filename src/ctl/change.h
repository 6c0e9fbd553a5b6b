/* SPDX-License-Identifier: ISC */
/*
 * What a milter asks of the mail server at the end of a message: parsed from
 * its packet, applied to the message, remembered in order for the report.
 */
#ifndef CTL_CHANGE_H
#define CTL_CHANGE_H

#include "ctl/message.h"
#include "ctl/packet.h"

struct change {
	const char *word;   /* "insheader", "addrcpt" …: libmilter's, static */
	bool has_index;
	uint32_t index;     /* where it is inserted, or which of that name */
	struct slice name;  /* of a header field, or empty */
	struct slice value; /* of a field, an address, a reason, a piece of body */
	struct change *next;
};

/* In the order asked for. Lives in the message's arena. */
struct change_list {
	struct change *first;
	struct change *last;
	size_t count;
};

/*
 * Takes one answer: parses it, applies it to message, appends it to list.
 * STATUS_NOT_FOUND when the answer is no change, STATUS_INVALID when its data
 * is malformed. has_leading_space: values are verbatim (PACKET_LEADING_SPACE).
 */
MUST_CHECK enum status change_take(struct change_list *list, struct message *message,
    bool has_leading_space, int answer, struct slice data);

#endif
