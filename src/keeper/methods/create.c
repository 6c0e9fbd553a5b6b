/* SPDX-License-Identifier: ISC */
/*
 * CreateKey: prepare the record → ask the vault whether it is the right one →
 * have it make a key for each slot → write the record → let the views follow →
 * answer. Or, with private_key, join an existing key set at once. With
 * unless_there what is there already is the answer, looked for before the vault
 * is asked and again in the transaction that writes the record.
 *
 * Between the questions the loop goes on; the record may have become
 * impossible by the time it is written, which the store then says.
 */
#include <stdlib.h>

#include "keeper/methods/methods.h"
#include "keeper/methods/record_json.h"
#include "keeper/methods/warnings_json.h"
#include "keeper/publisher.h"
#include "keeper/random.h"
#include "keeper/vault_line.h"
#include "lifecycle/there.h"
#include "process/clock.h"

struct create_values {
	struct slice org;
	struct slice domain;
	int domain_match;
	int algorithm;
	int64_t key_size;
	struct slice selector;
	struct slice alternate_selector;
	struct slice private_key;
	enum param_switch test_mode;
	int publication;
	bool unless_there;
	bool dry_run;
};

#define AT(member) offsetof(struct create_values, member)

static const struct param create_params[] = {
	{ "org", PARAM_TEXT, false, AT(org), NULL, 0 },
	{ "domain", PARAM_TEXT, true, AT(domain), NULL, 0 },
	{ "domain_match", PARAM_WORD, false, AT(domain_match), domain_match_words, 0 },
	{ "algorithm", PARAM_WORD, false, AT(algorithm), algorithm_words, 0 },
	{ "key_size", PARAM_NUMBER, false, AT(key_size), NULL, 16384 },
	{ "selector", PARAM_TEXT, false, AT(selector), NULL, 0 },
	{ "alternate_selector", PARAM_TEXT, false, AT(alternate_selector), NULL, 0 },
	{ "private_key", PARAM_TEXT, false, AT(private_key), NULL, 0 },
	{ "publication", PARAM_WORD, false, AT(publication), publication_words, 0 },
	{ "test_mode", PARAM_SWITCH, false, AT(test_mode), NULL, 0 },
	{ "unless_there", PARAM_FLAG, false, AT(unless_there), NULL, 0 },
	{ "dry_run", PARAM_FLAG, false, AT(dry_run), NULL, 0 },
	{ .name = NULL },
};

/* A record on its way; freed when its call is answered. */
struct creation {
	struct call *call;
	bool unless_there;
	struct lifecycle_request request; /* its texts are the call's */
	struct domain_key key;
	struct lifecycle_generated keys[SLOT_COUNT];
	unsigned made;    /* answers so far */
	unsigned awaited; /* answers to come */
	enum status status;
	struct error err;
};

static struct lifecycle_request
request_of(const struct create_values *values, const struct settings *settings)
{
	return (struct lifecycle_request){
		.org = values->org,
		.domain = values->domain,
		.selectors = { values->selector, values->alternate_selector },
		.domain_match = (enum domain_match)values->domain_match,
		.algorithm = (enum algorithm)values->algorithm,
		.key_bits = (unsigned)values->key_size,
		.test_mode = values->test_mode == PARAM_ON,
		.publication = (enum publication)values->publication,
		.provider_zone = settings_text(settings, SETTING_PROVIDER_NAME, 0),
		.dry_run = values->dry_run,
	};
}

static void
answer(struct call *call, const struct domain_key *key)
{
	if (key->set.publication == PUBLICATION_DELEGATED)
		publisher_wake(call->keeper->publisher);
	call_answer_published(call,
	    json_pack("{s:o, s:b, s:b, s:o}",
	        "key", record_json_of_key(key, call->peer.rights),
	        "was_there", 0,
	        "dry_run", 0,
	        "warnings", warnings_json_of_new(key, call_settings(call))));
}

