/* SPDX-License-Identifier: ISC */
/*
 * The end of the daemon: the milters are drained first, since what they have
 * begun still needs the vault, then the rest is.
 */
#ifndef SUPERVISOR_STOPPING_H
#define SUPERVISOR_STOPPING_H

#include "supervisor/children.h"

/* Drains the milters, then stops the rest; events.stopped follows. Twice is once. */
void stopping_begin(struct children *children, int exit_status);

/* No stop takes longer, from its beginning. */
uint64_t stopping_bound_ms(const struct children *children);

/* A child has ended meanwhile. */
void stopping_continue(struct children *children);

#endif
