/* SPDX-License-Identifier: ISC */
/* Status: how everything is, with the children as the supervisor sees them. */
#include "keeper/methods/methods.h"
#include "process/clock.h"

/* The supervisor answers at once, or it has worse troubles than this question. */
#define CHILDREN_MS 2000

#define TROUBLES_MAX 50 /* shown; with more of them the list says enough */

static json_t *
child_json(const struct frame_child *child)
{
	return json_pack("{s:s, s:i, s:i, s:i, s:i, s:b, s:o, s:I}",
	    "role", word_text(role_words, (int)child->role),
	    "instance", (int)child->instance,
	    "pid", (int)child->pid,
	    "epoch", (int)child->epoch,
	    "restarts", (int)child->restarts,
	    "is_ready", child->is_ready != 0,
	    "started_at", json_of_time(child->started_at),
	    "settings_version", (json_int_t)child->settings_version);
}

/* Null when the supervisor did not answer. */
static json_t *
children_json(const struct frame_children *frame)
{
	json_t *children = json_array();

	for (uint32_t i = 0; i < frame->count && i < FRAME_CHILDREN_MAX; i++) {
		if (json_array_append_new(children, child_json(&frame->children[i])) != 0) {
			json_decref(children);
			return NULL;
		}
	}
	return children;
}

static json_t *
listener_json(const struct settings *settings, unsigned index)
{
	const char *address = settings_text(settings, SETTING_LISTENER_ADDRESS, index);
	const char *name = settings_text(settings, SETTING_LISTENER_NAME, index);

	return json_pack("{s:s, s:s}", "name", name[0] != '\0' ? name : address, "address", address);
}

static json_t *
listeners_json(const struct settings *settings)
{
	json_t *listeners = json_array();
	unsigned count = settings_count(settings, SETTING_LISTENER_ADDRESS);

	for (unsigned i = 0; i < count; i++) {
		if (json_array_append_new(listeners, listener_json(settings, i)) != 0) {
			json_decref(listeners);
			return NULL;
		}
	}
	return listeners;
}

/* ---- trouble ---- */

static enum status
add_trouble(void *context, const struct store_trouble *trouble)
{
	json_t *object = json_pack("{s:s, s:s, s:s, s:s}",
	    "kind", word_text(store_trouble_words, (int)trouble->kind),
	    "domain", trouble->domain,
	    "name", trouble->name,
	    "sentence", trouble->sentence);

	return json_array_append_new(context, object) == 0 ? STATUS_OK : STATUS_NO_MEMORY;
}

static json_t *
troubles_json(struct store *store)
{
	json_t *troubles = json_array();

	if (store_list_troubles(store, TROUBLES_MAX, add_trouble, troubles, NULL) == STATUS_OK)
		return troubles;
	json_decref(troubles);
	return json_null();
}

/* children: NULL when the supervisor did not answer. */
static json_t *
settings_json(const struct frame_children *children)
{
	if (children == NULL)
		return json_null();
	return json_pack("{s:I, s:o}", "version", (json_int_t)children->settings_version,
	    "loaded_at", json_of_time(children->settings_loaded_at));
}

static void
report(struct call *call, const struct frame_children *frame)
{
	json_t *children = frame != NULL ? children_json(frame) : json_null();
	struct keeper *keeper = call->keeper;
	struct store_counts counts;
	struct error err = { "" };
	enum status status = store_count(keeper->store, &counts, &err);

	if (status != STATUS_OK) {
		json_decref(children);
		call_fail_status(call, status, NULL, &err);
		return;
	}
	call_answer(call,
	    json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:I, s:I, s:I, s:I, s:o, s:I}",
	        "version", SIGNETD_VERSION,
	        "started_at", json_of_time(keeper->started_at),
	        "settings", settings_json(frame),
	        "listeners", listeners_json(keeper->settings),
	        "children", children,
	        "troubles", troubles_json(keeper->store),
	        "keys", (json_int_t)counts.keys,
	        "active_keys", (json_int_t)counts.active_keys,
	        "key_sets", (json_int_t)counts.sets,
	        "retiring_key_sets", (json_int_t)counts.retiring_sets,
	        "next_gone_at", json_of_time(counts.next_gone_at),
	        "connections_refused", (json_int_t)server_refused(keeper->server)));
}

static void
on_children(void *context, enum status status, const union frame *frame)
{
	struct frame_children children;

	if (status != STATUS_OK) {
		report(context, NULL);
		return;
	}
	memcpy(&children, frame, sizeof(children));
	report(context, &children);
}

static const struct param no_params[] = { { .name = NULL } };

void
health_report(struct call *call)
{
	struct frame_plain frame = { 0 };
	struct line_question question = {
		.frame = &frame.head,
		.size = sizeof(frame),
		.type = FRAME_ASK_CHILDREN,
		.answer_type = FRAME_CHILDREN,
		.answer_size = sizeof(struct frame_children),
		.deadline_ms = clock_monotonic_ms() + CHILDREN_MS,
	};

	if (!call_read(call, no_params, &frame))
		return;
	if (line_ask(call->keeper->supervisor, &question, on_children, call) == STATUS_OK)
		keeper_watch_deadlines(call->keeper);
	else
		report(call, NULL);
}
