/* SPDX-License-Identifier: ISC */
#include "follow/publish.h"

#include <stdlib.h>

#include "follow/keyring.h"
#include "follow/table.h"

/* Forgetting is a transaction of the store: not after every change, and not of too many. */
#define FORGET_MIN FOLLOWER_LAG_MAX
#define FORGET_MAX 2000

/*
 * Removals wait on a hold. It is set after the table's commit and starts with
 * the next round, whose now_ms is certainly later than that commit.
 */
enum hold { HOLD_NONE, HOLD_SET, HOLD_RUNS };

struct publish {
	struct follower table;
	struct follow_keyring keyring;
	int64_t vault_timeout_ms;
	enum hold hold;
	uint64_t hold_change; /* the table has not named what changes up to here removed */
	int64_t hold_until_ms;
	bool is_forgetting; /* there is more to forget than one transaction should */
};

static struct follower
make_follower(const struct publish_options *o, struct view *view, enum publish_view which)
{
	return (struct follower){
		.store = o->store,
		.view = view,
		.which = which,
		.watch = o->watch,
		.gets_on = o->gets_on,
		.context = o->context,
	};
}

enum status
publish_new(const struct publish_options *options, struct publish **ret_publish)
{
	struct publish *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return STATUS_NO_MEMORY;
	p->table = make_follower(options, options->table, PUBLISH_TABLE);
	p->keyring.f = make_follower(options, options->keyring, PUBLISH_KEYRING);
	p->vault_timeout_ms = options->vault_timeout_ms;
	*ret_publish = p;
	return STATUS_OK;
}

void
publish_free(struct publish **publish)
{
	free(*publish);
	*publish = NULL;
}

static enum status
read_truth(struct store *store, struct follower_truth *ret_truth, struct error *err)
{
	struct follower_truth truth = { 0 };
	enum status status = store_last_change(store, &truth.last, err);

	if (status == STATUS_OK)
		status = store_forgotten_change(store, &truth.forgotten, err);
	if (status != STATUS_OK)
		return status;
	store_generation(store, truth.generation);
	*ret_truth = truth;
	return STATUS_OK;
}

static enum status
look(struct publish *p, struct error *err)
{
	struct follower_truth truth = { 0 };
	enum status status = read_truth(p->table.store, &truth, err);

	p->table.is_damaged = false;
	p->keyring.f.is_damaged = false;
	if (status == STATUS_OK)
		status = follower_look(&p->table, &truth, err);
	if (status == STATUS_OK)
		status = follower_look(&p->keyring.f, &truth, err);
	return status;
}

void
publish_set_vault_timeout(struct publish *p, int64_t timeout_ms)
{
	p->vault_timeout_ms = timeout_ms;
}

/* ---- removals ---- */

static void
set_hold(struct publish *p)
{
	p->hold = HOLD_SET;
	p->hold_change = p->table.truth.last;
}

static void
start_hold(struct publish *p, int64_t now_ms)
{
	if (p->hold != HOLD_SET)
		return;
	p->hold = HOLD_RUNS;
	p->hold_until_ms = now_ms + p->vault_timeout_ms + 1;
}

/* When the table is current. */
static enum status
remove_what_may_go(struct publish *p, int64_t now_ms, struct error *err)
{
	enum status status;

	if (p->keyring.waiting == 0 || p->hold != HOLD_RUNS || now_ms < p->hold_until_ms)
		return STATUS_OK;
	status = follow_keyring_remove(&p->keyring, p->hold_change, err);
	if (status == STATUS_OK && !p->keyring.is_removing)
		p->hold = HOLD_NONE;
	return status;
}

/* ---- forgetting ---- */

/* How far both views are. */
static uint64_t
find_seen(const struct publish *p)
{
	uint64_t table = p->table.position.change;
	uint64_t keyring = p->keyring.f.position.change;

	/* a keyring that still waits for its rebuild counts in another store's numbers */
	if (!p->keyring.f.is_replayable)
		return 0;
	return table < keyring ? table : keyring;
}

static enum status
forget(struct publish *p, struct error *err)
{
	uint64_t forgotten = p->table.truth.forgotten;
	uint64_t seen = find_seen(p);

	p->is_forgetting = false;
	if (seen < forgotten + FORGET_MIN)
		return STATUS_OK;
	p->is_forgetting = seen > forgotten + FORGET_MAX;
	return store_forget_changes(
	    p->table.store, p->is_forgetting ? forgotten + FORGET_MAX : seen, err);
}

/* ---- a round ---- */

static bool
is_current(const struct publish *p)
{
	return follow_keyring_is_current(&p->keyring) && follow_table_is_current(&p->table);
}

/*
 * The table is written as the store is now, not as it was at the change that
 * is replayed: so all keys of the store must be in the keyring before.
 */
static enum status
follow(struct publish *p, struct error *err)
{
	enum status status = follow_keyring_add(&p->keyring, err);

	if (status == STATUS_OK && follow_keyring_is_current(&p->keyring))
		status = follow_table(&p->table, err);
	return status;
}

/* When to come again for removals: at once for a hold to start. */
static int64_t
plan_removal(struct publish *p, int64_t now_ms)
{
	if (p->keyring.waiting == 0) {
		p->hold = HOLD_NONE;
		return 0;
	}
	if (p->hold == HOLD_NONE)
		set_hold(p);
	return p->hold == HOLD_SET ? now_ms : p->hold_until_ms;
}

static struct publish_progress
plan_next(struct publish *p, int64_t now_ms)
{
	struct publish_progress progress = { is_current(p), now_ms };
	int64_t removal_at_ms;

	if (!progress.is_current)
		return progress;
	removal_at_ms = plan_removal(p, now_ms);
	if (!p->is_forgetting)
		progress.again_at_ms = removal_at_ms;
	return progress;
}

static enum status
take_round(struct publish *p, int64_t now_ms, struct error *err)
{
	enum status status = look(p, err);

	start_hold(p, now_ms);
	if (status == STATUS_OK)
		status = follow(p, err);
	if (status == STATUS_OK && is_current(p))
		status = remove_what_may_go(p, now_ms, err);
	if (status == STATUS_OK && is_current(p))
		status = forget(p, err);
	return status;
}

/* A view can be made anew from the store, the store from nothing. */
static bool
is_of_store(const struct publish *p, enum status status)
{
	return status == STATUS_DAMAGED && !p->table.is_damaged && !p->keyring.f.is_damaged;
}

static enum status
follow_store(struct publish *p, unsigned step, int64_t now_ms,
    struct publish_progress *ret_progress, struct error *err)
{
	enum status status;

	p->table.step = step;
	p->keyring.f.step = step;
	status = take_round(p, now_ms, err);
	if (status == STATUS_OK)
		*ret_progress = plan_next(p, now_ms);
	return is_of_store(p, status) ? STATUS_REFUSED : status;
}

enum status
publish_step(struct publish *publish, int64_t now_ms, struct publish_progress *ret_progress,
    struct error *err)
{
	return follow_store(publish, FOLLOWER_STEP, now_ms, ret_progress, err);
}

enum status
publish_catch_up(
    struct publish *publish, int64_t now_ms, int64_t *ret_again_at_ms, struct error *err)
{
	struct publish_progress progress = { .is_current = false };
	enum status status = STATUS_OK;

	while (status == STATUS_OK && !progress.is_current) {
		status = follow_store(publish, FOLLOWER_STEP_ALONE, now_ms, &progress, err);
		/* a step that found nothing to write is one, too */
		follower_tell(&publish->table);
	}
	if (status == STATUS_OK)
		*ret_again_at_ms = progress.again_at_ms;
	return status;
}
