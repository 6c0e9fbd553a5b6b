/* SPDX-License-Identifier: ISC */
#include "follow/follower.h"

static const char *
name_of(const struct follower *f)
{
	return f->which == PUBLISH_TABLE ? "view of the table" : "view of the keyring";
}

static bool
is_of_generation(const struct follower *f)
{
	return memcmp(f->position.generation, f->truth.generation, STORE_GENERATION_SIZE) == 0;
}

enum status
follower_look(struct follower *f, const struct follower_truth *truth, struct error *err)
{
	struct view_position position = { 0 };
	enum status status = view_get_position(f->view, &position, err);

	/* a damaged position is as good as that of another store */
	if (status != STATUS_OK && status != STATUS_NOT_FOUND && status != STATUS_DAMAGED)
		return error_prepend(err, status, "%s", name_of(f));
	f->truth = *truth;
	f->position = position;
	f->next = position;
	f->is_empty = status == STATUS_NOT_FOUND;
	f->is_replayable = status == STATUS_OK && is_of_generation(f) &&
	    position.change <= truth->last && position.change >= truth->forgotten;
	return STATUS_OK;
}

static void
tell(const struct follower *f, bool is_waiting)
{
	if (f->watch != NULL)
		f->watch(f->context, f->which, is_waiting);
}

enum status
follower_note(struct follower *f, enum status status)
{
	if (status == STATUS_DAMAGED)
		f->is_damaged = true;
	return status;
}

void
follower_tell(const struct follower *f)
{
	if (f->gets_on != NULL)
		f->gets_on(f->context);
}

static void
count(struct follower *f)
{
	if (++f->touched % FOLLOWER_TOLD_EVERY == 0)
		follower_tell(f);
}

enum status
follower_begin(struct follower *f, struct error *err)
{
	enum status status;

	count(f);
	if (f->write != NULL)
		return STATUS_OK;
	/* only here a process that reads the view can make us wait */
	tell(f, true);
	status = follower_note(f, view_write_begin(f->view, &f->write, err));
	tell(f, false);
	if (status == STATUS_OK)
		return STATUS_OK;
	return error_prepend(err, status, "%s", name_of(f));
}

enum status
follower_commit(struct follower *f, struct error *err)
{
	enum status status = follower_note(f, view_write_commit(&f->write, &f->next, err));

	if (status != STATUS_OK)
		return error_prepend(err, status, "%s", name_of(f));
	f->position = f->next;
	return STATUS_OK;
}

enum status
follower_settle(struct follower *f, struct error *err)
{
	enum status status = STATUS_OK;

	if (f->write == NULL && f->next.change < f->position.change + FOLLOWER_LAG_MAX)
		return STATUS_OK;
	status = follower_begin(f, err);
	return status == STATUS_OK ? follower_commit(f, err) : status;
}

void
follower_abort(struct follower *f)
{
	if (f->write == NULL)
		return;
	view_write_abort(&f->write);
}

/* ---- replay ---- */

struct step {
	uint64_t until;
	follower_apply *apply;
	void *context;
	struct error *err;
	unsigned count;
	uint64_t number; /* the last one seen */
};

static enum status
visit_change(void *context, const struct store_change *change)
{
	struct step *step = context;

	step->count++;
	step->number = change->number;
	if (change->number > step->until)
		return STATUS_OK;
	return step->apply(step->context, change, step->err);
}

enum status
follower_replay(struct follower *f, uint64_t after, uint64_t until, follower_apply *apply,
    void *context, uint64_t *ret_reached, struct error *err)
{
	enum store_change_kind kind =
	    f->which == PUBLISH_TABLE ? STORE_CHANGE_TABLE : STORE_CHANGE_KEYRING;
	struct step step = { until, apply, context, err, 0, after };
	enum status status = store_list_changes(
	    f->store, kind, after, f->step, visit_change, &step, err);

	if (status == STATUS_OK)
		*ret_reached = step.count < f->step || step.number > until ? until : step.number;
	return status;
}
