/* SPDX-License-Identifier: ISC */
#include "keeper/resealer.h"

#include <stdio.h>
#include <stdlib.h>

#include "keeper/timer.h"
#include "keeper/vault_line.h"
#include "lifecycle/master.h"
#include "process/clock.h"
#include "process/log.h"

#define LOT_MAX 32         /* half of what the line takes: others want keys of it, too */
#define RETRY_S 5          /* when the store or the vault cannot be asked now */
#define FOLLOW_S 1         /* until the views hold the last of them */
#define LOOK_AGAIN_S 3600  /* at what could not be opened: it may have been replaced or removed */

/* One key on its way to the vault and back. */
struct item {
	struct resealer *resealer;
	struct store_reseal_place place;
	enum status status;
	struct handle handle;
	struct store_sealed sealed; /* anew, with STATUS_OK */
	char name[SELECTOR_MAX + 1 + DOMAIN_MAX + 1]; /* for the log: a handle must not be there */
};

struct resealer {
	struct keeper *keeper;
	sd_event_source *timer;
	bool is_told;                     /* that it has begun */
	uint64_t passed;                  /* in this look from the beginning: no master key opened them */
	uint64_t unopened;                /* in the last one that came to its end */
	struct store_reseal_place behind; /* what the next lot comes behind */
	unsigned count;                   /* of the lot */
	unsigned awaited;                 /* of it, without an answer */
	struct item lot[LOT_MAX];
};

static void
log_trouble(const struct error *err)
{
	log_write(LOG_LEVEL_WARNING, "event=rekey error=\"%s\"", err->text);
}

static void
give_up_lot(struct resealer *resealer, const struct error *err)
{
	log_trouble(err);
	resealer->count = 0;
	timer_set(resealer->timer, RETRY_S);
}

/* ---- a lot that has come back ---- */

static enum status
write_items(struct resealer *resealer, struct error *err)
{
	struct store *store = resealer->keeper->store;
	enum status status = STATUS_OK;

	for (unsigned i = 0; i < resealer->count && status == STATUS_OK; i++) {
		const struct item *item = &resealer->lot[i];

		if (item->status == STATUS_OK)
			status = store_reseal(store, &item->handle, &item->sealed, err);
	}
	return status;
}

static enum status
write_lot(struct resealer *resealer, struct error *err)
{
	struct store *store = resealer->keeper->store;
	enum status status = store_begin(store, err);

	if (status != STATUS_OK)
		return status;
	status = write_items(resealer, err);
	if (status == STATUS_OK)
		return store_commit(store, err);
	store_rollback(store);
	return status;
}

/* What no master key opens is passed over, and told; for all else the lot comes again. */
static bool
is_answered(struct resealer *resealer)
{
	bool is_answered = true;

	for (unsigned i = 0; i < resealer->count; i++)
		is_answered &= resealer->lot[i].status == STATUS_OK ||
		    resealer->lot[i].status == STATUS_DAMAGED;
	return is_answered;
}

static void
tell_unopened(struct resealer *resealer)
{
	for (unsigned i = 0; i < resealer->count; i++) {
		if (resealer->lot[i].status != STATUS_DAMAGED)
			continue;
		resealer->passed++;
		log_write(LOG_LEVEL_ERROR,
		    "event=rekey key=%s error=\"no master key opens it: it cannot sign\"",
		    resealer->lot[i].name);
	}
}

/* What was answered is kept in any case. */
static void
end_lot(struct resealer *resealer)
{
	bool is_complete = is_answered(resealer);
	struct error err = { "the vault cannot seal keys anew now" };
	enum status status = write_lot(resealer, &err);

	if (status != STATUS_OK || !is_complete) {
		give_up_lot(resealer, &err);
		return;
	}
	tell_unopened(resealer);
	resealer->behind = resealer->lot[resealer->count - 1].place;
	resealer->count = 0;
	(void)keeper_follow(resealer->keeper);
	timer_set(resealer->timer, 0);
}

static void
on_resealed(void *context, enum status status, const union frame *frame)
{
	struct item *item = context;
	struct resealer *resealer = item->resealer;

	if (status == STATUS_OK)
		status = vault_line_take_resealed(frame, &item->sealed);
	item->status = status;
	if (--resealer->awaited == 0)
		end_lot(resealer);
}

/* ---- the next lot ---- */

static enum status
take_item(void *context, const struct store_reseal *reseal)
{
	struct resealer *resealer = context;
	struct item *item = &resealer->lot[resealer->count++];

	*item = (struct item){
		.resealer = resealer,
		.place = reseal->place,
		.status = STATUS_UNAVAILABLE,
		.handle = reseal->handle,
		.sealed = reseal->sealed,
	};
	(void)snprintf(item->name, sizeof(item->name), "%s.%s", reseal->selector, reseal->domain);
	return STATUS_OK;
}

