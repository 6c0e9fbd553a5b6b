/* SPDX-License-Identifier: ISC */
/*
 * What the tests on a store share: a private directory, a store in it, and
 * records made of a number, so that two are never mixed up.
 */
#ifndef TESTS_STORE_PLACE_H
#define TESTS_STORE_PLACE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/store.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define LIT(text) SLICE_LITERAL(text)

#define NOW INT64_C(1795219200) /* 2026-11-21 00:00 UTC */

struct store_place {
	char directory[64];
	char file[80];
	struct store *store;
};

/* For cmocka. */
int store_place_make(void **state);
int store_place_remove(void **state);

#define STORE_TEST(name) \
	cmocka_unit_test_setup_teardown(name, store_place_make, store_place_remove)

/* Closes and opens the store again. */
void store_place_reopen(struct store_place *place);

/* Statuses with the sentence in the failure. */
#define assert_ok(status, err) \
	do { \
		if ((status) != STATUS_OK) \
			fail_msg("%s", (err)->text); \
	} while (0)

/* A set number n: handles, selectors and keys are made of n and the slot; for example.com. */
struct key_set set_of(unsigned n);
void sealed_of(unsigned n, struct store_sealed ret_sealed[SLOT_COUNT]);

/* An inactive key number n of "main" for a set. */
struct domain_key key_of(unsigned n, const struct key_set *set);

/* begin, one audit row, and commit around what is between. */
void place_begin(struct store *store);
void place_commit(struct store *store);

/* Each in a transaction of its own; fail the test when they cannot. */
struct key_set place_add_set(struct store *store, unsigned n, const char *domain);
struct domain_key place_add_key(struct store *store, unsigned n, const struct key_set *set,
    enum domain_match match, bool is_active);

uint64_t place_last_change(struct store *store);

#endif
