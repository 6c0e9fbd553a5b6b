/* SPDX-License-Identifier: ISC */
#include "store/sqlite.h"

#include "store/sqlite_statement.h"

enum status
store_add_audit(struct store *store, const struct store_audit *entry, struct error *err)
{
	struct statement s;
	enum status status;

	sqlite_note_change(store);
	statement_begin(&s, store,
	    "INSERT INTO audit (at, actor, on_behalf_of, action, object, before, after)"
	    " VALUES (?, ?, ?, ?, ?, ?, ?)",
	    err);
	statement_bind_number(&s, entry->at);
	statement_bind_text(&s, entry->actor);
	statement_bind_text(&s, entry->on_behalf_of);
	statement_bind_text(&s, entry->action);
	statement_bind_text(&s, entry->object);
	statement_bind_text(&s, entry->before);
	statement_bind_text(&s, entry->after);
	status = statement_run(&s);
	if (status == STATUS_OK)
		store->has_audit = true;
	return status;
}

/* The texts belong to SQLite and live until the next row. */
static const char *
borrow_text(struct statement *s)
{
	const char *text = (const char *)sqlite3_column_text(s->stmt, s->column++);

	if (text == NULL && s->status == STATUS_OK)
		s->status = error_set(s->err, STATUS_NO_MEMORY, "out of memory");
	return text;
}

static enum status
visit_entry(struct statement *s, store_audit_visitor *visit, void *context)
{
	struct store_audit entry = { .number = statement_get_number(s) };

	entry.at = statement_get_number(s);
	entry.actor = borrow_text(s);
	entry.on_behalf_of = borrow_text(s);
	entry.action = borrow_text(s);
	entry.object = borrow_text(s);
	entry.before = borrow_text(s);
	entry.after = borrow_text(s);
	return s->status == STATUS_OK ? visit(context, &entry) : s->status;
}

enum status
store_list_audit(struct store *store, const struct store_audit_filter *filter,
    store_audit_visitor *visit, void *context, struct error *err)
{
	struct statement s;
	enum status visited = STATUS_OK;
	enum status status;

	/* the index of objects is used where there is one */
	statement_begin_once(&s, store, filter->object != NULL
	        ? "SELECT number, at, actor, on_behalf_of, action, object, before, after FROM audit"
	          " WHERE number < ? AND object = ? ORDER BY number DESC LIMIT ?"
	        : "SELECT number, at, actor, on_behalf_of, action, object, before, after FROM audit"
	          " WHERE number < ? ORDER BY number DESC LIMIT ?",
	    err);
	statement_bind_number(&s, filter->before > 0 ? filter->before : INT64_MAX);
	if (filter->object != NULL)
		statement_bind_text(&s, filter->object);
	statement_bind_number(&s, filter->limit > 0 ? (int64_t)filter->limit : -1);
	while (visited == STATUS_OK && statement_next(&s))
		visited = visit_entry(&s, visit, context);
	status = statement_end(&s);
	return visited != STATUS_OK ? visited : status;
}
