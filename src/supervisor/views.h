/* SPDX-License-Identifier: ISC */
/*
 * The supervisor's care for the views, whose readers share a lock file with
 * the keeper: one that holds a lock and does not let go, or one that crashes
 * on damaged pages, must not stop activations for ever.
 *
 * Where somebody has waited for a lock for VIEWS_PATIENCE_MS, where readers
 * of a view, or the keeper at its start, have crashed twice, or somebody cannot
 * open it, its readers and the keeper are ended and started again: the keeper
 * first, which makes a fresh lock file, or the whole view anew, then the
 * readers. Who comes to his end so again and again waits longer and longer.
 */
#ifndef SUPERVISOR_VIEWS_H
#define SUPERVISOR_VIEWS_H

#include <signal.h>

#include "ipc/messages.h"
#include "supervisor/child.h"

#define VIEWS_PATIENCE_MS 5000
#define VIEWS_CRASHES_MAX 2
#define VIEWS_COUNT 3 /* enum frame_view, from 1 */

/* What the keeper is to do with a view when it starts; the number behind table= and keyring=. */
enum views_reset {
	VIEWS_KEEP = 0,
	VIEWS_FRESH_LOCK = 1,
	VIEWS_REBUILD = 2,
};

struct views {
	unsigned crashes[VIEWS_COUNT];
	enum views_reset resets[VIEWS_COUNT]; /* for the keeper's start, until it is ready */
};

/*
 * The keeper says that it waits for a lock, or no longer; or a reader of this
 * view, which does only until it is ready, and is not listened to afterwards.
 */
void views_on_wait(struct child *child, const struct frame_view_wait *frame);

/* A child ended: has it crashed on a view, or found it damaged? is_ready is as at its end. */
void views_on_exit(struct children *children, struct child *child, const siginfo_t *info);

/* What was to be done with the views is done. */
void views_on_keeper_ready(struct children *children);

#endif
