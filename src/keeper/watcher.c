/* SPDX-License-Identifier: ISC */
#include "keeper/watcher.h"

#define COUNT_S 600

enum status
watcher_count(struct watcher *watcher, struct store *store, int64_t now_ms, struct error *err)
{
	int64_t now_s = now_ms / 1000;
	enum status status;

	if (watcher->counted_at != 0 && now_s < watcher->counted_at + COUNT_S)
		return STATUS_OK;
	status = store_count_watched(store, &watcher->sets, err);
	if (status == STATUS_OK)
		watcher->counted_at = now_s;
	return status;
}

static int64_t
period_s(const struct watcher *watcher, const struct lifecycle_rotation *rotation)
{
	const struct key_set *set = &rotation->set;

	return watch_period_s(set->slots[set->signing_slot].seen_ttl_s, watcher->sets, set->number);
}

int64_t
watcher_due_at(
    const struct watcher *watcher, const struct lifecycle_rotation *rotation, int64_t now)
{
	int64_t checked_at = rotation->set.slots[rotation->set.signing_slot].dns.checked_at;

	if (!rotation->facts.is_active)
		return ROTATION_NEVER;
	/* of a clock that has been put back since */
	return (checked_at < now ? checked_at : now) + period_s(watcher, rotation);
}

int64_t
watcher_next_at(
    const struct watcher *watcher, const struct lifecycle_rotation *rotation, int64_t now)
{
	return rotation->facts.is_active ? now + period_s(watcher, rotation) : ROTATION_NEVER;
}

bool
watcher_may_look(struct watcher *watcher, int64_t number, int64_t now_ms, int64_t *ret_put_off_s)
{
	if (watch_budget_take(&watcher->budget, now_ms))
		return true;
	*ret_put_off_s = watch_put_off_s(watcher->sets, number);
	return false;
}
