/* SPDX-License-Identifier: ISC */
#include "process/role_line.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/passing.h"
#include "process/log.h"

static enum status
receive(const struct role_line *line, union frame *ret_frame)
{
	return line->passed_fd != NULL
	    ? channel_receive_passed(line->fd, ret_frame, line->passed_fd)
	    : channel_receive(line->fd, ret_frame);
}

static bool
is_for_another_life(const struct role_line *line, const struct frame_head *head)
{
	return head->type == FRAME_DRAIN && head->epoch != line->epoch;
}

enum status
role_line_hear(const struct role_line *line)
{
	static struct log_often dropped = { .kind = "frame=dropped peer=supervisor" };
	union frame frame;
	enum status status = receive(line, &frame);

	if (status == STATUS_OK && !is_for_another_life(line, &frame.head))
		status = channel_dispatch(
		    line->rules, line->rule_count, ROLE_SUPERVISOR, &frame, line->context);
	if (line->passed_fd != NULL)
		passing_drop(line->passed_fd);
	if (status == STATUS_INVALID) {
		log_write_often(&dropped, LOG_LEVEL_WARNING, "frame=dropped type=%u peer=supervisor",
		    frame.head.type);
		status = STATUS_OK;
	}
	return status == STATUS_SYSTEM ? STATUS_NOT_FOUND : status;
}

void
role_line_end(void)
{
	log_close();
	_exit(EXIT_SUCCESS);
}

void
role_line_on_drain(void *context, const union frame *frame)
{
	(void)context;
	(void)frame;
	role_line_end();
}

void
role_line_on_peer(void *context, const union frame *frame)
{
	(void)context;
	(void)frame;
}
