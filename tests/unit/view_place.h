/* SPDX-License-Identifier: ISC */
/*
 * What the tests of view/ share: a private directory, entries that show when
 * two are mixed, children that write. A view is opened once per process (LMDB
 * wants it so): who reads here, writes in a child, and the other way round.
 */
#ifndef TESTS_VIEW_PLACE_H
#define TESTS_VIEW_PLACE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <unistd.h>

#include "view/view.h"

#define MAP_BYTES (UINT64_C(64) << 20)
#define SMALL_MAP_BYTES (UINT64_C(1) << 20)
#define OTHER_ID 65534 /* a uid and gid that is not ours */

#define LIT(text) SLICE_LITERAL(text)

extern const struct view_position first_position;

struct place {
	char parent[64];
	char directory[80];
};

/* For cmocka: another uid may pass, and its group owns what is made in the directory. */
int place_make(void **state);
int place_remove(void **state);

#define VIEW_TEST(name) cmocka_unit_test_setup_teardown(name, place_make, place_remove)

/* Fail the test when they cannot. */
struct view *place_open_writer(const struct place *place, uint64_t map_bytes);
struct view *place_open_reader(
    const struct place *place, uint64_t map_bytes, unsigned max_readers);

/* One key whose every part is made of n, and whether a list is such a one. */
struct match_list list_of(unsigned n);
bool list_is_whole(const struct match_list *list);

/* One transaction that puts a list for "main" at domain, as change number change. */
MUST_CHECK enum status list_write(
    struct view *view, struct slice domain, const struct match_list *list, uint64_t change);
void list_must_write(struct view *view, struct slice domain, unsigned n);
MUST_CHECK enum status list_find(
    struct view *view, struct slice domain, struct match_list *ret_list);

#endif
