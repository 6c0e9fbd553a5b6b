/* SPDX-License-Identifier: ISC */
#include "store/rotation.h"

#include "store/sqlite.h"
#include "store/sqlite_statement.h"

/* ---- reading ---- */

/* A reason that is none of the words is that of a store that was not looked at yet. */
static enum rotation_reason
get_reason(struct statement *s)
{
	char text[64] = "";
	int reason = 0;

	statement_get_text(s, text, sizeof(text));
	if (word_value(rotation_reason_words, slice_from_text(text), &reason) != STATUS_OK)
		return 0;
	return (enum rotation_reason)reason;
}

/* NULL: the set stays. */
static enum rotation_retirement
get_retirement(struct statement *s)
{
	if (sqlite3_column_type(s->stmt, s->column) != SQLITE_NULL)
		return (enum rotation_retirement)statement_get_word(s, rotation_retirement_words);
	s->column++;
	return ROTATION_STAYS;
}

static void
read_rotation(struct statement *s, struct store_rotation *rotation)
{
	struct rotation_state *state = &rotation->state;

	state->step = (enum rotation_step)statement_get_word(s, rotation_step_words);
	state->signing_slot = (enum slot)statement_get_word(s, slot_words);
	state->began_at = statement_get_number(s);
	state->switched_at = statement_get_number(s);
	state->since = statement_get_number(s);
	state->attempts = (unsigned)statement_get_number(s);
	state->tried_at = statement_get_number(s);
	state->proved_at = statement_get_number(s);
	(void)statement_get_maybe(s, state->seen_key_sha256, ROTATION_DIGEST_SIZE);
	rotation->next_rotation_at = statement_get_number(s);
	rotation->look_at = statement_get_number(s);
	rotation->reason = get_reason(s);
	rotation->is_alarm = statement_get_number(s) != 0;
	rotation->safe_to_remove_at = statement_get_number(s);
	rotation->gone_at = statement_get_number(s);
	state->retirement = get_retirement(s);
	state->activated_at = statement_get_number(s);
	state->quiet_since = statement_get_number(s);
	state->is_revoked[SLOT_PRIMARY] = statement_get_number(s) != 0;
	state->is_revoked[SLOT_ALTERNATE] = statement_get_number(s) != 0;
}

enum status
store_find_rotation(struct store *store, int64_t number, struct store_rotation *ret_rotation,
    struct error *err)
{
	struct store_rotation rotation = { .look_at = 0 };
	struct statement s;
	bool is_there;
	enum status status;

	statement_begin(&s, store,
	    "SELECT rotation_step, signing_slot, rotation_began_at, rotated_at, rotation_since,"
	    " rotation_attempts, rotation_tried_at, rotation_proved_at, rotation_seen_sha256,"
	    " next_rotation_at, rotation_look_at, rotation_reason, rotation_alarm,"
	    " safe_to_remove_at, gone_at, retirement, rotation_activated_at, rotation_quiet_since,"
	    " (SELECT is_revoked FROM key_slot WHERE set_number = number AND slot = 'primary'),"
	    " (SELECT is_revoked FROM key_slot WHERE set_number = number AND slot = 'alternate')"
	    " FROM key_set WHERE number = ? AND rotation_step NOT NULL",
	    err);
	statement_bind_number(&s, number);
	is_there = statement_next(&s);
	if (is_there)
		read_rotation(&s, &rotation);
	status = statement_end(&s);
	if (status == STATUS_OK && !is_there)
		return STATUS_NOT_FOUND;
	if (status == STATUS_OK)
		*ret_rotation = rotation;
	return status;
}

enum status
store_list_rotations(struct store *store, unsigned limit, store_rotation_visitor *visit,
    void *context, struct error *err)
{
	enum status status = STATUS_OK;
	struct statement s;

	statement_begin(&s, store,
	    "SELECT number, rotation_look_at FROM key_set WHERE rotation_step NOT NULL"
	    " ORDER BY rotation_look_at LIMIT ?",
	    err);
	statement_bind_number(&s, limit);
	while (status == STATUS_OK && statement_next(&s)) {
		int64_t number = statement_get_number(&s);
		int64_t look_at = statement_get_number(&s);

		status = visit(context, number, look_at);
	}
	if (status == STATUS_OK)
		return statement_end(&s);
	(void)!statement_end(&s);
	return status;
}

enum status
store_find_active(struct store *store, int64_t number, struct key_id *ret_id, struct error *err)
{
	struct statement s;
	bool is_there;
	enum status status;

	statement_begin(&s, store,
	    "SELECT id FROM domain_key WHERE set_number = ? AND is_active = 1 ORDER BY id LIMIT 1", err);
	statement_bind_number(&s, number);
	is_there = statement_next(&s);
	if (is_there)
		statement_get_exactly(&s, ret_id->bytes, ID_SIZE);
	status = statement_end(&s);
	return status == STATUS_OK && !is_there ? STATUS_NOT_FOUND : status;
}

