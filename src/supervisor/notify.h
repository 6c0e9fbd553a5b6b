/* SPDX-License-Identifier: ISC */
/*
 * What systemd is told of the daemon: whether it serves, how its children are,
 * and, by the watchdog, that its loop turns and that no role is given up.
 * Without systemd nobody listens, and nothing fails.
 */
#ifndef SUPERVISOR_NOTIFY_H
#define SUPERVISOR_NOTIFY_H

#include "supervisor/children.h"

/* The loop answers the watchdog from now on, at least twice in WATCHDOG_USEC, if systemd wants it to. */
void notify_start(const struct children *children);

void notify_ready(const struct children *children);

/* The stop may take as long as the configuration lets the milters drain. */
void notify_stopping(const struct children *children);

/*
 * A child has come or gone. Is one gone for good, with nothing that starts it
 * again, then the watchdog is left unanswered: systemd starts all anew.
 */
void notify_children(const struct children *children);

#endif
