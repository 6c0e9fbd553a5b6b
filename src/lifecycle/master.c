/* SPDX-License-Identifier: ISC */
#include "lifecycle/master.h"

#include <string.h>

static bool
is_same(const uint8_t one[STORE_CHECK_SIZE], const uint8_t other[STORE_CHECK_SIZE])
{
	return memcmp(one, other, STORE_CHECK_SIZE) == 0;
}

static bool
has(const struct store_masters *at_hand, const uint8_t wanted[STORE_CHECK_SIZE])
{
	return is_same(at_hand->current, wanted) ||
	    (at_hand->has_previous && is_same(at_hand->previous, wanted));
}

static enum status
refuse(const struct store_masters *known, const struct store_masters *at_hand, struct error *err)
{
	if (known->has_previous)
		return error_set(err, STATUS_REFUSED,
		    "keys in the store are sealed with two master keys, since one was taking the place of "
		    "the other: give both, as master_key and previous_master_key, until signetctl vault "
		    "rekey says that one is enough");
	if (at_hand->has_previous)
		return error_set(err, STATUS_REFUSED,
		    "the master key is not the one the keys in the store were sealed with, and the previous "
		    "one neither: previous_master_key is to be the right one");
	return error_set(err, STATUS_REFUSED,
	    "the master key is not the one the keys in the store were sealed with: "
	    "put the right one back (to replace it, name it as previous_master_key), "
	    "or restore the store that belongs to this one");
}

enum status
master_judge(const struct store_masters *known, const struct store_masters *at_hand,
    enum master_meeting *ret_meeting, struct error *err)
{
	bool has_all = has(at_hand, known->current) &&
	    (!known->has_previous || has(at_hand, known->previous));

	if (known->has_current && !has_all)
		return refuse(known, at_hand, err);
	if (!known->has_current)
		*ret_meeting = MASTER_NEW;
	else if (!is_same(known->current, at_hand->current))
		*ret_meeting = MASTER_TAKES_OVER;
	else
		*ret_meeting = known->has_previous ? MASTER_ON_THE_WAY : MASTER_KNOWN;
	return STATUS_OK;
}

/* ---- writing it down ---- */

static enum status
add_audit(struct store *store, int64_t now, const char *action, struct error *err)
{
	const struct store_audit entry = {
		.at = now,
		.actor = "signetd",
		.on_behalf_of = "",
		.action = action,
		.object = "",
		.before = "",
		.after = "",
	};

	return store_add_audit(store, &entry, err);
}

static enum status
end(struct store *store, enum status status, struct error *err)
{
	if (status == STATUS_OK)
		return store_commit(store, err);
	store_rollback(store);
	return status;
}

static enum status
adopt(struct store *store, const struct store_masters *at_hand, int64_t now, struct error *err)
{
	enum status status = store_begin(store, err);

	if (status != STATUS_OK)
		return status;
	status = store_set_master_check(store, at_hand->current, err);
	if (status == STATUS_OK)
		status = add_audit(store, now, "adopt master key", err);
	return end(store, status, err);
}

/* The store's own is the previous one, whichever the two at hand were called before. */
static enum status
begin_rekey(struct store *store, const struct store_masters *known,
    const struct store_masters *at_hand, int64_t now, struct error *err)
{
	enum status status = store_begin(store, err);

	if (status != STATUS_OK)
		return status;
	status = store_begin_rekey(store, at_hand->current, known->current, err);
	if (status == STATUS_OK)
		status = add_audit(store, now, "vault rekey begin", err);
	return end(store, status, err);
}

enum status
master_meet(struct store *store, const struct store_masters *at_hand, int64_t now,
    enum master_meeting *ret_meeting, struct error *err)
{
	struct store_masters known;
	enum master_meeting meeting;
	enum status status = store_get_masters(store, &known, err);

	if (status == STATUS_OK)
		status = master_judge(&known, at_hand, &meeting, err);
	if (status == STATUS_OK && meeting == MASTER_NEW)
		status = adopt(store, at_hand, now, err);
	if (status == STATUS_OK && meeting == MASTER_TAKES_OVER)
		status = begin_rekey(store, &known, at_hand, now, err);
	if (status == STATUS_OK)
		*ret_meeting = meeting;
	return status;
}

enum status
master_end_rekey(struct store *store, int64_t now, struct error *err)
{
	enum status status = store_begin(store, err);

	if (status != STATUS_OK)
		return status;
	status = store_end_rekey(store, err);
	if (status == STATUS_OK)
		status = add_audit(store, now, "vault rekey end", err);
	return end(store, status, err);
}