/* ---- writing ---- */

static const uint8_t nothing[ROTATION_DIGEST_SIZE];

static void
bind_retirement(struct statement *s, enum rotation_retirement retirement)
{
	if (retirement != ROTATION_STAYS)
		statement_bind_word(s, rotation_retirement_words, (int)retirement);
	else
		statement_bind_maybe(s, false, NULL, 0);
}

static enum status
write_set(
    struct store *store, int64_t number, const struct store_rotation *rotation, struct error *err)
{
	const struct rotation_state *state = &rotation->state;
	bool has_seen = memcmp(state->seen_key_sha256, nothing, sizeof(nothing)) != 0;
	struct statement s;

	statement_begin(&s, store,
	    "UPDATE key_set SET rotation_step = ?, signing_slot = ?, rotation_began_at = ?,"
	    " rotated_at = ?, rotation_since = ?, rotation_attempts = ?, rotation_tried_at = ?,"
	    " rotation_proved_at = ?, rotation_seen_sha256 = ?, next_rotation_at = ?,"
	    " rotation_look_at = ?, rotation_reason = ?, rotation_alarm = ?,"
	    " safe_to_remove_at = ?, gone_at = ?, retirement = ?, rotation_activated_at = ?,"
	    " rotation_quiet_since = ? WHERE number = ?",
	    err);
	statement_bind_word(&s, rotation_step_words, (int)state->step);
	statement_bind_word(&s, slot_words, (int)state->signing_slot);
	statement_bind_number(&s, state->began_at);
	statement_bind_number(&s, state->switched_at);
	statement_bind_number(&s, state->since);
	statement_bind_number(&s, state->attempts);
	statement_bind_number(&s, state->tried_at);
	statement_bind_number(&s, state->proved_at);
	statement_bind_maybe(&s, has_seen, state->seen_key_sha256, ROTATION_DIGEST_SIZE);
	statement_bind_number(&s, rotation->next_rotation_at);
	statement_bind_number(&s, rotation->look_at);
	statement_bind_text(
	    &s, rotation->reason != 0 ? word_text(rotation_reason_words, (int)rotation->reason) : "");
	statement_bind_number(&s, rotation->is_alarm);
	statement_bind_number(&s, rotation->safe_to_remove_at);
	statement_bind_number(&s, rotation->gone_at);
	bind_retirement(&s, state->retirement);
	statement_bind_number(&s, state->activated_at);
	statement_bind_number(&s, state->quiet_since);
	statement_bind_number(&s, number);
	return statement_run(&s);
}

static enum status
write_revoked(
    struct store *store, int64_t number, enum slot slot, bool is_revoked, struct error *err)
{
	struct statement s;

	statement_begin(&s, store,
	    "UPDATE key_slot SET is_revoked = ? WHERE set_number = ? AND slot = ?", err);
	statement_bind_number(&s, is_revoked);
	statement_bind_number(&s, number);
	statement_bind_word(&s, slot_words, (int)slot);
	return statement_run(&s);
}

enum status
store_keep_rotation(
    struct store *store, int64_t number, const struct store_rotation *rotation, struct error *err)
{
	enum status status = write_set(store, number, rotation, err);

	for (int i = 0; i < SLOT_COUNT && status == STATUS_OK; i++)
		status =
		    write_revoked(store, number, (enum slot)i, rotation->state.is_revoked[i], err);
	return status;
}

enum status
store_set_rotation(
    struct store *store, int64_t number, const struct store_rotation *rotation, struct error *err)
{
	sqlite_note_change(store);
	return store_keep_rotation(store, number, rotation, err);
}

enum status
store_wake_rotation(struct store *store, int64_t number, struct error *err)
{
	struct statement s;

	statement_begin(&s, store, "UPDATE key_set SET rotation_look_at = 0 WHERE number = ?", err);
	statement_bind_number(&s, number);
	return statement_run(&s);
}

enum status
store_wake_rotations(struct store *store, struct error *err)
{
	struct statement s;

	statement_begin(&s, store,
	    "UPDATE key_set SET rotation_look_at = 0 WHERE rotation_step NOT NULL", err);
	return statement_run(&s);
}

enum status
store_time_rotation(
    struct store *store, int64_t number, const struct store_rotation *rotation, struct error *err)
{
	struct statement s;

	statement_begin(&s, store,
	    "UPDATE key_set SET next_rotation_at = ?, safe_to_remove_at = ?, gone_at = ?"
	    " WHERE number = ?",
	    err);
	statement_bind_number(&s, rotation->next_rotation_at);
	statement_bind_number(&s, rotation->safe_to_remove_at);
	statement_bind_number(&s, rotation->gone_at);
	statement_bind_number(&s, number);
	return statement_run(&s);
}

