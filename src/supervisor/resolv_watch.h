/* SPDX-License-Identifier: ISC */
/*
 * resolv.conf changes when a machine moves or its VPN comes up. signetd-dns
 * reads it once, before its walls, and opens no file afterwards; so it is
 * started again when the file has become another one
 * (docs/decisions/resolv-conf.md). Looks every few seconds, at the file's inode and
 * times alone. Driven by the children's event loop.
 */
#ifndef SUPERVISOR_RESOLV_WATCH_H
#define SUPERVISOR_RESOLV_WATCH_H

#include <sys/stat.h>

#include "settings/settings.h"
#include "supervisor/children.h"

struct resolv_watch {
	struct children *children;
	sd_event_source *timer;
	struct stat seen; /* all zero: there was none */
};

/*
 * Nothing is watched where the settings name the resolvers; other settings begin anew. watch lives as long as the
 * event loop, and is cleared before the first call.
 */
void resolv_watch_start(struct resolv_watch *watch, const struct settings *settings,
    struct children *children);

#endif
