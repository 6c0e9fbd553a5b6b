/* SPDX-License-Identifier: ISC */
/*
 * journald's socket may be made anew: the one that all programs log over leads
 * nowhere then. The others are behind walls and may not connect, but the socket
 * is one and the same for all: connected again here, it is so for everybody.
 * Meanwhile their lines wait (process/log.h). Driven by the children's event loop.
 */
#ifndef SUPERVISOR_JOURNAL_WATCH_H
#define SUPERVISOR_JOURNAL_WATCH_H

#include <sys/stat.h>

#include "supervisor/children.h"

struct journal_watch {
	struct children *children;
	sd_event_source *timer;
	struct stat seen; /* all zero: there was none */
};

/* Nothing is watched where the log goes to stderr. watch lives as long as the event loop. */
void journal_watch_start(struct journal_watch *watch, struct children *children);

#endif
