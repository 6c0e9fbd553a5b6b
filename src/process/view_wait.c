/* SPDX-License-Identifier: ISC */
#include "process/view_wait.h"

#include "ipc/channel.h"
#include "process/log.h"

void
view_wait_tell(int supervisor_fd, uint32_t epoch, enum frame_view view, bool is_waiting)
{
	static struct log_often full = { .kind = "event=supervisor-channel-full" };
	struct frame_view_wait frame = { .view = view, .is_waiting = is_waiting ? 1 : 0 };

	channel_head(&frame.head, FRAME_VIEW_WAIT, sizeof(frame), epoch, 0);
	if (channel_send(supervisor_fd, &frame.head) != STATUS_OK)
		log_write_often(&full, LOG_LEVEL_WARNING, "event=supervisor-channel-full frame=view-wait");
}
