/* SPDX-License-Identifier: ISC */
#include "store/sqlite.h"

#include "base/buf.h"
#include "store/sqlite_statement.h"

/* The longest composed list is far below this. */
#define SQL_MAX 2048

#define KEY_SELECT                                                                                \
	"SELECT k.id, k.org, k.domain_match, k.is_active, k.created_at, k.activated_at, "         \
	"k.deactivated_at, " SQLITE_SET_COLUMNS                                                   \
	" FROM domain_key AS k JOIN key_set AS t ON t.number = k.set_number "

/* All but the slots. */
static void
read_key(struct statement *s, struct domain_key *key)
{
	statement_get_exactly(s, key->id.bytes, ID_SIZE);
	statement_get_text(s, key->org, sizeof(key->org));
	key->domain_match = (enum domain_match)statement_get_word(s, domain_match_words);
	key->is_active = statement_get_number(s) != 0;
	key->created_at = statement_get_number(s);
	key->activated_at = statement_get_number(s);
	key->deactivated_at = statement_get_number(s);
	sqlite_read_set(s, &key->set);
}

/* ---- writing ---- */

enum status
store_insert_key(struct store *store, const struct domain_key *key, struct error *err)
{
	struct statement s;

	sqlite_note_change(store);
	statement_begin(&s, store,
	    "INSERT INTO domain_key (id, org, set_number, domain, algorithm, domain_match,"
	    " is_active, created_at, activated_at, deactivated_at)"
	    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
	    err);
	statement_bind_bytes(&s, key->id.bytes, ID_SIZE);
	statement_bind_text(&s, key->org);
	statement_bind_number(&s, key->set.number);
	statement_bind_text(&s, key->set.domain);
	statement_bind_word(&s, algorithm_words, (int)key->set.algorithm);
	statement_bind_word(&s, domain_match_words, (int)key->domain_match);
	statement_bind_number(&s, key->is_active);
	statement_bind_number(&s, key->created_at);
	statement_bind_number(&s, key->activated_at);
	statement_bind_number(&s, key->deactivated_at);
	return statement_run(&s);
}

/* A statement that concerns one row: STATUS_NOT_FOUND when there was none. */
static enum status
run_on_one(struct statement *s)
{
	enum status status = statement_run(s);

	if (status == STATUS_OK && sqlite3_changes(s->store->db) == 0)
		return STATUS_NOT_FOUND;
	return status;
}

enum status
store_update_key(struct store *store, const struct domain_key *key, struct error *err)
{
	struct statement s;

	sqlite_note_change(store);
	statement_begin(&s, store,
	    "UPDATE domain_key SET domain_match = ?, is_active = ?, activated_at = ?,"
	    " deactivated_at = ? WHERE id = ?",
	    err);
	statement_bind_word(&s, domain_match_words, (int)key->domain_match);
	statement_bind_number(&s, key->is_active);
	statement_bind_number(&s, key->activated_at);
	statement_bind_number(&s, key->deactivated_at);
	statement_bind_bytes(&s, key->id.bytes, ID_SIZE);
	return run_on_one(&s);
}

enum status
store_delete_key(struct store *store, const struct key_id *id, struct error *err)
{
	struct statement s;

	sqlite_note_change(store);
	statement_begin(&s, store, "DELETE FROM domain_key WHERE id = ?", err);
	statement_bind_bytes(&s, id->bytes, ID_SIZE);
	return run_on_one(&s);
}

/* ---- reading ---- */

enum status
store_find_key(struct store *store, const struct key_id *id, struct domain_key *ret_key,
    struct error *err)
{
	struct statement s;
	struct domain_key key = { 0 };
	bool is_there;
	enum status status;

	statement_begin(&s, store, KEY_SELECT "WHERE k.id = ?", err);
	statement_bind_bytes(&s, id->bytes, ID_SIZE);
	is_there = statement_next(&s);
	if (is_there)
		read_key(&s, &key);
	status = statement_end(&s);
	if (status == STATUS_OK)
		status = is_there ? sqlite_read_slots(store, &key.set, err) : STATUS_NOT_FOUND;
	if (status == STATUS_OK)
		*ret_key = key;
	return status;
}

