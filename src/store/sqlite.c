/* SPDX-License-Identifier: ISC */
/*
 * Opening, transactions, and what belongs to the store as a whole. The nouns
 * have their own files: sqlite_set.c, sqlite_key.c, sqlite_audit.c,
 * sqlite_change.c.
 */
#include "store/sqlite.h"

#include <assert.h>
#include <stdlib.h>

#include "store/sqlite_open.h"
#include "store/sqlite_statement.h"

enum status
store_open(const char *directory, struct store **ret_store, struct error *err)
{
	struct store *store = calloc(1, sizeof(*store));
	enum status status;

	if (store == NULL)
		return error_set(err, STATUS_NO_MEMORY, "out of memory");
	status = sqlite_open(store, directory, err);
	if (status != STATUS_OK) {
		store_close(&store);
		return error_prepend(err, status, "%s/" SQLITE_FILE_NAME, directory);
	}
	*ret_store = store;
	return STATUS_OK;
}

void
store_close(struct store **store)
{
	struct store *old = *store;

	*store = NULL;
	if (old == NULL)
		return;
	store_rollback(old);
	for (size_t i = 0; i < old->cached; i++)
		(void)sqlite3_finalize(old->cache[i].stmt);
	(void)sqlite3_close_v2(old->db);
	free(old);
}

void
store_generation(const struct store *store, uint8_t ret_generation[STORE_GENERATION_SIZE])
{
	memcpy(ret_generation, store->generation, STORE_GENERATION_SIZE);
}

enum status
sqlite_run(struct store *store, const char *sql, struct error *err)
{
	int code = sqlite3_exec(store->db, sql, NULL, NULL, NULL);

	return code == SQLITE_OK ? STATUS_OK : statement_fail(store, code, err);
}

/* ---- transactions ---- */

void
sqlite_note_change(struct store *store)
{
	assert(store->in_transaction);
	store->has_changed = true;
}

enum status
store_begin(struct store *store, struct error *err)
{
	enum status status;

	assert(!store->in_transaction);
	/* IMMEDIATE: what is read in it is still true when it is written */
	status = sqlite_run(store, "BEGIN IMMEDIATE", err);
	if (status != STATUS_OK)
		return status;
	store->in_transaction = true;
	store->has_audit = false;
	store->has_changed = false;
	return STATUS_OK;
}

enum status
store_commit(struct store *store, struct error *err)
{
	enum status status;

	assert(store->in_transaction);
	assert(store->has_audit || !store->has_changed);
	status = sqlite_run(store, "COMMIT", err);
	if (status != STATUS_OK)
		store_rollback(store);
	store->in_transaction = false;
	return status;
}

void
store_rollback(struct store *store)
{
	if (!store->in_transaction)
		return;
	/* some failures (disk full, out of memory) have rolled back by themselves */
	if (sqlite3_get_autocommit(store->db) == 0)
		(void)sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
	store->in_transaction = false;
}

/* ---- the master key's check value ---- */

enum status
store_get_master_check(
    struct store *store, uint8_t ret_check[STORE_CHECK_SIZE], struct error *err)
{
	struct statement s;
	uint8_t check[STORE_CHECK_SIZE] = { 0 };
	bool is_there;
	enum status status;

	statement_begin(
	    &s, store, "SELECT master_check FROM meta WHERE master_check IS NOT NULL", err);
	is_there = statement_next(&s);
	if (is_there)
		statement_get_exactly(&s, check, sizeof(check));
	status = statement_end(&s);
	if (status != STATUS_OK)
		return status;
	if (!is_there)
		return STATUS_NOT_FOUND;
	memcpy(ret_check, check, sizeof(check));
	return STATUS_OK;
}

enum status
store_set_master_check(
    struct store *store, const uint8_t check[STORE_CHECK_SIZE], struct error *err)
{
	struct statement s;

	sqlite_note_change(store);
	statement_begin(&s, store, "UPDATE meta SET master_check = ?", err);
	statement_bind_bytes(&s, check, STORE_CHECK_SIZE);
	return statement_run(&s);
}

/* ---- counting ---- */

enum status
store_count(struct store *store, struct store_counts *ret_counts, struct error *err)
{
	struct statement s;
	struct store_counts counts = { 0 };
	enum status status;

	statement_begin(&s, store,
	    "SELECT (SELECT count(*) FROM domain_key),"
	    " (SELECT count(*) FROM domain_key WHERE is_active = 1),"
	    " (SELECT count(*) FROM key_set),"
	    " (SELECT count(*) FROM key_set WHERE retirement NOT NULL),"
	    " coalesce((SELECT min(gone_at) FROM key_set WHERE retirement NOT NULL), 0)",
	    err);
	if (statement_next(&s)) {
		counts.keys = (uint64_t)statement_get_number(&s);
		counts.active_keys = (uint64_t)statement_get_number(&s);
		counts.sets = (uint64_t)statement_get_number(&s);
		counts.retiring_sets = (uint64_t)statement_get_number(&s);
		counts.next_gone_at = statement_get_number(&s);
	}
	status = statement_end(&s);
	if (status == STATUS_OK)
		*ret_counts = counts;
	return status;
}
