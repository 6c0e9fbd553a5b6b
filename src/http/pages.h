/* SPDX-License-Identifier: ISC */
/* Everybody's page of counters (process/counters.h), to be read: mapped once, before the walls. One thread. */
#ifndef HTTP_PAGES_H
#define HTTP_PAGES_H

#include "ipc/messages.h"
#include "process/counters.h"
#include "process/inherit.h"

#define PAGES_MAX (FRAME_CHILDREN_MAX + 1) /* the supervisor's, too */

struct pages {
	unsigned count;
	struct pages_entry {
		enum role role;
		const struct counters *page;
	} list[PAGES_MAX];
};

/* Of "supervisor0", "milter0", "milter1", … in the argument list. */
MUST_CHECK enum status pages_take(
    const struct inherit *inherit, struct pages *ret_pages, struct error *err);

#define PAGES_ALL (~0U)

/* Of the counter at this offset of the page, over the pages of roles, ROLE_BIT()s. */
uint64_t pages_sum(const struct pages *pages, unsigned roles, size_t offset);

#endif
