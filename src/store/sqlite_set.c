/* SPDX-License-Identifier: ISC */
#include "store/sqlite.h"

#include "store/sqlite_statement.h"

/* ---- reading ---- */

void
sqlite_read_set(struct statement *s, struct key_set *set)
{
	set->number = statement_get_number(s);
	statement_get_text(s, set->owner_org, sizeof(set->owner_org));
	statement_get_text(s, set->domain, sizeof(set->domain));
	set->algorithm = (enum algorithm)statement_get_word(s, algorithm_words);
	set->key_bits = (unsigned)statement_get_number(s);
	set->signing_slot = (enum slot)statement_get_word(s, slot_words);
	set->publication = (enum publication)statement_get_word(s, publication_words);
	set->publish_state = (enum publish_state)statement_get_word(s, publish_state_words);
	set->test_mode = statement_get_number(s) != 0;
	set->created_at = statement_get_number(s);
	set->rotated_at = statement_get_number(s);
	set->next_rotation_at = statement_get_number(s);
	set->safe_to_remove_at = statement_get_number(s);
	set->is_retiring = statement_get_number(s) != 0;
	set->is_withdrawn = statement_get_number(s) != 0;
	set->gone_at = statement_get_number(s);
}

static void
read_slot(struct statement *s, struct key_slot slots[SLOT_COUNT])
{
	struct key_slot slot = { .has_key = true };
	int where = statement_get_word(s, slot_words);

	statement_get_text(s, slot.selector, sizeof(slot.selector));
	statement_get_exactly(s, slot.handle.bytes, ID_SIZE);
	statement_get_bytes(s, slot.public_key, sizeof(slot.public_key), &slot.public_key_len);
	statement_get_text(s, slot.txt_record_name, sizeof(slot.txt_record_name));
	slot.dns.state = (enum dns_state)statement_get_word(s, dns_state_words);
	slot.dns.checked_at = statement_get_number(s);
	slot.dns.code = (enum dns_code)statement_get_word(s, dns_code_words);
	statement_get_text(s, slot.dns.sentence, sizeof(slot.dns.sentence));
	slot.dns.has_seen_key = statement_get_maybe(s, slot.dns.key_sha256, DNS_DIGEST_SIZE);
	slot.publish.state = (enum publish_state)statement_get_word(s, publish_state_words);
	slot.publish.attempts = (unsigned)statement_get_number(s);
	slot.publish.next_at = statement_get_number(s);
	statement_get_text(s, slot.publish.sentence, sizeof(slot.publish.sentence));
	slot.is_revoked = statement_get_number(s) != 0;
	slot.seen_ttl_s = statement_get_number(s);
	if (s->status == STATUS_OK)
		slots[where] = slot;
}

/* Of the whole: what failed before what is under way before what is done. */
static void
sum_up_publication(struct key_set *set)
{
	if (set->publication != PUBLICATION_DELEGATED)
		return;
	set->publish_state = PUBLISH_PUBLISHED;
	for (int i = 0; i < SLOT_COUNT; i++) {
		enum publish_state state = set->slots[i].publish.state;

		if (!set->slots[i].has_key || set->publish_state == PUBLISH_FAILED)
			continue;
		if (state != PUBLISH_PUBLISHED)
			set->publish_state = state;
	}
}

enum status
sqlite_read_slots(struct store *store, struct key_set *set, struct error *err)
{
	struct statement s;

	memset(set->slots, 0, sizeof(set->slots));
	statement_begin(&s, store,
	    "SELECT slot, selector, handle, public_key, txt_record_name, dns_state,"
	    " dns_checked_at, dns_code, dns_sentence, dns_key_sha256, publish_state,"
	    " publish_attempts, publish_next_at, publish_sentence, is_revoked, seen_ttl"
	    " FROM key_slot WHERE set_number = ?",
	    err);
	statement_bind_number(&s, set->number);
	while (statement_next(&s))
		read_slot(&s, set->slots);
	sum_up_publication(set);
	return statement_end(&s);
}

