/* SPDX-License-Identifier: ISC */
/*
 * Children that fill their channel without pause. They delay nobody's heartbeat
 * (heartbeat.h), but would have the supervisor do nothing else than to read:
 * whose channel is full at several heartbeats in a row is read so slowly from
 * then on that what is read costs nothing; that is logged, once in a life. What
 * it has to say itself then comes late, or is lost: a PONG, and so its life.
 */
#ifndef SUPERVISOR_FLOOD_H
#define SUPERVISOR_FLOOD_H

#include "supervisor/child.h"

/* Frames; a child that does its work has a few. */
#define FLOOD_FRAMES 64
#define FLOOD_BEATS 4

/* So many were waiting at this heartbeat. */
void flood_measure(struct child *child, unsigned waiting);

/* A new life. */
void flood_forget(struct child *child);

#endif
