/* SPDX-License-Identifier: ISC */
/*
 * The answer to the supervisor's question whether a role still does its work
 * (FRAME_PING, docs/frames.md). It is given where the work is done, or not at all.
 */
#ifndef PROCESS_PULSE_H
#define PROCESS_PULSE_H

#include "ipc/channel.h"

/*
 * Says unasked that what is being done takes long, and gets on. Whoever is not
 * ready yet and says nothing for long is taken for stuck. Any thread.
 */
void pulse_beat(int supervisor_fd, uint32_t epoch);

/* Answers ping on the supervisor's channel; without room there it is lost, as others will be. Any thread. */
void pulse_answer(int supervisor_fd, const union frame *ping);

#endif
