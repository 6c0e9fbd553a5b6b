/* SPDX-License-Identifier: ISC */
/*
 * Whoever opens a view, or writes it, may have to wait for a lock in a file
 * that every reader of that view can write. Alone it cannot help itself: it
 * tells the supervisor before and after, which does (supervisor/views.h).
 */
#ifndef PROCESS_VIEW_WAIT_H
#define PROCESS_VIEW_WAIT_H

#include <stdbool.h>
#include <stdint.h>

#include "ipc/messages.h"

/* Sends FRAME_VIEW_WAIT; epoch is that of this life. Any thread. */
void view_wait_tell(int supervisor_fd, uint32_t epoch, enum frame_view view, bool is_waiting);

#endif
