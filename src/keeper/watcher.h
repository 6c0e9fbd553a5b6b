/* SPDX-License-Identifier: ISC */
/*
 * Whose record is to be looked at, although the rotation has no reason to: a
 * record that signs may be gone. And whether now, of very many
 * (keys/watch.h). For the rotator.
 */
#ifndef KEEPER_WATCHER_H
#define KEEPER_WATCHER_H

#include "keys/watch.h"
#include "lifecycle/rotate.h"

struct watcher {
	struct watch_budget budget;
	int64_t sets;       /* how many are looked at */
	int64_t counted_at; /* by the monotonic clock, seconds; 0: not yet */
};

/* How many there are is counted again now and then. */
MUST_CHECK enum status watcher_count(
    struct watcher *watcher, struct store *store, int64_t now_ms, struct error *err);

/* When the set is to be looked at (again), perhaps long ago; ROTATION_NEVER for what does not sign. */
int64_t watcher_due_at(
    const struct watcher *watcher, const struct lifecycle_rotation *rotation, int64_t now);

/* The next time, when a look has just begun; ROTATION_NEVER for what does not sign. */
int64_t watcher_next_at(
    const struct watcher *watcher, const struct lifecycle_rotation *rotation, int64_t now);

/*
 * May the set be looked at now? Else *ret_put_off_s is how long it waits. What
 * the rotation cannot go on without does not ask.
 */
bool watcher_may_look(
    struct watcher *watcher, int64_t number, int64_t now_ms, int64_t *ret_put_off_s);

#endif
