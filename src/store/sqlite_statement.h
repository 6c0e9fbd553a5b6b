/* SPDX-License-Identifier: ISC */
/*
 * One SQL statement from parameters to columns, with a sticky status: the
 * first failure makes the rest do nothing, and statement_end returns it, its
 * sentence in err. Parameters and columns are taken in their order.
 *
 *	statement_begin(&s, store, "SELECT …", err);
 *	statement_bind_text(&s, org);
 *	while (statement_next(&s))
 *		… statement_get_number(&s) …
 *	return statement_end(&s);
 *
 * For store/sqlite*.c alone.
 */
#ifndef STORE_SQLITE_STATEMENT_H
#define STORE_SQLITE_STATEMENT_H

#include <sqlite3.h>

#include "base/error.h"
#include "base/words.h"
#include "store/store.h"

struct statement {
	struct store *store;
	sqlite3_stmt *stmt;
	struct error *err;
	enum status status;
	int parameter; /* how many are bound */
	int column;    /* the next to read */
	bool is_cached;
};

/* sql has static storage: its address is the name of the prepared statement in the cache. */
void statement_begin(
    struct statement *s, struct store *store, const char *sql, struct error *err);

/* For composed texts and for statements that may be used inside themselves: not cached. */
void statement_begin_once(
    struct statement *s, struct store *store, const char *sql, struct error *err);

/* Texts and bytes are read until statement_end: they must stay. */
void statement_bind_number(struct statement *s, int64_t number);
void statement_bind_text(struct statement *s, const char *text);
void statement_bind_bytes(struct statement *s, const void *bytes, size_t len);
/* NULL when it is not there. */
void statement_bind_maybe(struct statement *s, bool is_there, const void *bytes, size_t len);
void statement_bind_word(struct statement *s, const struct word *table, int value);

/* true: there is a row to read. false: there is none (left), or something failed. */
MUST_CHECK bool statement_next(struct statement *s);

/* What does not fit or is none of the words makes the status STATUS_DAMAGED. */
int64_t statement_get_number(struct statement *s);
void statement_get_text(struct statement *s, char *ret_text, size_t size);
void statement_get_bytes(struct statement *s, void *ret_bytes, size_t size, size_t *ret_len);
void statement_get_exactly(struct statement *s, void *ret_bytes, size_t size);
/* False for NULL. */
bool statement_get_maybe(struct statement *s, void *ret_bytes, size_t size);
int statement_get_word(struct statement *s, const struct word *table);

/* Ends it, whatever has become of it. */
MUST_CHECK enum status statement_end(struct statement *s);

/* Runs a statement that gives no rows, and ends it. */
MUST_CHECK enum status statement_run(struct statement *s);

/* The number that a query without parameters gives; 0 when it gives no row. Not cached. */
MUST_CHECK enum status statement_read_number(
    struct store *store, const char *sql, int64_t *ret_number, struct error *err);

/* The status that stands for a result code, with a sentence: constraints in words. */
enum status statement_fail(struct store *store, int code, struct error *err);

#endif
