/* SPDX-License-Identifier: ISC */
/*
 * Reading the configuration again while everything goes on (docs/reload.md):
 * the file is read and checked, what only a restart can change refused, and
 * all children brought to agree (supervisor/agreement.h). One after the other:
 * whoever asks meanwhile is answered by the next one, which reads the file as
 * it is then. Whatever goes wrong, the settings in use stay in use.
 *
 * Driven by the children's event loop; one thread.
 */
#ifndef SUPERVISOR_RELOAD_H
#define SUPERVISOR_RELOAD_H

#include <sys/stat.h>

#include "settings/settings.h"
#include "supervisor/children.h"
#include "supervisor/heartbeat.h"
#include "supervisor/resolv_watch.h"

/* As many as the keeper can have under way. */
#define RELOAD_ASKERS_MAX 64

struct reload_askers {
	unsigned count;
	struct frame_head of[RELOAD_ASKERS_MAX]; /* of their requests */
};

struct reload {
	const char *path;
	struct children *children;
	struct plumbing *plumbing;
	struct resolv_watch *resolv_watch;
	struct heartbeat *heartbeat;
	const struct settings *first; /* of the start: listeners point into it for ever */
	struct settings *present;
	struct stat key_seen;         /* the key file of the provider zone, when it was last opened */

	bool is_under_way;
	struct settings *wanted;
	int wanted_fd;
	int wanted_key_fd; /* -1: the key file is the one that is in use */
	bool has_new_key;
	struct stat wanted_key_seen;
	struct reload_askers askers;  /* of this one */

	bool is_wanted_again;
	struct reload_askers waiting; /* for the next one */
};

/*
 * settings are those of the start, whose plumbing is open. Nothing is done
 * before the children serve: then reload_continue begins what was asked for.
 */
void reload_init(struct reload *reload, struct settings *settings);

/* Asks for one; asker: the keeper's request, which is answered at its end, or NULL. */
void reload_request(struct reload *reload, const struct frame_head *asker);

/* The daemon is being stopped: who waits is told so, and nothing more is begun. */
void reload_stop(struct reload *reload);

/* Begins what was asked for, unless another one is under way. */
void reload_continue(struct reload *reload);

#endif