/* What the line has no room for is left for the next lot. */
static void
send_lot(struct resealer *resealer)
{
	struct line *vault = resealer->keeper->vault;
	unsigned sent;

	for (sent = 0; sent < resealer->count; sent++) {
		struct item *item = &resealer->lot[sent];

		if (vault_line_reseal(vault, &item->handle, &item->sealed, clock_monotonic_ms(),
		        on_resealed, item) != STATUS_OK)
			break;
	}
	keeper_watch_deadlines(resealer->keeper);
	resealer->awaited = sent;
	resealer->count = sent;
	if (sent == 0)
		timer_set(resealer->timer, RETRY_S);
}

static void
on_checked(void *context, enum status status, const union frame *frame)
{
	struct resealer *resealer = context;
	struct error err = { "" };

	status = vault_line_judge(status, &err);
	if (status == STATUS_OK)
		status = vault_line_take_checked(frame, resealer->keeper->store, clock_wall_s(), &err);
	if (status == STATUS_OK)
		send_lot(resealer);
	else
		give_up_lot(resealer, &err);
}

/* A vault that came back over another file would seal them with a key that nobody has noted. */
static void
ask_master(struct resealer *resealer)
{
	struct error err;
	enum status status =
	    vault_line_check(resealer->keeper->vault, clock_monotonic_ms(), on_checked, resealer);

	keeper_watch_deadlines(resealer->keeper);
	if (status == STATUS_OK)
		return;
	(void)error_set(&err, status, "the vault cannot be asked now");
	give_up_lot(resealer, &err);
}

/* ---- the end ---- */

static void
finish(struct resealer *resealer)
{
	struct store *store = resealer->keeper->store;
	struct store_seals seals;
	struct error err;
	enum status status = store_count_seals(store, &seals, &err);

	if (status == STATUS_OK && seals.left == 0)
		status = master_end_rekey(store, clock_wall_s(), &err);
	if (status != STATUS_OK) {
		log_trouble(&err);
		timer_set(resealer->timer, RETRY_S);
	} else if (seals.left == 0) {
		log_write(LOG_LEVEL_NOTICE,
		    "event=rekeyed keys=%llu: previous_master_key is not needed any more",
		    (unsigned long long)seals.keys);
	} else {
		timer_set(resealer->timer, 0); /* one was left behind: look from the beginning */
	}
}

/* From the beginning next time: what could not be opened may have been replaced or removed. */
static void
come_to_end(struct resealer *resealer)
{
	bool is_current = keeper_follow(resealer->keeper);

	if (!is_current) {
		timer_set(resealer->timer, FOLLOW_S);
		return;
	}
	resealer->behind = (struct store_reseal_place){ 0 };
	resealer->unopened = resealer->passed;
	resealer->passed = 0;
	if (resealer->unopened > 0)
		timer_set(resealer->timer, LOOK_AGAIN_S);
	else
		finish(resealer);
}

/* ---- */

static void
tell_begin(struct resealer *resealer)
{
	struct store_seals seals;
	struct error err;

	if (resealer->is_told)
		return;
	resealer->is_told = true;
	if (store_count_seals(resealer->keeper->store, &seals, &err) == STATUS_OK)
		log_write(LOG_LEVEL_NOTICE, "event=rekey keys=%llu left=%llu",
		    (unsigned long long)seals.keys, (unsigned long long)seals.left);
}

static void
begin_lot(struct resealer *resealer)
{
	struct error err;

	tell_begin(resealer);
	if (store_list_to_reseal(resealer->keeper->store, &resealer->behind, LOT_MAX, take_item,
	        resealer, &err) != STATUS_OK) {
		give_up_lot(resealer, &err);
	} else if (resealer->count > 0) {
		ask_master(resealer);
	} else {
		come_to_end(resealer);
	}
}

static void
go_on(struct resealer *resealer)
{
	struct store_masters masters;
	struct error err;

	if (resealer->count > 0 || resealer->keeper->is_draining)
		return;
	if (store_get_masters(resealer->keeper->store, &masters, &err) != STATUS_OK) {
		log_trouble(&err);
		timer_set(resealer->timer, RETRY_S);
	} else if (masters.has_previous) {
		begin_lot(resealer);
	}
}

static int
on_timer(sd_event_source *source, uint64_t at, void *context)
{
	(void)source;
	(void)at;
	go_on(context);
	return 0;
}

void
resealer_wake(struct resealer *resealer)
{
	timer_set(resealer->timer, 0);
}

uint64_t
resealer_unopened(const struct resealer *resealer)
{
	return resealer->unopened;
}

enum status
resealer_new(struct keeper *keeper, struct resealer **ret_resealer, struct error *err)
{
	struct resealer *resealer = calloc(1, sizeof(*resealer));
	enum status status;

	if (resealer == NULL)
		return error_set(err, STATUS_NO_MEMORY, "out of memory");
	resealer->keeper = keeper;
	status = timer_new(keeper->event, on_timer, resealer, &resealer->timer, err);
	if (status != STATUS_OK) {
		free(resealer);
		return status;
	}
	*ret_resealer = resealer;
	return STATUS_OK;
}

void
resealer_free(struct resealer **resealer)
{
	if (*resealer == NULL)
		return;
	sd_event_source_disable_unref((*resealer)->timer);
	free(*resealer);
	*resealer = NULL;
}
