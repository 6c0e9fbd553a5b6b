/* SPDX-License-Identifier: ISC */
#include "vault/lines.h"

#include <errno.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/passing.h"
#include "process/log.h"

enum status
lines_init(struct lines *lines, struct error *err)
{
	*lines = (struct lines){ .epoll_fd = epoll_create1(EPOLL_CLOEXEC) };
	if (lines->epoll_fd < 0)
		return error_set_errno(err, "cannot wait for channels");
	return STATUS_OK;
}

void
lines_done(struct lines *lines)
{
	(void)close(lines->epoll_fd);
	lines->epoll_fd = -1;
}

static enum status
set_event(const struct lines *lines, int operation, struct line *line)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLONESHOT, .data.ptr = line };

	return epoll_ctl(lines->epoll_fd, operation, line->fd, &event) == 0 ? STATUS_OK :
	                                                                      STATUS_SYSTEM;
}

enum status
lines_add(struct lines *lines, int fd, enum role peer, unsigned instance)
{
	struct line *line = &lines->lines[lines->count];

	if (lines->count == LINES_MAX)
		return STATUS_TOO_LARGE;
	line->fd = fd;
	line->peer = peer;
	line->instance = instance;
	line->takes_descriptors = peer == ROLE_KEEPER;
	lines->count++;
	return set_event(lines, EPOLL_CTL_ADD, line);
}

/* Only the supervisor's end is the house's. Another's line is not looked at any more. */
static enum status
lose_line(const struct line *line)
{
	if (line->peer == ROLE_SUPERVISOR)
		return STATUS_NOT_FOUND;
	log_write(LOG_LEVEL_ERROR, "channel=lost peer=%s instance=%u",
	    word_text(role_words, (int)line->peer), line->instance);
	return STATUS_UNAVAILABLE;
}

/*
 * One frame of the line whose turn it is. Only then is the line looked at
 * again, behind the others that have something: by any thread, while this one
 * works on the frame. STATUS_UNAVAILABLE: no frame after all.
 */
static enum status
take_frame(const struct lines *lines, struct line *line, union frame *ret_frame,
    int *ret_descriptor)
{
	int descriptor = -1;
	enum status status = line->takes_descriptors
	    ? channel_receive_passed(line->fd, ret_frame, &descriptor)
	    : channel_receive(line->fd, ret_frame);

	if (status == STATUS_NOT_FOUND || status == STATUS_SYSTEM)
		return lose_line(line);
	if (set_event(lines, EPOLL_CTL_MOD, line) != STATUS_OK) {
		passing_drop(&descriptor);
		return STATUS_SYSTEM;
	}
	if (status != STATUS_OK)
		return STATUS_UNAVAILABLE;
	*ret_descriptor = descriptor;
	return STATUS_OK;
}

enum status
lines_wait(struct lines *lines, union frame *ret_frame, struct line **ret_line,
    int *ret_descriptor)
{
	enum status status = STATUS_UNAVAILABLE;
	struct epoll_event event;

	while (status == STATUS_UNAVAILABLE) {
		int count = epoll_wait(lines->epoll_fd, &event, 1, -1);

		if (count < 0 && errno != EINTR)
			return STATUS_SYSTEM;
		if (count > 0)
			status = take_frame(lines, event.data.ptr, ret_frame, ret_descriptor);
	}
	if (status == STATUS_OK)
		*ret_line = event.data.ptr;
	return status;
}

void
lines_answer(struct line *line, const struct frame_head *answer)
{
	bool is_refusing = channel_send(line->fd, answer) != STATUS_OK;

	if (is_refusing && !atomic_exchange(&line->is_refusing, true))
		log_write(LOG_LEVEL_WARNING, "answer=dropped peer=%s instance=%u: it does not read",
		    word_text(role_words, (int)line->peer), line->instance);
	else if (!is_refusing)
		atomic_store_explicit(&line->is_refusing, false, memory_order_relaxed);
}

void
lines_complain(struct line *line, const struct frame_head *dropped)
{
	if (!atomic_exchange(&line->has_babbled, true))
		log_write(LOG_LEVEL_WARNING, "frame=dropped type=%u length=%u peer=%s instance=%u",
		    dropped->type, dropped->length, word_text(role_words, (int)line->peer),
		    line->instance);
}

void
lines_on_peer(struct lines *lines, const struct frame_peer *peer)
{
	for (unsigned i = 0; i < lines->count; i++) {
		struct line *line = &lines->lines[i];

		if ((uint32_t)line->peer == peer->role && line->instance == peer->instance)
			atomic_store(&line->has_babbled, false);
	}
}
