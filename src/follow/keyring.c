/* SPDX-License-Identifier: ISC */
#include "follow/keyring.h"

/* After a failure: believes nothing but the view's position. */
static void
forget(struct follow_keyring *k)
{
	follower_abort(&k->f);
	k->added = 0;
	k->waiting = 0;
	k->is_removing = false;
	k->has_base = false;
}

static enum status
put_sealed(struct follower *f, const struct handle *handle, const struct store_sealed *sealed,
    struct error *err)
{
	enum status status = follower_begin(f, err);

	if (status == STATUS_OK)
		status = follower_note(
		    f, view_keyring_put(f->write, handle, sealed->bytes, sealed->len, err));
	return status;
}

/* ---- everything ---- */

struct everything {
	struct follower *f;
	struct error *err;
};

static enum status
visit_sealed(void *context, const struct handle *handle, const struct store_sealed *sealed)
{
	const struct everything *e = context;

	return put_sealed(e->f, handle, sealed, e->err);
}

static enum status
put_everything(struct follower *f, struct error *err)
{
	struct everything e = { f, err };

	return store_list_sealed(f->store, visit_sealed, &e, err);
}

static enum status
rebuild(struct follow_keyring *k, struct error *err)
{
	struct follower *f = &k->f;
	enum status status = follower_begin(f, err);

	if (status == STATUS_OK)
		status = follower_note(f, view_write_clear(f->write, err));
	if (status == STATUS_OK)
		status = put_everything(f, err);
	if (status != STATUS_OK)
		return status;
	memcpy(f->next.generation, f->truth.generation, STORE_GENERATION_SIZE);
	f->next.change = f->truth.last;
	status = follower_commit(f, err);
	if (status != STATUS_OK)
		return status;
	*k = (struct follow_keyring){ .f = k->f, .added = f->truth.last };
	f->is_replayable = true;
	return STATUS_OK;
}

/* ---- adding ---- */

/* Before the first removal that waits, or as far as the changes have been seen. */
static void
move(struct follow_keyring *k, uint64_t seen)
{
	if (k->f.is_replayable)
		k->f.next.change = k->waiting != 0 ? k->waiting - 1 : seen;
}

static enum status
apply_addition(void *context, const struct store_change *change, struct error *err)
{
	struct follow_keyring *k = context;
	struct store_sealed sealed = { 0 };
	enum status status = store_find_sealed(k->f.store, &change->handle, &sealed, err);

	if (status == STATUS_OK)
		return put_sealed(&k->f, &change->handle, &sealed, err);
	if (status != STATUS_NOT_FOUND)
		return status;
	if (k->waiting == 0)
		k->waiting = change->number;
	return STATUS_OK;
}

static enum status
add_changes(struct follow_keyring *k, uint64_t after, struct error *err)
{
	uint64_t reached = 0;
	enum status status =
	    follower_replay(&k->f, after, k->f.truth.last, apply_addition, k, &reached, err);

	if (status != STATUS_OK)
		return status;
	move(k, reached);
	status = follower_settle(&k->f, err);
	if (status == STATUS_OK)
		k->added = reached;
	return status;
}

/* The old keys stay for the milters that know them; the position stays the other store's. */
static enum status
add_base(struct follow_keyring *k, struct error *err)
{
	enum status status = put_everything(&k->f, err);

	if (status == STATUS_OK)
		status = follower_settle(&k->f, err);
	if (status != STATUS_OK)
		return status;
	k->has_base = true;
	k->added = k->f.truth.last;
	/* no change, but something to remove all the same */
	k->waiting = UINT64_MAX;
	return STATUS_OK;
}

static enum status
add(struct follow_keyring *k, struct error *err)
{
	uint64_t position = k->f.position.change;

	if (k->f.is_replayable)
		return add_changes(k, k->added > position ? k->added : position, err);
	if (k->f.is_empty)
		return rebuild(k, err);
	return k->has_base ? add_changes(k, k->added, err) : add_base(k, err);
}

enum status
follow_keyring_add(struct follow_keyring *k, struct error *err)
{
	enum status status = add(k, err);

	if (status != STATUS_OK)
		forget(k);
	return status;
}

bool
follow_keyring_is_current(const struct follow_keyring *k)
{
	return k->added == k->f.truth.last;
}

/* ---- removing ---- */

struct removal {
	struct follow_keyring *k;
	uint64_t until;
	uint64_t later; /* the first change above until that removes a key; 0: none seen */
};

static enum status
apply_removal(void *context, const struct store_change *change, struct error *err)
{
	static const struct store_sealed nothing = { 0 };
	struct removal *removal = context;
	struct follower *f = &removal->k->f;
	struct store_sealed sealed = { 0 };
	enum status status;

	if (removal->later != 0)
		return STATUS_OK;
	status = store_find_sealed(f->store, &change->handle, &sealed, err);
	if (status != STATUS_NOT_FOUND)
		return status;
	if (change->number <= removal->until)
		return put_sealed(f, &change->handle, &nothing, err);
	removal->later = change->number;
	return STATUS_OK;
}

static enum status
remove_changes(struct follow_keyring *k, uint64_t until, struct error *err)
{
	struct removal removal = { k, until, 0 };
	uint64_t reached = 0;
	enum status status = follower_replay(
	    &k->f, k->f.position.change, k->added, apply_removal, &removal, &reached, err);

	if (status != STATUS_OK)
		return status;
	k->is_removing = removal.later == 0 && reached < k->added;
	k->waiting = k->is_removing ? reached + 1 : removal.later;
	move(k, reached);
	return follower_settle(&k->f, err);
}

/* To the last one, however many: what may follow is a rebuild. */
static enum status
find_later(struct removal *removal, struct error *err)
{
	uint64_t reached = removal->until;
	enum status status = STATUS_OK;

	while (status == STATUS_OK && removal->later == 0 && reached < removal->k->added)
		status = follower_replay(&removal->k->f, reached, removal->k->added, apply_removal,
		    removal, &reached, err);
	return status;
}

static enum status
remove_others(struct follow_keyring *k, uint64_t until, struct error *err)
{
	struct removal removal = { k, until, 0 };
	enum status status = find_later(&removal, err);

	if (status == STATUS_OK && removal.later == 0)
		return rebuild(k, err);
	k->waiting = UINT64_MAX;
	return status;
}

enum status
follow_keyring_remove(struct follow_keyring *k, uint64_t until, struct error *err)
{
	enum status status = k->f.is_replayable ? remove_changes(k, until, err)
						: remove_others(k, until, err);

	if (status != STATUS_OK)
		forget(k);
	return status;
}
