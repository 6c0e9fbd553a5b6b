/* SPDX-License-Identifier: ISC */
/* CheckKey: a look at DNS, told slot by slot. */
#include "keeper/check.h"
#include "keeper/methods/methods.h"
#include "keeper/methods/record_json.h"
#include "lifecycle/publication.h"

static json_t *
lines_json(const char *text)
{
	struct slice rest = slice_from_text(text);
	json_t *lines = json_array();

	while (rest.len > 0) {
		if (json_array_append_new(lines, json_of_slice(slice_cut(&rest, '\n'))) != 0) {
			json_decref(lines);
			return NULL;
		}
	}
	return lines;
}

static json_t *
name_json(const struct key_set *set, enum slot slot)
{
	char text[DOMAIN_MAX + 1];
	struct buf name;

	buf_init_fixed(&name, text, sizeof(text));
	publication_put_name(&name, set, slot);
	return json_of_slice(buf_slice(&name));
}

static json_t *
slot_json(const struct key_set *set, enum slot slot, const struct dns_line_look *look)
{
	return json_pack("{s:s, s:o, s:s, s:s, s:s, s:s, s:I, s:b, s:o}",
	    "slot", word_text(slot_words, (int)slot),
	    "name", name_json(set, slot),
	    "state", word_text(dns_state_words, (int)look->verdict.state),
	    "code", word_text(dns_code_words, (int)look->verdict.code),
	    "sentence", look->verdict.sentence,
	    "advice", look->advice,
	    "ttl", (json_int_t)look->ttl_s,
	    "dnssec", look->is_secure,
	    "seen", lines_json(look->story));
}

static json_t *
slots_json(const struct check_result *result)
{
	json_t *slots = json_array();

	for (int i = 0; i < SLOT_COUNT; i++) {
		const struct check_slot *slot = &result->slots[i];

		if (!slot->was_looked_at)
			continue;
		if (json_array_append_new(
		        slots, slot_json(&result->key.set, (enum slot)i, &slot->look)) != 0) {
			json_decref(slots);
			return NULL;
		}
	}
	return slots;
}

static json_t *
notes_json(const struct check_result *result)
{
	json_t *notes = json_array();

	for (unsigned i = 0; i < result->note_count; i++) {
		const struct dns_line_note *note = &result->notes[i];

		if (json_array_append_new(notes,
		        json_pack("{s:b, s:s}", "is_warning", note->is_warning, "text", note->text)) != 0) {
			json_decref(notes);
			return NULL;
		}
	}
	return notes;
}

static void
on_checked(void *context, const struct check_result *result)
{
	struct call *call = context;

	if (result->status != STATUS_OK) {
		call_fail_status(call, result->status, "id", &result->err);
		return;
	}
	call_answer(call,
	    json_pack("{s:o, s:b, s:o, s:o}",
	        "key", record_json_of_key(&result->key, call->peer.rights),
	        "is_proved", check_is_proved(result),
	        "slots", slots_json(result),
	        "notes", notes_json(result)));
}

void
check_key(struct call *call)
{
	struct check_options options = {
		.actor = call->peer.name,
		.with_notes = true,
		.done = on_checked,
		.context = call,
	};
	struct error err = { "" };
	struct domain_key key;
	enum status status;

	if (!keys_find(call, &key))
		return;
	status = check_start(call->keeper, &key, &options, &err);
	if (status != STATUS_OK)
		call_fail_status(call, status, "id", &err);
}
