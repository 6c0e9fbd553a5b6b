/* SPDX-License-Identifier: ISC */
/*
 * What a child says to the supervisor of settings it was offered, or told to
 * use (docs/reload.md).
 */
#ifndef PROCESS_SETTINGS_ANSWER_H
#define PROCESS_SETTINGS_ANSWER_H

#include "base/error.h"
#include "ipc/messages.h"

/*
 * Answers a FRAME_SETTINGS or FRAME_SETTINGS_SWAP over the supervisor's channel;
 * epoch is the child's. err is read with anything but STATUS_OK. An answer that
 * finds no room is lost: the supervisor waits for none for ever.
 */
void settings_answer(int supervisor_fd, uint32_t epoch, const struct frame_settings *asked,
    enum status status, const struct error *err);

#endif