enum status
store_find_set_by_handle(struct store *store, const struct handle *handle, struct key_set *ret_set,
    enum slot *ret_slot, struct error *err)
{
	struct statement s;
	struct key_set set = { 0 };
	enum slot slot = SLOT_PRIMARY;
	bool is_there;
	enum status status;

	statement_begin(&s, store,
	    "SELECT " SQLITE_SET_COLUMNS ", s.slot"
	    " FROM key_slot AS s JOIN key_set AS t ON t.number = s.set_number WHERE s.handle = ?",
	    err);
	statement_bind_bytes(&s, handle->bytes, ID_SIZE);
	is_there = statement_next(&s);
	if (is_there) {
		sqlite_read_set(&s, &set);
		slot = (enum slot)statement_get_word(&s, slot_words);
	}
	status = statement_end(&s);
	if (status == STATUS_OK)
		status = is_there ? sqlite_read_slots(store, &set, err) : STATUS_NOT_FOUND;
	if (status != STATUS_OK)
		return status;
	*ret_set = set;
	*ret_slot = slot;
	return STATUS_OK;
}

enum status
store_find_set(struct store *store, int64_t number, struct key_set *ret_set, struct error *err)
{
	struct statement s;
	struct key_set set = { 0 };
	bool is_there;
	enum status status;

	statement_begin(
	    &s, store, "SELECT " SQLITE_SET_COLUMNS " FROM key_set AS t WHERE t.number = ?", err);
	statement_bind_number(&s, number);
	is_there = statement_next(&s);
	if (is_there)
		sqlite_read_set(&s, &set);
	status = statement_end(&s);
	if (status == STATUS_OK)
		status = is_there ? sqlite_read_slots(store, &set, err) : STATUS_NOT_FOUND;
	if (status == STATUS_OK)
		*ret_set = set;
	return status;
}

enum status
store_list_delegated(struct store *store, int64_t after, unsigned limit, store_set_visitor *visit,
    void *context, struct error *err)
{
	enum status status = STATUS_OK;
	struct statement s;

	statement_begin(&s, store,
	    "SELECT " SQLITE_SET_COLUMNS " FROM key_set AS t"
	    " WHERE t.publication = 'delegated' AND t.number > ? ORDER BY t.number LIMIT ?",
	    err);
	statement_bind_number(&s, after);
	statement_bind_number(&s, limit);
	while (status == STATUS_OK && statement_next(&s)) {
		struct key_set set = { 0 };

		sqlite_read_set(&s, &set);
		status = s.status;
		if (status == STATUS_OK)
			status = sqlite_read_slots(store, &set, err);
		if (status == STATUS_OK)
			status = visit(context, &set);
	}
	if (status == STATUS_OK)
		return statement_end(&s);
	(void)!statement_end(&s);
	return status;
}

enum status
store_find_selector(
    struct store *store, const char *domain, const char *selector, struct error *err)
{
	struct statement s;
	bool is_there;
	enum status status;

	statement_begin(
	    &s, store, "SELECT 1 FROM key_slot WHERE domain = ? AND selector = ?", err);
	statement_bind_text(&s, domain);
	statement_bind_text(&s, selector);
	is_there = statement_next(&s);
	status = statement_end(&s);
	if (status == STATUS_OK && !is_there)
		return STATUS_NOT_FOUND;
	return status;
}

enum status
store_find_public_key(struct store *store, const char *domain, const uint8_t *public_key,
    size_t public_key_len, char ret_selector[SELECTOR_MAX + 1], struct error *err)
{
	char selector[SELECTOR_MAX + 1] = "";
	struct statement s;
	bool is_there;
	enum status status;

	statement_begin(
	    &s, store, "SELECT selector FROM key_slot WHERE domain = ? AND public_key = ?", err);
	statement_bind_text(&s, domain);
	statement_bind_bytes(&s, public_key, public_key_len);
	is_there = statement_next(&s);
	if (is_there)
		statement_get_text(&s, selector, sizeof(selector));
	status = statement_end(&s);
	if (status == STATUS_OK && !is_there)
		return STATUS_NOT_FOUND;
	if (status == STATUS_OK)
		memcpy(ret_selector, selector, sizeof(selector));
	return status;
}

