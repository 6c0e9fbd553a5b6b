/* SPDX-License-Identifier: ISC */
/* What the children say: one table of frames. */
#ifndef SUPERVISOR_HEARING_H
#define SUPERVISOR_HEARING_H

#include <stdint.h>
#include <systemd/sd-event.h>

struct child;

/* More than a channel holds. */
#define HEARING_MAX 1024

/* An sd_event_io_handler_t: takes one frame of a struct child. */
int hearing_on_frame(sd_event_source *source, int fd, uint32_t events, void *context);

/* Takes all that it has said so far, or HEARING_MAX frames, when it says more meanwhile; how many. */
unsigned hearing_catch_up(struct child *child);

#endif
