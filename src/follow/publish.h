/* SPDX-License-Identifier: ISC */
/*
 * Lets the views follow the store (docs/store.md, docs/view.md). Keys are
 * added to the keyring before the table names them, and removed from the
 * keyring only when the table has not named them for more than vault_timeout:
 * a milter that has just looked a handle up still gets its signature.
 *
 * Keeper only, its one thread, no store transaction open. Call publish_step
 * after every change of the store, and when it said it wanted to be called
 * again: a step does no more than the keeper can do between two requests,
 * however many changes there are.
 */
#ifndef FOLLOW_PUBLISH_H
#define FOLLOW_PUBLISH_H

#include "base/error.h"
#include "store/store.h"
#include "view/view.h"

struct publish;

enum publish_view { PUBLISH_TABLE = 1, PUBLISH_KEYRING = 2 }; /* = enum frame_view */

/* Called with is_waiting before the writer's lock of a view is asked for, without when that is over. */
typedef void publish_watcher(void *context, enum publish_view view, bool is_waiting);

/* Called again and again, while something long is being done and gets on. */
typedef void publish_teller(void *context);

struct publish_options {
	struct store *store;         /* these three outlive the struct publish */
	struct view *table;
	struct view *keyring;
	int64_t vault_timeout_ms;
	publish_watcher *watch;      /* or NULL; tells the supervisor (FRAME_VIEW_WAIT) */
	publish_teller *gets_on;     /* or NULL; tells the supervisor, too (process/pulse.h) */
	void *context;
};

MUST_CHECK enum status publish_new(
    const struct publish_options *options, struct publish **ret_publish);
void publish_free(struct publish **publish);

struct publish_progress {
	/*
	 * The views hold everything the store holds, but for removals from the
	 * keyring that wait: a new activation can be answered.
	 */
	bool is_current;
	int64_t again_at_ms; /* when to come again, now or before: at once; 0: nothing waits */
};

/*
 * Brings both views nearer to the store: replays some of the changes each has
 * not seen, or rebuilds, whole, a view of another store, one ahead of this
 * store and one behind what the store still remembers. Forgets changes that
 * both views have.
 *
 * now_ms is any clock above 0 that only goes forward (CLOCK_MONOTONIC). After
 * a failure call it again: replay is idempotent. STATUS_DAMAGED: a view is;
 * STATUS_REFUSED: the store is.
 */
MUST_CHECK enum status publish_step(struct publish *publish, int64_t now_ms,
    struct publish_progress *ret_progress, struct error *err);

/* How long a message may hold a handle, from the next removal on (publish_options). */
void publish_set_vault_timeout(struct publish *publish, int64_t timeout_ms);

/* Large steps until the views are current: at the start, when nobody else waits. */
MUST_CHECK enum status publish_catch_up(
    struct publish *publish, int64_t now_ms, int64_t *ret_again_at_ms, struct error *err);

#endif
