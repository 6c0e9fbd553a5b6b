/* SPDX-License-Identifier: ISC */
#include "store/sqlite_statement.h"

#include <limits.h>
#include <string.h>

#include "store/sqlite.h"

/* What SQLite says of a broken rule, and what we say. The first that fits counts. */
static const struct {
	const char *part;
	const char *sentence;
} rules[] = {
	{ "key_slot.domain, key_slot.selector",
	    "another key at this domain has this selector already: choose another one" },
	{ "key_slot.handle", "the handle belongs to another key already" },
	{ "domain_key.set_number, domain_key.org, domain_key.domain_match",
	    "the organization has a record of this key set with this domain_match already: give another one (--match)" },
	{ "domain_key.org, domain_key.domain, domain_key.algorithm, domain_key.domain_match",
	    "another key of the organization is active with the same domain, algorithm and "
	    "domain_match" },
	{ "domain_key.id", "there is a record with this id already" },
};

/* A trigger's own message is a sentence; the rest is the name of the rule, better than nothing. */
static enum status
fail_constraint(struct store *store, struct error *err)
{
	const char *message = sqlite3_errmsg(store->db);

	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		if (strstr(message, rules[i].part) != NULL)
			return error_set(err, STATUS_CONFLICT, "%s", rules[i].sentence);
	}
	return error_set(err, STATUS_CONFLICT, "%s", message);
}

/* SQLite knows no better word than "disk I/O error" for much that the system has a word for. */
static enum status
fail_system(struct store *store, int code, struct error *err)
{
	int system_code = code == SQLITE_IOERR ? sqlite3_system_errno(store->db) : 0;

	return error_set(err, STATUS_SYSTEM, "the store failed: %s%s%s", sqlite3_errmsg(store->db),
	    system_code != 0 ? ": " : "", system_code != 0 ? strerrordesc_np(system_code) : "");
}

enum status
statement_fail(struct store *store, int code, struct error *err)
{
	switch (code & 0xff) {
	case SQLITE_CONSTRAINT:
		return fail_constraint(store, err);
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return error_set(err, STATUS_UNAVAILABLE,
		    "the store is locked by another program: try again");
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return error_set(err, STATUS_DAMAGED, "the store is damaged: %s",
		    sqlite3_errmsg(store->db));
	case SQLITE_NOMEM:
		return error_set(err, STATUS_NO_MEMORY, "out of memory");
	default:
		return fail_system(store, code & 0xff, err);
	}
}

static void
prepare(struct statement *s, const char *sql, unsigned flags)
{
	int code = sqlite3_prepare_v3(s->store->db, sql, -1, flags, &s->stmt, NULL);

	if (code != SQLITE_OK)
		s->status = statement_fail(s->store, code, s->err);
}

static sqlite3_stmt *
find_cached(struct store *store, const char *sql)
{
	for (size_t i = 0; i < store->cached; i++) {
		if (store->cache[i].sql == sql)
			return store->cache[i].stmt;
	}
	return NULL;
}

void
statement_begin_once(struct statement *s, struct store *store, const char *sql, struct error *err)
{
	*s = (struct statement){ .store = store, .err = err };
	prepare(s, sql, 0);
}

void
statement_begin(struct statement *s, struct store *store, const char *sql, struct error *err)
{
	*s = (struct statement){ .store = store, .err = err };
	s->stmt = find_cached(store, sql);
	s->is_cached = s->stmt != NULL;
	if (s->is_cached)
		return;
	prepare(s, sql, SQLITE_PREPARE_PERSISTENT);
	if (s->status == STATUS_OK && store->cached < SQLITE_CACHE_MAX) {
		store->cache[store->cached++] = (struct sqlite_cached){ sql, s->stmt };
		s->is_cached = true;
	}
}

static void
check_bind(struct statement *s, int code)
{
	if (code != SQLITE_OK)
		s->status = statement_fail(s->store, code, s->err);
}

void
statement_bind_number(struct statement *s, int64_t number)
{
	if (s->status == STATUS_OK)
		check_bind(s, sqlite3_bind_int64(s->stmt, ++s->parameter, number));
}

void
statement_bind_text(struct statement *s, const char *text)
{
	if (s->status == STATUS_OK)
		check_bind(s, sqlite3_bind_text(s->stmt, ++s->parameter, text, -1, SQLITE_STATIC));
}

