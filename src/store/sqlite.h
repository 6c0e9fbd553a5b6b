/* SPDX-License-Identifier: ISC */
/* The store in SQLite from inside: for store/sqlite*.c alone. */
#ifndef STORE_SQLITE_H
#define STORE_SQLITE_H

#include <sqlite3.h>

#include "store/store.h"

/* More than there are statements in store/sqlite*.c. */
#define SQLITE_CACHE_MAX 56

struct sqlite_cached {
	const char *sql;
	sqlite3_stmt *stmt;
};

struct store {
	sqlite3 *db;
	struct sqlite_cached cache[SQLITE_CACHE_MAX];
	size_t cached;
	bool in_transaction;
	bool has_audit;   /* of the open transaction */
	bool has_changed; /* likewise: something that wants an audit row */
	uint8_t generation[STORE_GENERATION_SIZE];
};

/* Every changing function says so first: asserts a transaction. */
void sqlite_note_change(struct store *store);

/* Runs SQL texts that take no parameters and give no rows. */
MUST_CHECK enum status sqlite_run(struct store *store, const char *sql, struct error *err);

/* Reads the slots of set->number into set. */
MUST_CHECK enum status sqlite_read_slots(
    struct store *store, struct key_set *set, struct error *err);

/*
 * The columns of a key set, to be read by sqlite_read_set from a statement
 * that has selected them from key_set AS t.
 */
#define SQLITE_SET_COLUMNS                                                                        \
	"t.number, t.owner_org, t.domain, t.algorithm, t.key_bits, t.signing_slot, "              \
	"t.publication, t.publish_state, t.test_mode, t.created_at, t.rotated_at, "               \
	"t.next_rotation_at, t.safe_to_remove_at, t.retirement NOT NULL, "                        \
	"coalesce(t.retirement IN ('removing', 'removed'), 0), t.gone_at"

struct statement;
void sqlite_read_set(struct statement *s, struct key_set *set);

#endif
