/* SPDX-License-Identifier: ISC */
/*
 * What the tests on the whole way of a key share: a store, the two views that
 * follow it, on disk, and a clock that moves when the test says so. The views
 * are written and looked at in this process; who reads them in another one
 * opens place->table_place->directory there.
 */
#ifndef TESTS_TABLE_PLACE_H
#define TESTS_TABLE_PLACE_H

#include "store_place.h"
#include "view_place.h"

#include "follow/publish.h"

#define TABLE_TIMEOUT_MS 5000
#define TABLE_MAP_BYTES (UINT64_C(4) << 30) /* of address space */

struct table_place {
	struct store_place *store_place;
	struct place *table_place;
	struct place *keyring_place;
	struct store *store;
	struct view *table;
	struct view *keyring;
	struct publish *publish;
	int64_t now_ms;
	int64_t again_at_ms;
};

/* For cmocka. */
int table_place_make(void **state);
int table_place_remove(void **state);

#define TABLE_TEST(name) \
	cmocka_unit_test_setup_teardown(name, table_place_make, table_place_remove)

/* Lets the views follow the store, as the keeper does before it answers. */
void table_place_publish(struct table_place *place);

/* As after a crash of the keeper: what it had in memory only is gone. */
void table_place_restart(struct table_place *place);

/* As table_place_restart, and the views are made anew from the store. */
void table_place_rebuild(struct table_place *place);

/* Publishes, and moves the clock until nothing waits. */
void table_place_settle(struct table_place *place);

#endif