void
statement_bind_bytes(struct statement *s, const void *bytes, size_t len)
{
	if (s->status == STATUS_OK)
		check_bind(
		    s, sqlite3_bind_blob64(s->stmt, ++s->parameter, bytes, len, SQLITE_STATIC));
}

void
statement_bind_maybe(struct statement *s, bool is_there, const void *bytes, size_t len)
{
	if (is_there)
		statement_bind_bytes(s, bytes, len);
	else if (s->status == STATUS_OK)
		check_bind(s, sqlite3_bind_null(s->stmt, ++s->parameter));
}

void
statement_bind_word(struct statement *s, const struct word *table, int value)
{
	statement_bind_text(s, word_text(table, value));
}

bool
statement_next(struct statement *s)
{
	int code;

	if (s->status != STATUS_OK)
		return false;
	s->column = 0;
	code = sqlite3_step(s->stmt);
	if (code != SQLITE_ROW && code != SQLITE_DONE)
		s->status = statement_fail(s->store, code, s->err);
	return code == SQLITE_ROW;
}

static void
note_damage(struct statement *s)
{
	s->status = error_set(s->err, STATUS_DAMAGED,
	    "the store is damaged: column %s holds what cannot be there",
	    sqlite3_column_name(s->stmt, s->column - 1));
}

int64_t
statement_get_number(struct statement *s)
{
	return s->status == STATUS_OK ? sqlite3_column_int64(s->stmt, s->column++) : 0;
}

/* The next column's bytes; empty when something failed. */
static struct slice
next_column(struct statement *s)
{
	const void *bytes;

	if (s->status != STATUS_OK)
		return SLICE_EMPTY;
	bytes = sqlite3_column_blob(s->stmt, s->column);
	return slice_of(bytes, (size_t)sqlite3_column_bytes(s->stmt, s->column++));
}

void
statement_get_text(struct statement *s, char *ret_text, size_t size)
{
	struct slice column = next_column(s);

	if (s->status != STATUS_OK)
		return;
	if (column.len >= size || slice_find(column, '\0') < column.len) {
		note_damage(s);
		return;
	}
	if (column.len > 0)
		memcpy(ret_text, column.ptr, column.len);
	ret_text[column.len] = '\0';
}

void
statement_get_bytes(struct statement *s, void *ret_bytes, size_t size, size_t *ret_len)
{
	struct slice column = next_column(s);

	if (s->status != STATUS_OK)
		return;
	if (column.len > size) {
		note_damage(s);
		return;
	}
	if (column.len > 0)
		memcpy(ret_bytes, column.ptr, column.len);
	*ret_len = column.len;
}

void
statement_get_exactly(struct statement *s, void *ret_bytes, size_t size)
{
	size_t len = size;

	statement_get_bytes(s, ret_bytes, size, &len);
	if (s->status == STATUS_OK && len != size)
		note_damage(s);
}

bool
statement_get_maybe(struct statement *s, void *ret_bytes, size_t size)
{
	size_t len = 0;

	statement_get_bytes(s, ret_bytes, size, &len);
	if (s->status == STATUS_OK && len != 0 && len != size)
		note_damage(s);
	return len == size;
}

int
statement_get_word(struct statement *s, const struct word *table)
{
	struct slice column = next_column(s);
	int value = 0;

	if (s->status == STATUS_OK && word_value(table, column, &value) != STATUS_OK)
		note_damage(s);
	return value;
}

enum status
statement_end(struct statement *s)
{
	if (s->is_cached) {
		(void)sqlite3_reset(s->stmt);
		(void)sqlite3_clear_bindings(s->stmt);
	} else {
		(void)sqlite3_finalize(s->stmt);
	}
	s->stmt = NULL;
	return s->status;
}

enum status
statement_run(struct statement *s)
{
	while (statement_next(s))
		;
	return statement_end(s);
}

enum status
statement_read_number(
    struct store *store, const char *sql, int64_t *ret_number, struct error *err)
{
	struct statement s;
	int64_t number = 0;
	enum status status;

	statement_begin_once(&s, store, sql, err);
	if (statement_next(&s))
		number = statement_get_number(&s);
	status = statement_end(&s);
	if (status == STATUS_OK)
		*ret_number = number;
	return status;
}
