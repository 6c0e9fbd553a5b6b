/* SPDX-License-Identifier: ISC */
/* ListAudit: who did what when, newest first. */
#include "keeper/methods/methods.h"
#include "varlink/json.h"

#define PAGE_DEFAULT 100
#define PAGE_MAX 500

struct audit_values {
	struct slice object;
	int64_t before;
	int64_t limit;
};

static const struct param audit_params[] = {
	{ "object", PARAM_TEXT, false, offsetof(struct audit_values, object), NULL, 0 },
	{ "before", PARAM_NUMBER, false, offsetof(struct audit_values, before), NULL, INT64_MAX },
	{ "limit", PARAM_NUMBER, false, offsetof(struct audit_values, limit), NULL, PAGE_MAX },
	{ .name = NULL },
};

struct audit_page {
	json_t *entries;
	int64_t last;
};

/* Records are kept as JSON, other texts as they are. */
static json_t *
text_json(const char *text)
{
	json_t *object;

	if (text[0] == '\0')
		return json_null();
	if (json_read_object(slice_from_text(text), &object, NULL) == STATUS_OK)
		return object;
	return json_of_slice(slice_from_text(text));
}

static enum status
add_entry(void *context, const struct store_audit *entry)
{
	struct audit_page *page = context;
	json_t *object = json_pack("{s:I, s:o, s:s, s:s, s:s, s:s, s:o, s:o}",
	    "number", (json_int_t)entry->number,
	    "at", json_of_time(entry->at),
	    "actor", entry->actor,
	    "on_behalf_of", entry->on_behalf_of,
	    "action", entry->action,
	    "object", entry->object,
	    "before", text_json(entry->before),
	    "after", text_json(entry->after));

	page->last = entry->number;
	return json_array_append_new(page->entries, object) == 0 ? STATUS_OK : STATUS_NO_MEMORY;
}

void
audit_list(struct call *call)
{
	struct audit_values values = { .before = 0 };
	struct store_audit_filter filter = { .limit = PAGE_DEFAULT };
	struct audit_page page = { .last = 0 };
	char object[DOMAIN_MAX + 1];
	struct error err = { "" };
	enum status status;

	if (!call_read(call, audit_params, &values))
		return;
	if (values.object.len > DOMAIN_MAX) {
		call_fail_field(call, "object", "no object has so long a name");
		return;
	}
	if (values.object.len > 0) /* an empty slice may point to nothing */
		memcpy(object, values.object.ptr, values.object.len);
	object[values.object.len] = '\0';
	filter.object = object[0] != '\0' ? object : NULL;
	filter.before = values.before;
	if (values.limit > 0)
		filter.limit = (unsigned)values.limit;
	page.entries = json_array();
	status = store_list_audit(call->keeper->store, &filter, add_entry, &page, &err);
	if (status == STATUS_OK) {
		bool is_full = json_array_size(page.entries) == filter.limit;

		call_answer(call, json_pack("{s:o, s:o}", "entries", page.entries, "next",
		                      is_full ? json_integer(page.last) : json_null()));
		return;
	}
	json_decref(page.entries);
	call_fail_status(call, status, NULL, &err);
}
