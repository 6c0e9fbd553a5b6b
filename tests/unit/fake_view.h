/* SPDX-License-Identifier: ISC */
/*
 * A view in memory behind view/view.h: what the follower wrote can be looked
 * at, and writing can be made to fail. Only what a writer needs.
 */
#ifndef TESTS_FAKE_VIEW_H
#define TESTS_FAKE_VIEW_H

#include "view/view.h"

#define FAKE_ENTRIES_MAX 64

struct fake_place {
	char org[ORG_MAX + 1];
	char domain[DOMAIN_MAX + 1];
	struct match_list list;
};

struct fake_content {
	size_t places;
	struct fake_place place[FAKE_ENTRIES_MAX];
	size_t handles;
	struct handle handle[FAKE_ENTRIES_MAX];
};

struct view {
	struct fake_content content;
	struct view_position position;
	bool has_position;
	bool is_damaged; /* its position */
	unsigned commits;
	unsigned puts;       /* and removals; the test sets it back */
	unsigned fail_after; /* puts until one fails; 0: none does */
	enum status fail_status; /* 0: STATUS_SYSTEM */
	struct view_write *open;
};

bool fake_view_has_handle(const struct view *view, const struct handle *handle);

#endif
