/* SPDX-License-Identifier: ISC */
/*
 * SIGINT and SIGTERM as a wish to end: the first is noted, the second kills as
 * ever. They come while interrupt_poll waits, and only then. The whole process's.
 */
#ifndef CTL_BULK_INTERRUPT_H
#define CTL_BULK_INTERRUPT_H

#include <poll.h>
#include <stdbool.h>

/* From now on the signals are noted; has one come? */
void interrupt_watch(void);
bool interrupt_came(void);

/* poll(2), which also ends when a signal comes. */
int interrupt_poll(struct pollfd *fds, nfds_t count, int timeout_ms);

#endif
