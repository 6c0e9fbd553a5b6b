/* SPDX-License-Identifier: ISC */
#include "process/pulse.h"

void
pulse_answer(int supervisor_fd, const union frame *ping)
{
	struct frame_plain pong = { 0 };

	/* the epoch is the ping's: one that was meant for an earlier life says nothing of this one */
	channel_head(&pong.head, FRAME_PONG, sizeof(pong), ping->head.epoch, ping->head.id);
	channel_offer(supervisor_fd, &pong.head);
}
