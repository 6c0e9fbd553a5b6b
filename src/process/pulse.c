/* SPDX-License-Identifier: ISC */
#include "process/pulse.h"

static void
send_pong(int supervisor_fd, uint32_t epoch, uint64_t id)
{
	struct frame_plain pong = { 0 };

	channel_head(&pong.head, FRAME_PONG, sizeof(pong), epoch, id);
	channel_offer(supervisor_fd, &pong.head);
}

void
pulse_beat(int supervisor_fd, uint32_t epoch)
{
	send_pong(supervisor_fd, epoch, 0);
}

void
pulse_answer(int supervisor_fd, const union frame *ping)
{
	/* the epoch is the ping's: one that was meant for an earlier life says nothing of this one */
	send_pong(supervisor_fd, ping->head.epoch, ping->head.id);
}