/* Nothing has changed. key: what is there, or NULL. */
static void
answer_unchanged(struct call *call, const struct domain_key *key, bool is_dry_run)
{
	json_t *record = key != NULL ? record_json_of_key(key, call->peer.rights) : json_null();

	call_answer(call,
	    json_pack("{s:o, s:b, s:b, s:[]}",
	        "key", record,
	        "was_there", key != NULL,
	        "dry_run", is_dry_run,
	        "warnings"));
}

/* ---- a new key set ---- */

static enum status
keep(struct creation *creation, bool *ret_was_there)
{
	struct store *store = creation->call->keeper->store;
	struct lifecycle_by by = call_by(creation->call);

	if (creation->unless_there)
		return lifecycle_there_or_create(store, &by, &creation->request, creation->keys,
		    &creation->key, ret_was_there, &creation->err);
	return lifecycle_create(store, &by, creation->keys, &creation->key, &creation->err);
}

static void
finish(struct creation *creation)
{
	struct call *call = creation->call;
	bool was_there = false;

	if (creation->status == STATUS_OK)
		creation->status = keep(creation, &was_there);
	if (creation->status != STATUS_OK)
		call_fail_status(call, creation->status, NULL, &creation->err);
	else if (was_there)
		answer_unchanged(call, &creation->key, false);
	else
		answer(call, &creation->key);
	free(creation);
}

/* The first failure is the one that is told. */
static void
note(struct creation *creation, enum status status, const struct error *err)
{
	if (creation->status != STATUS_OK || status == STATUS_OK)
		return;
	creation->status = status;
	creation->err = *err;
}

static void
on_generated(void *context, enum status status, const union frame *frame)
{
	struct creation *creation = context;
	struct error err = { "" };

	status = vault_line_judge(status, &err);
	if (status == STATUS_OK)
		status = vault_line_take_generated(frame, &creation->keys[creation->made], &err);
	if (status == STATUS_OK)
		creation->made++;
	note(creation, status, &err);
	if (--creation->awaited == 0)
		finish(creation);
}

/* One key for each slot; which answer comes first does not matter. */
static void
generate(struct creation *creation)
{
	struct keeper *keeper = creation->call->keeper;
	const struct key_set *set = &creation->key.set;
	struct error err;

	for (int i = 0; i < SLOT_COUNT; i++) {
		enum status status = vault_line_generate(keeper->vault, set->algorithm, set->key_bits,
		    clock_monotonic_ms(), on_generated, creation);

		if (status == STATUS_OK)
			creation->awaited++;
		else
			note(creation, error_set(&err, status, "too many keys are being made: try again later"),
			    &err);
	}
	keeper_watch_deadlines(keeper);
	if (creation->awaited == 0)
		finish(creation);
}

static void
on_checked(void *context, enum status status, const union frame *frame)
{
	struct creation *creation = context;
	struct error err = { "" };

	status = vault_line_judge(status, &err);
	if (status == STATUS_OK)
		status = vault_line_take_checked(
		    frame, creation->call->keeper->store, clock_wall_s(), &err);
	note(creation, status, &err);
	if (status == STATUS_OK)
		generate(creation);
	else
		finish(creation);
}

static void
start(struct creation *creation)
{
	struct keeper *keeper = creation->call->keeper;
	struct error err;

	if (vault_line_check(keeper->vault, clock_monotonic_ms(), on_checked, creation) ==
	    STATUS_OK) {
		keeper_watch_deadlines(keeper);
		return;
	}
	note(creation,
	    error_set(&err, STATUS_UNAVAILABLE, "too many keys are being made: try again later"), &err);
	finish(creation);
}

