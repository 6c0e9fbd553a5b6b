/* SPDX-License-Identifier: ISC */
#include "keeper/follow_keyring.h"

static enum status
put_sealed(struct follower *f, const struct handle *handle, const struct store_sealed *sealed,
    struct error *err)
{
	enum status status = follower_begin(f, err);

	if (status == STATUS_OK)
		status = view_keyring_put(f->write, handle, sealed->bytes, sealed->len, err);
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
		status = view_write_clear(f->write, err);
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
		status = put_sealed(&k->f, &change->handle, &sealed, err);
	else if (status == STATUS_NOT_FOUND) {
		if (k->waiting == 0)
			k->waiting = change->number;
		status = STATUS_OK;
	}
	if (status == STATUS_OK)
		move(k, change->number);
	return status;
}

static enum status
add_changes(struct follow_keyring *k, uint64_t after, struct error *err)
{
	uint64_t last = k->f.truth.last;
	enum status status = follower_replay(&k->f, after, last, apply_addition, k, err);

	if (status != STATUS_OK)
		return status;
	move(k, last);
	status = follower_settle(&k->f, err);
	if (status == STATUS_OK)
		k->added = last;
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
		follow_keyring_forget(k);
	return status;
}

/* ---- removing ---- */

static enum status
apply_removal(void *context, const struct store_change *change, struct error *err)
{
	static const struct store_sealed nothing = { 0 };
	struct follow_keyring *k = context;
	struct store_sealed sealed = { 0 };
	enum status status = store_find_sealed(k->f.store, &change->handle, &sealed, err);

	if (status == STATUS_NOT_FOUND)
		status = put_sealed(&k->f, &change->handle, &nothing, err);
	if (status == STATUS_OK)
		k->f.next.change = change->number;
	return status;
}

/* Notes the first change after which a key is gone. */
static enum status
apply_search(void *context, const struct store_change *change, struct error *err)
{
	struct follow_keyring *k = context;
	struct store_sealed sealed = { 0 };
	enum status status;

	if (k->waiting != 0)
		return STATUS_OK;
	status = store_find_sealed(k->f.store, &change->handle, &sealed, err);
	if (status != STATUS_NOT_FOUND)
		return status;
	k->waiting = change->number;
	return STATUS_OK;
}

static enum status
search_removal(struct follow_keyring *k, uint64_t after, struct error *err)
{
	k->waiting = 0;
	return follower_replay(&k->f, after, k->f.truth.last, apply_search, k, err);
}

static enum status
remove_changes(struct follow_keyring *k, uint64_t until, struct error *err)
{
	enum status status =
	    follower_replay(&k->f, k->f.position.change, until, apply_removal, k, err);

	if (status == STATUS_OK)
		status = search_removal(k, until, err);
	if (status != STATUS_OK)
		return status;
	move(k, k->f.truth.last);
	return follower_settle(&k->f, err);
}

static enum status
remove_others(struct follow_keyring *k, uint64_t until, struct error *err)
{
	enum status status = search_removal(k, until, err);

	if (status == STATUS_OK && k->waiting == 0)
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
		follow_keyring_forget(k);
	return status;
}

void
follow_keyring_forget(struct follow_keyring *k)
{
	follower_abort(&k->f);
	k->added = 0;
	k->waiting = 0;
	k->has_base = false;
}