/* ---- writing ---- */

static enum status
insert_set_row(struct store *store, const struct key_set *set, struct error *err)
{
	struct statement s;

	statement_begin(&s, store,
	    "INSERT INTO key_set (owner_org, domain, algorithm, key_bits, signing_slot,"
	    " publication, publish_state, test_mode, created_at, rotated_at, next_rotation_at,"
	    " safe_to_remove_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
	    err);
	statement_bind_text(&s, set->owner_org);
	statement_bind_text(&s, set->domain);
	statement_bind_word(&s, algorithm_words, (int)set->algorithm);
	statement_bind_number(&s, set->key_bits);
	statement_bind_word(&s, slot_words, (int)set->signing_slot);
	statement_bind_word(&s, publication_words, (int)set->publication);
	statement_bind_word(&s, publish_state_words, (int)set->publish_state);
	statement_bind_number(&s, set->test_mode);
	statement_bind_number(&s, set->created_at);
	statement_bind_number(&s, set->rotated_at);
	statement_bind_number(&s, set->next_rotation_at);
	statement_bind_number(&s, set->safe_to_remove_at);
	return statement_run(&s);
}

static enum status
insert_slot(struct store *store, int64_t number, const struct key_set *set, enum slot which,
    const struct store_sealed *sealed, struct error *err)
{
	const struct key_slot *slot = &set->slots[which];
	struct statement s;

	statement_begin(&s, store,
	    "INSERT INTO key_slot (set_number, slot, domain, selector, handle, public_key, sealed,"
	    " txt_record_name, dns_state, dns_checked_at, seal)"
	    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, (SELECT seal FROM meta))",
	    err);
	statement_bind_number(&s, number);
	statement_bind_word(&s, slot_words, (int)which);
	statement_bind_text(&s, set->domain);
	statement_bind_text(&s, slot->selector);
	statement_bind_bytes(&s, slot->handle.bytes, ID_SIZE);
	statement_bind_bytes(&s, slot->public_key, slot->public_key_len);
	statement_bind_bytes(&s, sealed->bytes, sealed->len);
	statement_bind_text(&s, slot->txt_record_name);
	statement_bind_word(&s, dns_state_words, (int)slot->dns.state);
	statement_bind_number(&s, slot->dns.checked_at);
	return statement_run(&s);
}

enum status
store_insert_set(struct store *store, struct key_set *set,
    const struct store_sealed sealed[SLOT_COUNT], struct error *err)
{
	int64_t number;
	enum status status;

	sqlite_note_change(store);
	status = insert_set_row(store, set, err);
	if (status != STATUS_OK)
		return status;
	number = sqlite3_last_insert_rowid(store->db);
	for (int i = 0; i < SLOT_COUNT && status == STATUS_OK; i++) {
		if (set->slots[i].has_key)
			status = insert_slot(store, number, set, (enum slot)i, &sealed[i], err);
	}
	if (status == STATUS_OK)
		set->number = number;
	return status;
}

enum status
store_set_test_mode(struct store *store, int64_t number, bool test_mode, struct error *err)
{
	struct statement s;
	enum status status;

	sqlite_note_change(store);
	statement_begin(&s, store, "UPDATE key_set SET test_mode = ? WHERE number = ?", err);
	statement_bind_number(&s, test_mode);
	statement_bind_number(&s, number);
	status = statement_run(&s);
	return status == STATUS_OK && sqlite3_changes(store->db) == 0 ? STATUS_NOT_FOUND : status;
}

enum status
store_delete_set(struct store *store, int64_t number, struct error *err)
{
	struct statement s;
	enum status status;

	sqlite_note_change(store);
	/* the slots go with it: ON DELETE CASCADE */
	statement_begin(&s, store, "DELETE FROM key_set WHERE number = ?", err);
	statement_bind_number(&s, number);
	status = statement_run(&s);
	if (status == STATUS_CONFLICT)
		return error_set(err, status, "the key set is still used by a record");
	if (status == STATUS_OK && sqlite3_changes(store->db) == 0)
		return STATUS_NOT_FOUND;
	return status;
}
