/* SPDX-License-Identifier: ISC */
#include "follow/table.h"

/* Writes what is true now; which change led here does not matter. */
static enum status
put_place(struct follower *f, const char *org, const char *domain, struct error *err)
{
	struct match_list list = { 0 };
	enum status status = store_active_at(f->store, org, domain, &list, err);

	if (status == STATUS_OK)
		status = follower_begin(f, err);
	if (status == STATUS_OK)
		status = follower_note(f, view_table_put(f->write, slice_from_text(org),
		                              slice_from_text(domain), &list, err));
	return status;
}

static enum status
apply(void *context, const struct store_change *change, struct error *err)
{
	return put_place(context, change->org, change->domain, err);
}

static enum status
replay(struct follower *f, struct error *err)
{
	uint64_t reached = 0;
	enum status status =
	    follower_replay(f, f->position.change, f->truth.last, apply, f, &reached, err);

	if (status != STATUS_OK)
		return status;
	f->next.change = reached;
	return follower_settle(f, err);
}

/* ---- rebuild ---- */

struct rebuild {
	struct follower *f;
	struct error *err;
};

static enum status
visit_place(void *context, const char *org, const char *domain)
{
	const struct rebuild *r = context;

	return put_place(r->f, org, domain, r->err);
}

static enum status
rebuild(struct follower *f, struct error *err)
{
	struct rebuild r = { f, err };
	enum status status = follower_begin(f, err);

	if (status == STATUS_OK)
		status = follower_note(f, view_write_clear(f->write, err));
	if (status == STATUS_OK)
		status = store_list_places(f->store, visit_place, &r, err);
	if (status != STATUS_OK)
		return status;
	memcpy(f->next.generation, f->truth.generation, STORE_GENERATION_SIZE);
	f->next.change = f->truth.last;
	return follower_commit(f, err);
}

enum status
follow_table(struct follower *table, struct error *err)
{
	enum status status = table->is_replayable ? replay(table, err) : rebuild(table, err);

	if (status != STATUS_OK)
		follower_abort(table);
	return status;
}

bool
follow_table_is_current(const struct follower *table)
{
	return table->next.change == table->truth.last;
}
