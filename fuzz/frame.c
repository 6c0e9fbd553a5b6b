/* SPDX-License-Identifier: ISC */
/*
 * ipc/channel.h: the first octet is who sends, the others are frames, each
 * after two octets that say how long it is.
 */
#include "ipc/channel.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/wire.h"
#include "target.h"

#define FRAMES_MAX 16

/* What a handler was given; one frame at a time. */
struct heard {
	enum role sender;
	unsigned count;
};

static void on_sign(void *context, const union frame *frame);
static void on_plain(void *context, const union frame *frame);
static void on_look(void *context, const union frame *frame);

static const struct frame_rule rules[] = {
	{ FRAME_SIGN, sizeof(struct frame_sign), ROLE_BIT(ROLE_MILTER), on_sign },
	{ FRAME_DRAIN, sizeof(struct frame_plain), ROLE_BIT(ROLE_SUPERVISOR), on_plain },
	{ FRAME_LOOK, sizeof(struct frame_look), ROLE_BIT(ROLE_KEEPER) | ROLE_BIT(ROLE_DNS), on_look },
};

/* What a rule says is so when its handler is called. */
static void
hear(struct heard *heard, const union frame *frame, enum frame_type type, size_t size, unsigned from)
{
	TARGET_CHECK(frame->head.type == type);
	TARGET_CHECK(frame->head.length == size);
	TARGET_CHECK((ROLE_BIT(heard->sender) & from) != 0);
	heard->count++;
}

static void
on_sign(void *context, const union frame *frame)
{
	hear(context, frame, FRAME_SIGN, sizeof(struct frame_sign), ROLE_BIT(ROLE_MILTER));
}

static void
on_plain(void *context, const union frame *frame)
{
	hear(context, frame, FRAME_DRAIN, sizeof(struct frame_plain), ROLE_BIT(ROLE_SUPERVISOR));
}

static void
on_look(void *context, const union frame *frame)
{
	hear(context, frame, FRAME_LOOK, sizeof(struct frame_look),
	    ROLE_BIT(ROLE_KEEPER) | ROLE_BIT(ROLE_DNS));
}

static bool
is_whole(struct slice octets)
{
	struct frame_head head;

	if (octets.len < sizeof(head) || octets.len > FRAME_MAX)
		return false;
	memcpy(&head, octets.ptr, sizeof(head));
	return head.length == octets.len;
}

/* One datagram, out of which comes either the frame it is, or STATUS_INVALID. */
static void
try_frame(const int ends[2], struct slice octets, struct heard *heard)
{
	union frame *frame = malloc(sizeof(*frame));
	unsigned before = heard->count;
	enum status status;

	TARGET_CHECK(frame != NULL);
	TARGET_CHECK(send(ends[0], octets.ptr, octets.len, 0) == (ssize_t)octets.len);
	status = channel_receive(ends[1], frame);
	TARGET_CHECK((status == STATUS_OK) == is_whole(octets));
	if (status == STATUS_OK) {
		TARGET_CHECK(memcmp(frame, octets.ptr, octets.len) == 0);
		status = channel_dispatch(
		    rules, sizeof(rules) / sizeof(rules[0]), heard->sender, frame, heard);
		TARGET_CHECK(heard->count - before == (status == STATUS_OK ? 1 : 0));
	}
	TARGET_CHECK(status == STATUS_OK || status == STATUS_INVALID);
	TARGET_CHECK(channel_receive(ends[1], frame) == STATUS_UNAVAILABLE);
	free(frame);
}

static void
try_frames(const int ends[2], struct slice rest, struct heard *heard)
{
	for (unsigned i = 0; i < FRAMES_MAX && rest.len > 2; i++) {
		struct wire wire = wire_of(rest);
		size_t wanted = wire_get(&wire, 2) % (FRAME_MAX + 64);
		struct slice octets = slice_first(slice_after(rest, 2), wanted);
		char *copy = target_copy(octets);

		if (octets.len > 0)
			try_frame(ends, slice_of(copy, octets.len), heard);
		free(copy);
		rest = slice_after(rest, 2 + octets.len);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct heard heard = { .sender = size > 0 ? (enum role)(data[0] % ROLE_COUNT) : ROLE_MILTER };
	struct error err;
	int ends[2];

	TARGET_CHECK(channel_pair(ends, &err) == STATUS_OK);
	if (size > 0)
		try_frames(ends, slice_of(data + 1, size - 1), &heard);
	(void)close(ends[0]);
	(void)close(ends[1]);
	return 0;
}
