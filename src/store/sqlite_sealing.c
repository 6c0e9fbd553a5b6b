/* SPDX-License-Identifier: ISC */
#include "store/sealing.h"

#include <assert.h>

#include "store/sqlite.h"
#include "store/sqlite_statement.h"

enum status
store_get_masters(struct store *store, struct store_masters *ret_masters, struct error *err)
{
	struct store_masters masters = { .has_current = false };
	struct statement s;
	enum status status;

	statement_begin(&s, store, "SELECT master_check, previous_check FROM meta", err);
	if (statement_next(&s)) {
		masters.has_current = statement_get_maybe(&s, masters.current, STORE_CHECK_SIZE);
		masters.has_previous = statement_get_maybe(&s, masters.previous, STORE_CHECK_SIZE);
	}
	status = statement_end(&s);
	if (status == STATUS_OK)
		*ret_masters = masters;
	return status;
}

enum status
store_begin_rekey(struct store *store, const uint8_t current[STORE_CHECK_SIZE],
    const uint8_t previous[STORE_CHECK_SIZE], struct error *err)
{
	struct statement s;

	sqlite_note_change(store);
	statement_begin(&s, store,
	    "UPDATE meta SET master_check = ?, previous_check = ?, seal = seal + 1", err);
	statement_bind_bytes(&s, current, STORE_CHECK_SIZE);
	statement_bind_bytes(&s, previous, STORE_CHECK_SIZE);
	return statement_run(&s);
}

enum status
store_end_rekey(struct store *store, struct error *err)
{
	struct statement s;

	sqlite_note_change(store);
	statement_begin(&s, store, "UPDATE meta SET previous_check = NULL", err);
	return statement_run(&s);
}

static enum status
visit_one(struct statement *s, store_reseal_visitor *visit, void *context)
{
	char domain[DOMAIN_MAX + 1] = "";
	char selector[SELECTOR_MAX + 1] = "";
	struct store_reseal reseal = { .domain = domain, .selector = selector };

	reseal.place.seal = statement_get_number(s);
	reseal.place.row = statement_get_number(s);
	statement_get_text(s, domain, sizeof(domain));
	statement_get_text(s, selector, sizeof(selector));
	statement_get_exactly(s, reseal.handle.bytes, ID_SIZE);
	statement_get_bytes(s, reseal.sealed.bytes, sizeof(reseal.sealed.bytes), &reseal.sealed.len);
	return s->status == STATUS_OK ? visit(context, &reseal) : s->status;
}

enum status
store_list_to_reseal(struct store *store, const struct store_reseal_place *after, unsigned limit,
    store_reseal_visitor *visit, void *context, struct error *err)
{
	struct statement s;
	enum status visited = STATUS_OK;
	enum status status;

	/* the order of the index, so that a page costs what is in it */
	statement_begin_once(&s, store,
	    "SELECT seal, rowid, domain, selector, handle, sealed FROM key_slot"
	    " WHERE seal < (SELECT seal FROM meta) AND (seal, rowid) > (?, ?)"
	    " ORDER BY seal, rowid LIMIT ?",
	    err);
	statement_bind_number(&s, after->seal);
	statement_bind_number(&s, after->row);
	statement_bind_number(&s, limit);
	while (visited == STATUS_OK && statement_next(&s))
		visited = visit_one(&s, visit, context);
	status = statement_end(&s);
	return visited != STATUS_OK ? visited : status;
}

enum status
store_reseal(struct store *store, const struct handle *handle, const struct store_sealed *sealed,
    struct error *err)
{
	struct statement s;

	assert(store->in_transaction);
	statement_begin(&s, store,
	    "UPDATE key_slot SET sealed = ?, seal = (SELECT seal FROM meta) WHERE handle = ?", err);
	statement_bind_bytes(&s, sealed->bytes, sealed->len);
	statement_bind_bytes(&s, handle->bytes, ID_SIZE);
	return statement_run(&s);
}

enum status
store_count_seals(struct store *store, struct store_seals *ret_seals, struct error *err)
{
	struct statement s;
	struct store_seals seals = { 0 };
	enum status status;

	statement_begin(&s, store,
	    "SELECT (SELECT count(*) FROM key_slot),"
	    " (SELECT count(*) FROM key_slot WHERE seal < (SELECT seal FROM meta))",
	    err);
	if (statement_next(&s)) {
		seals.keys = (uint64_t)statement_get_number(&s);
		seals.left = (uint64_t)statement_get_number(&s);
	}
	status = statement_end(&s);
	if (status == STATUS_OK)
		*ret_seals = seals;
	return status;
}
