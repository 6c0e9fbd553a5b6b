/* SPDX-License-Identifier: ISC */
/*
 * What the views follow: the numbered changes, which triggers of the schema
 * write, and the present truth of what they name.
 */
#include "store/sqlite.h"

#include <assert.h>

#include "store/sqlite_statement.h"

static const struct word kind_words[] = {
	{ STORE_CHANGE_TABLE, "table" },
	{ STORE_CHANGE_KEYRING, "keyring" },
	{ 0, NULL },
};

/* ---- the numbers ---- */

static enum status
read_number(struct store *store, const char *sql, uint64_t *ret_number, struct error *err)
{
	struct statement s;
	uint64_t number = 0;
	enum status status;

	statement_begin(&s, store, sql, err);
	if (statement_next(&s))
		number = (uint64_t)statement_get_number(&s);
	status = statement_end(&s);
	if (status == STATUS_OK)
		*ret_number = number;
	return status;
}

enum status
store_last_change(struct store *store, uint64_t *ret_number, struct error *err)
{
	return read_number(
	    store, "SELECT seq FROM sqlite_sequence WHERE name = 'change'", ret_number, err);
}

enum status
store_forgotten_change(struct store *store, uint64_t *ret_number, struct error *err)
{
	return read_number(store, "SELECT forgotten_change FROM meta", ret_number, err);
}

static enum status
forget(struct store *store, uint64_t number, struct error *err)
{
	struct statement s;
	enum status status;

	statement_begin(&s, store, "DELETE FROM change WHERE number <= ?", err);
	statement_bind_number(&s, (int64_t)number);
	status = statement_run(&s);
	if (status != STATUS_OK)
		return status;
	statement_begin(
	    &s, store, "UPDATE meta SET forgotten_change = max(forgotten_change, ?)", err);
	statement_bind_number(&s, (int64_t)number);
	return statement_run(&s);
}

enum status
store_forget_changes(struct store *store, uint64_t number, struct error *err)
{
	enum status status;

	assert(number <= INT64_MAX);
	status = store_begin(store, err);
	if (status != STATUS_OK)
		return status;
	status = forget(store, number, err);
	if (status == STATUS_OK)
		return store_commit(store, err);
	store_rollback(store);
	return status;
}

/* ---- the changes ---- */

static enum status
visit_change(struct statement *s, enum store_change_kind kind, store_change_visitor *visit,
    void *context)
{
	struct store_change change = { .kind = kind };

	change.number = (uint64_t)statement_get_number(s);
	if (kind == STORE_CHANGE_TABLE) {
		statement_get_text(s, change.org, sizeof(change.org));
		statement_get_text(s, change.domain, sizeof(change.domain));
	} else {
		s->column += 2;
		statement_get_exactly(s, change.handle.bytes, ID_SIZE);
	}
	return s->status == STATUS_OK ? visit(context, &change) : s->status;
}

enum status
store_list_changes(struct store *store, enum store_change_kind kind, uint64_t after,
    unsigned limit, store_change_visitor *visit, void *context, struct error *err)
{
	struct statement s;
	enum status visited = STATUS_OK;
	enum status status;

	statement_begin_once(&s, store,
	    "SELECT number, org, domain, handle FROM change"
	    " WHERE kind = ? AND number > ? ORDER BY number LIMIT ?",
	    err);
	statement_bind_word(&s, kind_words, (int)kind);
	statement_bind_number(&s, after <= INT64_MAX ? (int64_t)after : INT64_MAX);
	statement_bind_number(&s, limit);
	while (visited == STATUS_OK && statement_next(&s))
		visited = visit_change(&s, kind, visit, context);
	status = statement_end(&s);
	return visited != STATUS_OK ? visited : status;
}

/* ---- the present truth of one entry ---- */

