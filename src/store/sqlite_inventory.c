/* SPDX-License-Identifier: ISC */
#include "store/inventory.h"

#include "store/sqlite.h"
#include "store/sqlite_statement.h"

static const char sql[] =
    "SELECT t.number, t.algorithm, t.retirement NOT NULL, t.next_rotation_at,"
    " CASE WHEN t.rotated_at > 0 THEN t.rotated_at ELSE t.created_at END,"
    " CASE WHEN s.dns_checked_at > 0 THEN s.dns_checked_at ELSE t.created_at END,"
    " (SELECT count(*) FROM domain_key AS k WHERE k.set_number = t.number),"
    " (SELECT count(*) FROM domain_key AS k WHERE k.set_number = t.number AND k.is_active = 1),"
    " s.dns_state = 'failed',"
    " (SELECT count(*) FROM key_slot AS p WHERE p.set_number = t.number"
    "   AND p.txt_record_name <> '' AND p.publish_state = 'failed'),"
    " t.rotation_alarm = 1, t.rotation_reason = 'damaged'"
    " FROM key_set AS t JOIN key_slot AS s ON s.set_number = t.number AND s.slot = t.signing_slot"
    " WHERE t.number > ? ORDER BY t.number LIMIT ?";

/* A set, and what of it counts. */
struct row {
	int64_t number;
	enum algorithm algorithm;
	bool is_retiring;
	int64_t next_rotation_at;
	int64_t key_at;
	int64_t check_at;
	uint64_t keys;
	uint64_t active_keys;
	bool has_failed_dns;
	uint64_t failed_publications;
	bool has_alarm;
	bool is_damaged;
};

static void
read_row(struct statement *s, struct row *row)
{
	row->number = statement_get_number(s);
	row->algorithm = (enum algorithm)statement_get_word(s, algorithm_words);
	row->is_retiring = statement_get_number(s) != 0;
	row->next_rotation_at = statement_get_number(s);
	row->key_at = statement_get_number(s);
	row->check_at = statement_get_number(s);
	row->keys = (uint64_t)statement_get_number(s);
	row->active_keys = (uint64_t)statement_get_number(s);
	row->has_failed_dns = statement_get_number(s) != 0;
	row->failed_publications = (uint64_t)statement_get_number(s);
	row->has_alarm = statement_get_number(s) != 0;
	row->is_damaged = statement_get_number(s) != 0;
}

static void
keep_earlier(int64_t *earliest, int64_t at)
{
	if (at > 0 && (*earliest == 0 || at < *earliest))
		*earliest = at;
}

static void
add_row(struct store_inventory *inventory, const struct row *row)
{
	uint64_t *keys = inventory->keys[row->algorithm];
	uint64_t *troubles = inventory->troubles;
	bool is_active = row->active_keys > 0;

	inventory->after = row->number;
	keys[STORE_KEY_ACTIVE] += row->active_keys;
	keys[row->is_retiring ? STORE_KEY_RETIRING : STORE_KEY_INACTIVE] += row->keys - row->active_keys;
	troubles[STORE_TROUBLE_DNS] += is_active && row->has_failed_dns ? 1 : 0;
	troubles[STORE_TROUBLE_PUBLICATION] += row->failed_publications;
	troubles[STORE_TROUBLE_ROTATION] +=
	    row->has_alarm && (is_active || row->is_retiring || row->is_damaged) ? 1 : 0;
	if (!is_active)
		return;
	keep_earlier(&inventory->next_rotation_at, row->next_rotation_at);
	keep_earlier(&inventory->oldest_check_at, row->check_at);
	keep_earlier(&inventory->oldest_key_at, row->key_at);
}

enum status
store_take_inventory(struct store *store, unsigned limit, struct store_inventory *inventory,
    bool *ret_is_complete, struct error *err)
{
	struct store_inventory taken = *inventory;
	unsigned count = 0;
	struct statement s;
	enum status status;

	statement_begin(&s, store, sql, err);
	statement_bind_number(&s, taken.after);
	statement_bind_number(&s, limit);
	while (statement_next(&s)) {
		struct row row;

		read_row(&s, &row);
		if (s.status != STATUS_OK)
			break;
		add_row(&taken, &row);
		count++;
	}
	status = statement_end(&s);
	if (status != STATUS_OK)
		return status;
	*inventory = taken;
	*ret_is_complete = count < limit;
	return STATUS_OK;
}
