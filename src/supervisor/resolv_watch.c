/* SPDX-License-Identifier: ISC */
#include "supervisor/resolv_watch.h"

#include "process/log.h"
#include "supervisor/file_state.h"
#include "supervisor/plumbing.h"

#define PATH "/etc/resolv.conf"
#define LOOK_EVERY_MS 5000

static int on_timer(sd_event_source *source, uint64_t usec, void *context);

static void
wait_for_change(struct resolv_watch *watch)
{
	children_set_timer(watch->children, &watch->timer, LOOK_EVERY_MS, on_timer, watch);
}

static int
on_timer(sd_event_source *source, uint64_t usec, void *context)
{
	struct resolv_watch *watch = context;
	struct stat seen = file_state_look(PATH);

	(void)source;
	(void)usec;
	if (watch->children->phase >= CHILDREN_DRAINING_MILTERS)
		return 0;
	if (!file_state_is_same(&seen, &watch->seen)) {
		log_write(LOG_LEVEL_NOTICE, "%s has changed: starting signetd-dns again", PATH);
		children_end_role(watch->children, ROLE_DNS);
	}
	watch->seen = seen;
	wait_for_change(watch);
	return 0;
}

void
resolv_watch_start(struct resolv_watch *watch, const struct settings *settings,
    struct children *children)
{
	watch->timer = sd_event_source_disable_unref(watch->timer);
	if (settings_count(settings, SETTING_DNS_RESOLVERS) > 0)
		return;
	*watch = (struct resolv_watch){ .children = children, .seen = file_state_look(PATH) };
	wait_for_change(watch);
}
