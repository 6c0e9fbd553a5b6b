/* SPDX-License-Identifier: ISC */
/* What changes of a slot while its key stays: the verdict of DNS, and how its publication stands. */
#include "store/sqlite.h"

#include <stdio.h>

#include "store/sqlite_statement.h"

enum status
store_set_dns(struct store *store, int64_t number, enum slot slot, const struct dns_status *dns,
    struct error *err)
{
	struct statement s;
	enum status status;

	sqlite_note_change(store);
	statement_begin(&s, store,
	    "UPDATE key_slot SET dns_state = ?, dns_code = ?, dns_checked_at = ?, dns_sentence = ?,"
	    " dns_key_sha256 = ? WHERE set_number = ? AND slot = ?",
	    err);
	statement_bind_word(&s, dns_state_words, (int)dns->state);
	statement_bind_word(&s, dns_code_words, (int)dns->code);
	statement_bind_number(&s, dns->checked_at);
	statement_bind_text(&s, dns->sentence);
	statement_bind_maybe(&s, dns->has_seen_key, dns->key_sha256, DNS_DIGEST_SIZE);
	statement_bind_number(&s, number);
	statement_bind_word(&s, slot_words, (int)slot);
	status = statement_run(&s);
	return status == STATUS_OK && sqlite3_changes(store->db) == 0 ? STATUS_NOT_FOUND : status;
}

enum status
store_confirm_dns(
    struct store *store, int64_t number, enum slot slot, int64_t checked_at, struct error *err)
{
	struct statement s;

	statement_begin(&s, store,
	    "UPDATE key_slot SET dns_checked_at = ? WHERE set_number = ? AND slot = ?", err);
	statement_bind_number(&s, checked_at);
	statement_bind_number(&s, number);
	statement_bind_word(&s, slot_words, (int)slot);
	return statement_run(&s);
}

/* ---- publication ---- */

enum status
store_keep_publish(struct store *store, int64_t number, enum slot slot,
    const struct publish_status *publish, struct error *err)
{
	struct statement s;
	enum status status;

	statement_begin(&s, store,
	    "UPDATE key_slot SET publish_state = ?, publish_attempts = ?, publish_next_at = ?,"
	    " publish_sentence = ? WHERE set_number = ? AND slot = ?",
	    err);
	statement_bind_word(&s, publish_state_words, (int)publish->state);
	statement_bind_number(&s, publish->attempts);
	statement_bind_number(&s, publish->next_at);
	statement_bind_text(&s, publish->sentence);
	statement_bind_number(&s, number);
	statement_bind_word(&s, slot_words, (int)slot);
	status = statement_run(&s);
	return status == STATUS_OK && sqlite3_changes(store->db) == 0 ? STATUS_NOT_FOUND : status;
}

enum status
store_set_publish(struct store *store, int64_t number, enum slot slot,
    const struct publish_status *publish, struct error *err)
{
	sqlite_note_change(store);
	return store_keep_publish(store, number, slot, publish, err);
}

static enum status
has_sentence(struct store *store, int64_t number, enum slot slot, const char *sentence,
    bool *ret_has, struct error *err)
{
	struct statement s;

	statement_begin(&s, store,
	    "SELECT 1 FROM key_slot WHERE set_number = ? AND slot = ? AND publish_sentence = ?", err);
	statement_bind_number(&s, number);
	statement_bind_word(&s, slot_words, (int)slot);
	statement_bind_text(&s, sentence);
	*ret_has = statement_next(&s);
	return statement_end(&s);
}

enum status
store_note_unpublishable(struct store *store, int64_t number, enum slot slot, int64_t next_at,
    const char *sentence, bool *ret_is_news, struct error *err)
{
	struct publish_status publish = { .state = PUBLISH_FAILED, .attempts = 1, .next_at = next_at };
	bool is_known = false;
	enum status status = has_sentence(store, number, slot, sentence, &is_known, err);

	(void)snprintf(publish.sentence, sizeof(publish.sentence), "%s", sentence);
	if (status == STATUS_OK)
		status = store_keep_publish(store, number, slot, &publish, err);
	if (status == STATUS_OK)
		*ret_is_news = !is_known;
	return status;
}

enum status
store_recall_publications(struct store *store, int64_t latest, struct error *err)
{
	struct statement s;

	statement_begin(&s, store,
	    "UPDATE key_slot SET publish_next_at = 0"
	    " WHERE txt_record_name <> '' AND publish_state <> 'published' AND publish_next_at > ?",
	    err);
	statement_bind_number(&s, latest);
	return statement_run(&s);
}

enum status
store_list_to_publish(struct store *store, unsigned limit, store_publish_visitor *visit,
    void *context, struct error *err)
{
	enum status status = STATUS_OK;
	struct statement s;

	statement_begin(&s, store,
	    "SELECT set_number, slot, publish_next_at FROM key_slot"
	    " WHERE txt_record_name <> '' AND publish_state <> 'published'"
	    " ORDER BY publish_next_at LIMIT ?",
	    err);
	statement_bind_number(&s, limit);
	while (status == STATUS_OK && statement_next(&s)) {
		int64_t number = statement_get_number(&s);
		enum slot slot = (enum slot)statement_get_word(&s, slot_words);
		int64_t next_at = statement_get_number(&s);

		if (s.status == STATUS_OK)
			status = visit(context, number, slot, next_at);
	}
	if (status == STATUS_OK)
		return statement_end(&s);
	(void)!statement_end(&s);
	return status;
}
