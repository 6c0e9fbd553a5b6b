/* SPDX-License-Identifier: ISC */
#include "vault/lines.h"

#include "process/log.h"

void
lines_init(struct lines *lines)
{
	*lines = (struct lines){ 0 };
	(void)pthread_mutex_init(&lines->lock, NULL);
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
	lines->polls[lines->count] = (struct pollfd){ .fd = fd, .events = POLLIN };
	lines->count++;
	return STATUS_OK;
}

/* The next line that poll found readable, from where the last turn ended; NULL when none is left. */
static struct line *
take_readable(struct lines *lines)
{
	for (unsigned step = 0; step < lines->count; step++) {
		unsigned at = (lines->next + step) % lines->count;

		if (lines->polls[at].revents != 0) {
			lines->polls[at].revents = 0;
			lines->next = at + 1;
			return &lines->lines[at];
		}
	}
	return NULL;
}

/* Under the lock. */
static enum status
next_frame(struct lines *lines, union frame *ret_frame, struct line **ret_line)
{
	for (;;) {
		struct line *line = take_readable(lines);
		enum status status;

		if (line == NULL) {
			(void)poll(lines->polls, lines->count, -1);
			continue;
		}
		status = channel_receive(line->fd, ret_frame);
		if (status == STATUS_OK) {
			*ret_line = line;
			return STATUS_OK;
		}
		/* the supervisor holds every other end: this is its own death */
		if (status == STATUS_NOT_FOUND)
			return status;
	}
}

enum status
lines_wait(struct lines *lines, union frame *ret_frame, struct line **ret_line)
{
	enum status status;

	(void)pthread_mutex_lock(&lines->lock);
	status = next_frame(lines, ret_frame, ret_line);
	(void)pthread_mutex_unlock(&lines->lock);
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