enum status
store_keys_above(struct store *store, const char *org, const char *domain,
    struct store_above *ret_above, struct error *err)
{
	struct statement s;
	struct store_above above = { { false } };
	enum status status;

	statement_begin(&s, store,
	    "WITH RECURSIVE above (domain) AS (VALUES (?) UNION ALL"
	    " SELECT substr(domain, instr(domain, '.') + 1) FROM above WHERE instr(domain, '.') > 0)"
	    " SELECT length(domain) FROM above WHERE EXISTS"
	    " (SELECT 1 FROM domain_key AS k WHERE k.org = ? AND k.domain = above.domain)",
	    err);
	statement_bind_text(&s, domain);
	statement_bind_text(&s, org);
	while (statement_next(&s)) {
		int64_t len = statement_get_number(&s);

		if (len >= 0 && len <= DOMAIN_MAX)
			above.has_keys[len] = true;
	}
	status = statement_end(&s);
	if (status == STATUS_OK)
		*ret_above = above;
	return status;
}

/* The terms in the order in which bind_filter gives their values. */
static enum status
put_list_sql(struct buf *b, const struct store_filter *filter)
{
	buf_put_text(b, KEY_SELECT "WHERE 1");
	if (filter->org != NULL)
		buf_put_text(b, " AND k.org = ?");
	if (filter->domain != NULL)
		buf_put_text(b, " AND k.domain = ?");
	if (filter->set_number != 0)
		buf_put_text(b, " AND k.set_number = ?");
	if (filter->only_active)
		buf_put_text(b, " AND k.is_active = 1");
	if (filter->after != NULL)
		buf_put_text(b,
		    " AND (k.domain, k.org, k.id) >"
		    " (SELECT domain, org, id FROM domain_key WHERE id = ?)");
	buf_put_text(b, " ORDER BY k.domain, k.org, k.id");
	if (filter->limit != 0)
		buf_put_text(b, " LIMIT ?");
	return buf_status(b);
}

static void
bind_filter(struct statement *s, const struct store_filter *filter)
{
	if (filter->org != NULL)
		statement_bind_text(s, filter->org);
	if (filter->domain != NULL)
		statement_bind_text(s, filter->domain);
	if (filter->set_number != 0)
		statement_bind_number(s, filter->set_number);
	if (filter->after != NULL)
		statement_bind_bytes(s, filter->after->bytes, ID_SIZE);
	if (filter->limit != 0)
		statement_bind_number(s, filter->limit);
}

static enum status
visit_key(struct statement *s, store_key_visitor *visit, void *context)
{
	struct domain_key key = { 0 };
	enum status status;

	read_key(s, &key);
	if (s->status != STATUS_OK)
		return s->status;
	status = sqlite_read_slots(s->store, &key.set, s->err);
	return status == STATUS_OK ? visit(context, &key) : status;
}

/* The page before must still end somewhere, or the rest would silently be missing. */
static enum status
check_after(struct store *store, const struct store_filter *filter, struct error *err)
{
	struct statement s;
	bool is_there;
	enum status status;

	if (filter->after == NULL)
		return STATUS_OK;
	statement_begin(&s, store, "SELECT 1 FROM domain_key WHERE id = ?", err);
	statement_bind_bytes(&s, filter->after->bytes, ID_SIZE);
	is_there = statement_next(&s);
	status = statement_end(&s);
	if (status == STATUS_OK && !is_there)
		return error_set(err, STATUS_NOT_FOUND,
		    "the record to go on after is gone: list again from the beginning");
	return status;
}

enum status
store_list_keys(struct store *store, const struct store_filter *filter, store_key_visitor *visit,
    void *context, struct error *err)
{
	char sql[SQL_MAX];
	struct buf b;
	struct statement s;
	enum status visited = STATUS_OK;
	enum status status = check_after(store, filter, err);

	buf_init_fixed(&b, sql, sizeof(sql));
	if (status == STATUS_OK)
		status = put_list_sql(&b, filter);
	if (status != STATUS_OK)
		return status;
	statement_begin_once(&s, store, buf_text(&b), err);
	bind_filter(&s, filter);
	while (visited == STATUS_OK && statement_next(&s))
		visited = visit_key(&s, visit, context);
	status = statement_end(&s);
	return visited != STATUS_OK ? visited : status;
}
