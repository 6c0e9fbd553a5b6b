/* SPDX-License-Identifier: ISC */
/*
 * Who the roles run as. Started as root: a uid of its own for each, by name or
 * number. Started by anybody else: that user, for all of them.
 */
#ifndef SUPERVISOR_USERS_H
#define SUPERVISOR_USERS_H

#include <sys/types.h>

#include "base/error.h"
#include "ipc/role.h"
#include "settings/settings.h"

struct user {
	uid_t uid;
	gid_t gid;
};

struct users {
	struct user of_role[ROLE_COUNT];
};

/*
 * STATUS_REFUSED for a name nobody has, for root, and for two roles with one uid or gid: the first
 * of these, with "FILE:LINE: SETTING: ".
 */
MUST_CHECK enum status users_resolve(
    const struct settings *settings, struct users *ret_users, struct error *err);

/* All that users_resolve refuses. */
typedef void users_visitor(void *context, const char *text);
void users_list_faults(const struct settings *settings, users_visitor *visit, void *context);

#endif
