/* SPDX-License-Identifier: ISC */
/* ListZone: what belongs into the provider zone, for those who make its file themselves. */
#include "keeper/methods/methods.h"
#include "lifecycle/publication.h"
#include "varlink/json.h"

#define SETS_DEFAULT 100
#define SETS_MAX 500
#define LINE_OCTETS 4096

struct zone_values {
	int64_t after;
	int64_t limit;
};

static const struct param zone_params[] = {
	{ "after", PARAM_NUMBER, false, offsetof(struct zone_values, after), NULL, INT64_MAX },
	{ "limit", PARAM_NUMBER, false, offsetof(struct zone_values, limit), NULL, SETS_MAX },
	{ .name = NULL },
};

struct zone_page {
	json_t *records;
	uint32_t ttl_s;
	unsigned count; /* of sets */
	int64_t last;
};

static json_t *
record_json(const struct key_set *set, enum slot slot, uint32_t ttl_s)
{
	char storage[LINE_OCTETS];
	struct buf line;

	buf_init_fixed(&line, storage, sizeof(storage));
	publication_put_target_zone(&line, set, slot, ttl_s);
	return json_pack("{s:s, s:s, s:s, s:s}", "name", set->slots[slot].txt_record_name, "domain",
	    set->domain, "slot", word_text(slot_words, (int)slot), "zone", buf_text(&line));
}

static enum status
add_set(void *context, const struct key_set *set)
{
	struct zone_page *page = context;

	page->count++;
	page->last = set->number;
	for (int i = 0; i < SLOT_COUNT && !set->is_withdrawn; i++) {
		if (set->slots[i].has_key &&
		    json_array_append_new(
		        page->records, record_json(set, (enum slot)i, page->ttl_s)) != 0)
			return STATUS_NO_MEMORY;
	}
	return STATUS_OK;
}

void
provider_zone_list(struct call *call)
{
	const struct settings *settings = call_settings(call);
	struct zone_values values = { .after = 0 };
	struct zone_page page = {
		.ttl_s = (uint32_t)(settings_number(settings, SETTING_PROVIDER_TTL, 0) / 1000),
	};
	struct error err = { "" };
	enum status status;
	unsigned limit;

	if (!call_read(call, zone_params, &values))
		return;
	limit = values.limit > 0 ? (unsigned)values.limit : SETS_DEFAULT;
	page.records = json_array();
	status =
	    store_list_delegated(call->keeper->store, values.after, limit, add_set, &page, &err);
	if (status == STATUS_OK) {
		call_answer(call,
		    json_pack("{s:s, s:o, s:o}", "zone", settings_text(settings, SETTING_PROVIDER_NAME, 0),
		        "records", page.records, "next",
		        page.count == limit ? json_integer(page.last) : json_null()));
		return;
	}
	json_decref(page.records);
	call_fail_status(call, status, NULL, &err);
}
