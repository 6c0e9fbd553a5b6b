/* SPDX-License-Identifier: ISC */
/* The methods on keys that exist, and change nothing. */
#include "keeper/methods/methods.h"
#include "keeper/methods/record_json.h"
#include "lifecycle/publication.h"
#include "store/rotation.h"

#define PAGE_DEFAULT 100
#define PAGE_MAX 500
#define TEXT_MAX 8192

/* ---- ListKeys ---- */

struct list_values {
	struct slice org;
	struct slice domain;
	struct slice after;
	bool only_active;
	int64_t limit;
};

static const struct param list_params[] = {
	{ "org", PARAM_TEXT, false, offsetof(struct list_values, org), NULL, 0 },
	{ "domain", PARAM_TEXT, false, offsetof(struct list_values, domain), NULL, 0 },
	{ "after", PARAM_TEXT, false, offsetof(struct list_values, after), NULL, 0 },
	{ "only_active", PARAM_FLAG, false, offsetof(struct list_values, only_active), NULL, 0 },
	{ "limit", PARAM_NUMBER, false, offsetof(struct list_values, limit), NULL, PAGE_MAX },
	{ .name = NULL },
};

struct page {
	const struct call *call;
	json_t *keys;
	size_t limit;
	char last[ID_TEXT_SIZE]; /* of the page */
	bool has_more;
};

static enum status
add_to_page(void *context, const struct domain_key *key)
{
	struct page *page = context;
	json_t *record;

	if (json_array_size(page->keys) == page->limit) {
		page->has_more = true;
		return STATUS_OK;
	}
	key_id_print(&key->id, page->last);
	record = record_json_of_key(key, page->call->peer.rights);
	return json_array_append_new(page->keys, record) == 0 ? STATUS_OK : STATUS_NO_MEMORY;
}

void
keys_list(struct call *call)
{
	struct list_values values = { .limit = 0 };
	struct page page = { .call = call };
	struct lifecycle_list list;
	struct error err = { "" };
	enum status status;

	if (!call_read(call, list_params, &values))
		return;
	page.limit = values.limit > 0 ? (size_t)values.limit : PAGE_DEFAULT;
	page.keys = json_array();
	list = (struct lifecycle_list){ .org = values.org, .domain = values.domain,
		.after = values.after, .only_active = values.only_active,
		.limit = (unsigned)page.limit + 1 };
	status = lifecycle_list(call->keeper->store, &list, add_to_page, &page, &err);
	if (status == STATUS_OK) {
		call_answer(call, json_pack("{s:o, s:s?}", "keys", page.keys, "next",
		                      page.has_more ? page.last : NULL));
		return;
	}
	json_decref(page.keys);
	call_fail_status(call, status, "after", &err);
}

/* ---- methods that name one key ---- */

struct key_values {
	struct slice id;
};

static const struct param key_params[] = {
	{ "id", PARAM_TEXT, true, offsetof(struct key_values, id), NULL, 0 },
	{ .name = NULL },
};

bool
keys_find(struct call *call, struct domain_key *ret_key)
{
	struct key_values values = { .id = SLICE_EMPTY };

	return call_read(call, key_params, &values) && keys_find_id(call, values.id, ret_key);
}

bool
keys_find_id(struct call *call, struct slice id, struct domain_key *ret_key)
{
	struct error err = { "" };
	enum status status = lifecycle_find(call->keeper->store, id, ret_key, &err);

	if (status == STATUS_OK)
		return true;
	call_fail_status(call, status, "id", &err);
	return false;
}

/* Of a deleted set how far it has gone. */
static const char *
step_text(const struct rotation_state *state)
{
	if (state->retirement != ROTATION_STAYS)
		return word_text(rotation_retirement_words, (int)state->retirement);
	return word_text(rotation_step_words, (int)state->step);
}

static json_t *
rotation_json(struct store *store, int64_t set_number)
{
	struct store_rotation rotation;
	const char *reason = "";

	if (store_find_rotation(store, set_number, &rotation, NULL) != STATUS_OK)
		return json_null();
	if (rotation.reason != 0)
		reason = word_text(rotation_reason_words, (int)rotation.reason);
	return json_pack("{s:s, s:s, s:b, s:i}",
	    "step", step_text(&rotation.state),
	    "reason", reason,
	    "is_alarm", rotation.is_alarm,
	    "attempts", (int)rotation.state.attempts);
}

void
keys_show(struct call *call)
{
	struct domain_key key;

	if (keys_find(call, &key))
		call_answer(call,
		    json_pack("{s:o, s:o}", "key", record_json_of_key(&key, call->peer.rights),
		        "rotation", rotation_json(call->keeper->store, key.set.number)));
}

/* ---- Records ---- */

typedef void form_writer(struct buf *out, const struct key_set *set, enum slot slot);

static const struct form {
	const char *name;
	form_writer *put;
} forms[] = {
	{ "name", publication_put_name },
	{ "value", publication_put_value },
	{ "zone", publication_put_zone },
	{ "oneline", publication_put_oneline },
	{ "nsupdate", publication_put_nsupdate },
};

static json_t *
form_json(const struct form *form, const struct key_set *set, enum slot slot)
{
	json_t *value = NULL;
	struct buf text;

	buf_init(&text, TEXT_MAX);
	form->put(&text, set, slot);
	if (buf_status(&text) == STATUS_OK)
		value = json_stringn(text.ptr, text.len);
	buf_done(&text);
	return value;
}

static json_t *
record_json(const struct key_set *set, enum slot slot)
{
	json_t *record = json_pack("{s:s, s:s, s:i}", "slot", word_text(slot_words, (int)slot),
	    "type", publication_type(set), "ttl", PUBLICATION_TTL);

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		json_t *text = form_json(&forms[i], set, slot);

		if (json_object_set_new(record, forms[i].name, text) != 0) {
			json_decref(record);
			return NULL;
		}
	}
	return record;
}

static json_t *
records_json(const struct key_set *set)
{
	json_t *records = json_array();

	for (int slot = 0; slot < SLOT_COUNT; slot++) {
		if (!set->slots[slot].has_key)
			continue;
		if (json_array_append_new(records, record_json(set, (enum slot)slot)) != 0) {
			json_decref(records);
			return NULL;
		}
	}
	return records;
}

void
keys_list_records(struct call *call)
{
	struct domain_key key;

	if (keys_find(call, &key))
		call_answer(call, json_pack("{s:o}", "records", records_json(&key.set)));
}