enum status
store_note_rotation(struct store *store, int64_t number, int64_t look_at,
    enum rotation_reason reason, bool is_alarm, struct error *err)
{
	struct statement s;

	statement_begin(&s, store,
	    "UPDATE key_set SET rotation_look_at = ?, rotation_reason = ?, rotation_alarm = ?"
	    " WHERE number = ?",
	    err);
	statement_bind_number(&s, look_at);
	statement_bind_word(&s, rotation_reason_words, (int)reason);
	statement_bind_number(&s, is_alarm);
	statement_bind_number(&s, number);
	return statement_run(&s);
}

static enum status
is_known_damaged(struct store *store, int64_t number, bool *ret_is_known, struct error *err)
{
	struct statement s;
	enum status status;

	statement_begin(&s, store,
	    "SELECT 1 FROM key_set WHERE number = ? AND rotation_alarm = 1 AND rotation_reason = ?", err);
	statement_bind_number(&s, number);
	statement_bind_word(&s, rotation_reason_words, ROTATION_DAMAGED);
	*ret_is_known = statement_next(&s);
	status = statement_end(&s);
	return status;
}

enum status
store_note_damage(
    struct store *store, int64_t number, int64_t look_at, bool *ret_is_news, struct error *err)
{
	bool is_known = false;
	enum status status = is_known_damaged(store, number, &is_known, err);

	if (status == STATUS_OK)
		status = store_note_rotation(store, number, look_at, ROTATION_DAMAGED, true, err);
	if (status == STATUS_OK)
		*ret_is_news = !is_known;
	return status;
}

enum status
store_count_watched(struct store *store, int64_t *ret_count, struct error *err)
{
	struct statement s;
	int64_t count = 0;
	enum status status;

	/* each from an index of its own, however many sets there are */
	statement_begin(&s, store,
	    "SELECT (SELECT count(*) FROM key_set"
	    "  WHERE rotation_step NOT NULL AND rotation_look_at < ?1)"
	    " - (SELECT count(*) FROM key_set WHERE retirement NOT NULL AND rotation_look_at < ?1)",
	    err);
	statement_bind_number(&s, ROTATION_NEVER);
	if (statement_next(&s))
		count = statement_get_number(&s);
	status = statement_end(&s);
	if (status == STATUS_OK)
		*ret_count = count;
	return status;
}

enum status
store_recall_rotations(struct store *store, int64_t latest, struct error *err)
{
	struct statement s;

	statement_begin(&s, store,
	    "UPDATE key_set SET rotation_look_at = 0 WHERE rotation_step NOT NULL"
	    " AND rotation_look_at > ? AND rotation_look_at < ?",
	    err);
	statement_bind_number(&s, latest);
	statement_bind_number(&s, ROTATION_NEVER);
	return statement_run(&s);
}

enum status
store_replace_key(struct store *store, int64_t number, enum slot slot, const struct key_slot *key,
    const struct store_sealed *sealed, struct error *err)
{
	struct statement s;
	enum status status;

	sqlite_note_change(store);
	statement_begin(&s, store,
	    "UPDATE key_slot SET handle = ?, sealed = ?, seal = (SELECT seal FROM meta),"
	    " public_key = ?, dns_state = 'unchecked',"
	    " dns_code = 'none', dns_checked_at = 0, dns_sentence = '', dns_key_sha256 = NULL,"
	    " publish_state = 'in-progress', publish_attempts = 0, publish_next_at = 0,"
	    " publish_sentence = '', is_revoked = 0 WHERE set_number = ? AND slot = ?",
	    err);
	statement_bind_bytes(&s, key->handle.bytes, ID_SIZE);
	statement_bind_bytes(&s, sealed->bytes, sealed->len);
	statement_bind_bytes(&s, key->public_key, key->public_key_len);
	statement_bind_number(&s, number);
	statement_bind_word(&s, slot_words, (int)slot);
	status = statement_run(&s);
	return status == STATUS_OK && sqlite3_changes(store->db) == 0 ? STATUS_NOT_FOUND : status;
}

enum status
store_note_ttl(
    struct store *store, int64_t number, enum slot slot, int64_t ttl_s, struct error *err)
{
	struct statement s;

	statement_begin(&s, store,
	    "UPDATE key_slot SET seen_ttl = ? WHERE set_number = ? AND slot = ? AND seen_ttl < ?",
	    err);
	statement_bind_number(&s, ttl_s);
	statement_bind_number(&s, number);
	statement_bind_word(&s, slot_words, (int)slot);
	statement_bind_number(&s, ttl_s);
	return statement_run(&s);
}