static void
create_set(struct call *call, const struct lifecycle_request *request, bool unless_there)
{
	struct creation *creation = calloc(1, sizeof(*creation));
	uint8_t random[LIFECYCLE_RANDOM_SIZE];
	const char *field = NULL;
	struct error err = { "" };
	enum status status = random_fill(random, sizeof(random), &err);

	if (creation == NULL)
		status = error_set(&err, STATUS_NO_MEMORY, "out of memory");
	if (status == STATUS_OK)
		status = lifecycle_prepare(call->keeper->store, request, clock_wall_s(), random,
		    &creation->key, &field, &err);
	if (status != STATUS_OK) {
		free(creation);
		call_fail_status(call, status, field, &err);
		return;
	}
	if (request->dry_run) {
		free(creation);
		answer_unchanged(call, NULL, true);
		return;
	}
	creation->call = call;
	creation->unless_there = unless_there;
	creation->request = *request;
	start(creation);
}

/* True: it was there, or the request is wrong; the call has been answered. */
static bool
answer_there(struct call *call, const struct lifecycle_request *request)
{
	const char *field = NULL;
	struct error err = { "" };
	struct domain_key key;
	enum status status =
	    lifecycle_there_find(call->keeper->store, request, &key, &field, &err);

	if (status == STATUS_NOT_FOUND)
		return false;
	if (status == STATUS_OK)
		answer_unchanged(call, &key, request->dry_run);
	else
		call_fail_status(call, status, field, &err);
	return true;
}

/* ---- an existing one ---- */

/* What a key set has already, and a record that joins it cannot wish; NULL: nothing of that is wished. */
static const char *
wish_of_its_own(const struct create_values *values)
{
	if (values->selector.len > 0)
		return "selector";
	if (values->alternate_selector.len > 0)
		return "alternate_selector";
	if (values->key_size != 0)
		return "key_size";
	if (values->test_mode != PARAM_ABSENT)
		return "test_mode";
	return values->publication != 0 ? "publication" : NULL;
}

static void
refuse_wish(struct call *call, const char *field)
{
	struct error err;

	(void)error_set(&err, STATUS_INVALID, "%s comes with the key set of the private_key handle: leave it out",
	    field);
	call_fail_field(call, field, err.text);
}

static enum status
join(struct call *call, const struct lifecycle_request *request, bool unless_there,
    const struct handle *handle, struct domain_key *ret_key, bool *ret_was_there,
    struct error *err)
{
	struct lifecycle_by by = call_by(call);
	uint8_t random[ID_SIZE];
	enum status status = random_fill(random, sizeof(random), err);

	if (status != STATUS_OK)
		return status;
	if (unless_there)
		return lifecycle_there_or_join(call->keeper->store, &by, request, handle, random,
		    ret_key, ret_was_there, err);
	return lifecycle_join(call->keeper->store, &by, request, handle, random, ret_key, err);
}

static void
join_set(struct call *call, const struct lifecycle_request *request, bool unless_there,
    struct slice text)
{
	struct error err = { "" };
	struct domain_key key;
	struct handle handle;
	bool was_there = false;
	enum status status;

	if (handle_parse(text, &handle) != STATUS_OK) {
		call_fail_field(call, "private_key",
		    "private_key is not sk_ and 32 hex digits: it is the handle of keys that are here "
		    "already (the key of a file is taken over by key import)");
		return;
	}
	status = join(call, request, unless_there, &handle, &key, &was_there, &err);
	if (status != STATUS_OK)
		call_fail_status(call, status, "private_key", &err);
	else if (was_there || request->dry_run)
		answer_unchanged(call, was_there ? &key : NULL, request->dry_run);
	else
		answer(call, &key);
}

void
create_key(struct call *call)
{
	struct create_values values = { .test_mode = PARAM_ABSENT };
	struct lifecycle_request request;

	if (!call_read(call, create_params, &values))
		return;
	request = request_of(&values, call_settings(call));
	if (values.private_key.len > 0 && wish_of_its_own(&values) != NULL)
		refuse_wish(call, wish_of_its_own(&values));
	else if (values.private_key.len > 0)
		join_set(call, &request, values.unless_there, values.private_key);
	else if (!values.unless_there || !answer_there(call, &request))
		create_set(call, &request, values.unless_there);
}
