/* SPDX-License-Identifier: ISC */
#include "supervisor/order.h"

#include <signal.h>

void
order_release_keeper(struct children *children)
{
	struct child *keeper = &children->list[0];

	for (unsigned i = 0; i < children->count; i++) {
		const struct child *child = &children->list[i];

		if (child->pid != 0 && (child == keeper || child->follows_keeper))
			return;
	}
	children->holds_keeper = false;
	children_start_one(keeper);
}

void
order_restart(struct children *children, unsigned roles)
{
	if (children->phase >= CHILDREN_DRAINING_MILTERS)
		return;
	children->holds_keeper = true;
	for (unsigned i = 0; i < children->count; i++) {
		struct child *child = &children->list[i];

		bool follows = (roles & ROLE_BIT(child->role)) != 0;

		if (!follows && child->role != ROLE_KEEPER)
			continue;
		child->follows_keeper = follows || child->follows_keeper;
		child->restart_timer = sd_event_source_disable_unref(child->restart_timer);
		child->is_ended = child->pid != 0;
		if (child->is_ended)
			(void)kill(child->pid, SIGKILL);
	}
	order_release_keeper(children);
}

void
order_release_followers(struct children *children)
{
	for (unsigned i = 0; i < children->count; i++) {
		struct child *child = &children->list[i];

		if (!child->follows_keeper)
			continue;
		child->follows_keeper = false;
		children_start_one(child);
	}
}