static void
read_entry(struct statement *s, struct match_entry *entry)
{
	entry->algorithm = (enum algorithm)statement_get_word(s, algorithm_words);
	entry->domain_match = (enum domain_match)statement_get_word(s, domain_match_words);
	statement_get_exactly(s, entry->id.bytes, ID_SIZE);
	statement_get_exactly(s, entry->handle.bytes, ID_SIZE);
	statement_get_text(s, entry->selector, sizeof(entry->selector));
}

enum status
store_active_at(struct store *store, const char *org, const char *domain,
    struct match_list *ret_list, struct error *err)
{
	struct statement s;
	struct match_list list = { 0 };
	enum status status;

	/* ordered, so that the same truth is the same list */
	statement_begin(&s, store,
	    "SELECT k.algorithm, k.domain_match, k.id, s.handle, s.selector"
	    " FROM domain_key AS k JOIN key_set AS t ON t.number = k.set_number"
	    " JOIN key_slot AS s ON s.set_number = t.number AND s.slot = t.signing_slot"
	    " WHERE k.org = ? AND k.domain = ? AND k.is_active = 1"
	    " ORDER BY k.algorithm DESC, k.domain_match",
	    err);
	statement_bind_text(&s, org);
	statement_bind_text(&s, domain);
	/* the index of the one active key holds the count */
	while (list.count < MATCH_LIST_MAX && statement_next(&s))
		read_entry(&s, &list.entries[list.count++]);
	status = statement_end(&s);
	if (status == STATUS_OK)
		*ret_list = list;
	return status;
}

static void
read_sealed(struct statement *s, struct store_sealed *sealed)
{
	statement_get_bytes(s, sealed->bytes, sizeof(sealed->bytes), &sealed->len);
}

enum status
store_find_sealed(struct store *store, const struct handle *handle,
    struct store_sealed *ret_sealed, struct error *err)
{
	struct statement s;
	struct store_sealed sealed = { 0 };
	bool is_there;
	enum status status;

	statement_begin(&s, store, "SELECT sealed FROM key_slot WHERE handle = ?", err);
	statement_bind_bytes(&s, handle->bytes, ID_SIZE);
	is_there = statement_next(&s);
	if (is_there)
		read_sealed(&s, &sealed);
	status = statement_end(&s);
	if (status == STATUS_OK && !is_there)
		return STATUS_NOT_FOUND;
	if (status == STATUS_OK)
		*ret_sealed = sealed;
	return status;
}

/* ---- everything, for a rebuild ---- */

enum status
store_list_places(
    struct store *store, store_place_visitor *visit, void *context, struct error *err)
{
	struct statement s;
	char org[ORG_MAX + 1] = "";
	char domain[DOMAIN_MAX + 1] = "";
	enum status visited = STATUS_OK;
	enum status status;

	statement_begin_once(&s, store,
	    "SELECT DISTINCT org, domain FROM domain_key WHERE is_active = 1", err);
	while (visited == STATUS_OK && statement_next(&s)) {
		statement_get_text(&s, org, sizeof(org));
		statement_get_text(&s, domain, sizeof(domain));
		visited = s.status == STATUS_OK ? visit(context, org, domain) : s.status;
	}
	status = statement_end(&s);
	return visited != STATUS_OK ? visited : status;
}

enum status
store_list_sealed(
    struct store *store, store_sealed_visitor *visit, void *context, struct error *err)
{
	struct statement s;
	struct handle handle = { 0 };
	struct store_sealed sealed = { 0 };
	enum status visited = STATUS_OK;
	enum status status;

	statement_begin_once(&s, store, "SELECT handle, sealed FROM key_slot", err);
	while (visited == STATUS_OK && statement_next(&s)) {
		statement_get_exactly(&s, handle.bytes, ID_SIZE);
		read_sealed(&s, &sealed);
		visited = s.status == STATUS_OK ? visit(context, &handle, &sealed) : s.status;
	}
	status = statement_end(&s);
	return visited != STATUS_OK ? visited : status;
}
