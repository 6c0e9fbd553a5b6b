/* SPDX-License-Identifier: ISC */
/*
 * One view on its way after the store: where it is, whether it can be
 * replayed, and its write transaction, opened when there is something to
 * write. What is written is the business of table.c and keyring.c;
 * the order of the two is publish.c's.
 */
#ifndef FOLLOW_FOLLOWER_H
#define FOLLOW_FOLLOWER_H

#include "follow/publish.h"

/* The store, at the beginning of a round. */
struct follower_truth {
	uint8_t generation[STORE_GENERATION_SIZE];
	uint64_t last;      /* the last change given */
	uint64_t forgotten; /* the last change forgotten */
};

struct follower {
	struct store *store;
	struct view *view;
	enum publish_view which;
	publish_watcher *watch;
	publish_teller *gets_on;
	void *context;
	unsigned touched; /* entries, ever */

	/* of this round */
	unsigned step; /* FOLLOWER_STEP or FOLLOWER_STEP_ALONE */
	struct follower_truth truth;
	struct view_position position; /* as the view has it */
	struct view_position next;     /* as the next commit will write it */
	bool is_empty;                 /* a new view */
	bool is_replayable;            /* else: rebuild */
	struct view_write *write;      /* NULL: nothing to write yet */
	bool is_damaged;               /* writing to the view said so, not the store */
};

/*
 * Changes that are looked at in one round, and so one transaction: what random
 * places of a large view cost to write is what others wait for. At the start
 * nobody does, and each page is written for several changes. A rebuild is
 * always one.
 */
#define FOLLOWER_STEP 256
#define FOLLOWER_STEP_ALONE 10000

/* Entries of a long transaction after which whoever waits is told that it gets on. */
#define FOLLOWER_TOLD_EVERY 1024

/*
 * Changes that only concern the other view still move this one's position,
 * but not each at the price of a commit.
 */
#define FOLLOWER_LAG_MAX 256
_Static_assert(FOLLOWER_STEP >= FOLLOWER_LAG_MAX, "a whole step always moves the position");

/* Begins a round: reads the view's position and judges it. */
MUST_CHECK enum status follower_look(
    struct follower *f, const struct follower_truth *truth, struct error *err);

/*
 * Whatever status writing to the view gave passes through here: what is
 * damaged is made anew, but a view never because the store is damaged.
 */
enum status follower_note(struct follower *f, enum status status);

/* Whoever waits is told that it gets on. */
void follower_tell(const struct follower *f);

/* Before each entry that is written: opens the transaction if there is none. */
MUST_CHECK enum status follower_begin(struct follower *f, struct error *err);

/* Commits what there is, with f->next. */
MUST_CHECK enum status follower_commit(struct follower *f, struct error *err);

/* As follower_commit; without anything written only when the position lags too far behind next. */
MUST_CHECK enum status follower_settle(struct follower *f, struct error *err);

void follower_abort(struct follower *f);

/*
 * Hands the changes after one number up to and with another to apply, in
 * order, f->step of them at most. *ret_reached is how far that was:
 * until, when none is left. What was written is the caller's to settle.
 */
typedef enum status follower_apply(
    void *context, const struct store_change *change, struct error *err);
MUST_CHECK enum status follower_replay(struct follower *f, uint64_t after, uint64_t until,
    follower_apply *apply, void *context, uint64_t *ret_reached, struct error *err);

#endif
