/* SPDX-License-Identifier: ISC */
/*
 * ImportKey: prepare the record → ask the vault whether it is the right one →
 * have it read the file whose descriptor came with the call → write the record
 * → let the views follow → answer.
 *
 * The descriptor is relayed, and closed with the vault's answer. Nothing is ever
 * read from it here.
 */
#include <stdlib.h>

#include "base/passing.h"
#include "keeper/methods/methods.h"
#include "keeper/methods/record_json.h"
#include "keeper/methods/warnings_json.h"
#include "keeper/random.h"
#include "keeper/vault_line.h"
#include "process/clock.h"

struct import_values {
	struct slice org;
	struct slice domain;
	int domain_match;
	struct slice selector;
	bool test_mode;
};

#define AT(member) offsetof(struct import_values, member)

static const struct param import_params[] = {
	{ "org", PARAM_TEXT, false, AT(org), NULL, 0 },
	{ "domain", PARAM_TEXT, true, AT(domain), NULL, 0 },
	{ "domain_match", PARAM_WORD, false, AT(domain_match), domain_match_words, 0 },
	{ "selector", PARAM_TEXT, true, AT(selector), NULL, 0 },
	{ "test_mode", PARAM_FLAG, false, AT(test_mode), NULL, 0 },
	{ .name = NULL },
};

/* A key on its way in; freed when its call is answered. */
struct importing {
	struct call *call;
	int descriptor; /* of the file, until the line has it; or -1 */
	struct domain_key key;
};

static void
end(struct importing *importing)
{
	passing_drop(&importing->descriptor);
	free(importing);
}

static void
fail(struct importing *importing, enum status status, const char *field, const struct error *err)
{
	call_fail_status(importing->call, status, field, err);
	end(importing);
}

static json_t *
answer_of(const struct importing *importing)
{
	const struct domain_key *key = &importing->key;

	return json_pack("{s:o, s:o}",
	    "key", record_json_of_key(key, importing->call->peer.rights),
	    "warnings", warnings_json_of_new(key, call_settings(importing->call)));
}

static void
on_imported(void *context, enum status status, const union frame *frame)
{
	struct importing *importing = context;
	struct call *call = importing->call;
	struct lifecycle_by by = call_by(call);
	struct vault_line_imported imported;
	struct error err = { "" };

	status = vault_line_judge(status, &err);
	if (status == STATUS_OK)
		status = vault_line_take_imported(frame, &imported, &err);
	if (status != STATUS_OK) {
		fail(importing, status, "file", &err);
		return;
	}
	importing->key.set.algorithm = imported.algorithm;
	importing->key.set.key_bits = imported.key_bits;
	status = lifecycle_import(
	    call->keeper->store, &by, &imported.key, &importing->key, &err);
	if (status != STATUS_OK) {
		fail(importing, status, NULL, &err);
		return;
	}
	call_answer_published(call, answer_of(importing));
	end(importing);
}

static void
fail_busy(struct importing *importing)
{
	struct error err;

	fail(importing,
	    error_set(&err, STATUS_UNAVAILABLE, "too many keys are being made: try again later"), NULL,
	    &err);
}

static void
on_checked(void *context, enum status status, const union frame *frame)
{
	struct importing *importing = context;
	struct keeper *keeper = importing->call->keeper;
	struct error err = { "" };

	status = vault_line_judge(status, &err);
	if (status == STATUS_OK)
		status = vault_line_take_checked(frame, keeper->store, clock_wall_s(), &err);
	if (status != STATUS_OK) {
		fail(importing, status, NULL, &err);
		return;
	}
	if (vault_line_import(keeper->vault, importing->descriptor, clock_monotonic_ms(), on_imported,
	        importing) != STATUS_OK) {
		fail_busy(importing);
		return;
	}
	importing->descriptor = -1;
	keeper_watch_deadlines(keeper);
}

static void
start(struct importing *importing)
{
	struct keeper *keeper = importing->call->keeper;

	if (vault_line_check(keeper->vault, clock_monotonic_ms(), on_checked, importing) == STATUS_OK)
		keeper_watch_deadlines(keeper);
	else
		fail_busy(importing);
}

static enum status
prepare(struct importing *importing, const struct import_values *values, const char **field,
    struct error *err)
{
	struct lifecycle_request request = {
		.org = values->org,
		.domain = values->domain,
		.selectors = { values->selector },
		.domain_match = (enum domain_match)values->domain_match,
		.test_mode = values->test_mode,
	};
	uint8_t random[ID_SIZE];
	enum status status = random_fill(random, sizeof(random), err);

	if (status != STATUS_OK)
		return status;
	if (importing->descriptor < 0) {
		*field = "file";
		return error_set(err, STATUS_INVALID,
		    "no file came with the call: it goes along as a descriptor (SCM_RIGHTS)");
	}
	return lifecycle_prepare_import(importing->call->keeper->store, &request, clock_wall_s(),
	    random, &importing->key, field, err);
}

void
import_key(struct call *call)
{
	struct import_values values = { .test_mode = false };
	struct importing *importing;
	const char *field = NULL;
	struct error err = { "" };
	enum status status;

	if (!call_read(call, import_params, &values))
		return;
	importing = calloc(1, sizeof(*importing));
	if (importing == NULL) {
		call_answer(call, NULL);
		return;
	}
	importing->call = call;
	importing->descriptor = connection_take_descriptor(call->connection);
	status = prepare(importing, &values, &field, &err);
	if (status == STATUS_OK)
		start(importing);
	else
		fail(importing, status, field, &err);
}
