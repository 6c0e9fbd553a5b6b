/* SPDX-License-Identifier: ISC */
#include "milter/signing.h"

#include "dkim/earlier.h"
#include "process/clock.h"
#include "process/counters.h"

/* The signatures that are still to be made: indexes of the verdict's. */
struct todo {
	size_t indexes[ASK_CALLS_MAX];
	size_t count;
};

static void
fill_call(const struct signing *signing, size_t index, struct ask_call *call)
{
	const struct match_entry *entry = &signing->verdict->signatures[index].key.entry;

	call->algorithm = entry->algorithm;
	call->handle = entry->handle;
	memcpy(call->digest, signer_digest(signing->signer, index), sizeof(call->digest));
}

static enum status
ask_counted(const struct signing *signing, struct ask_call *calls, size_t count)
{
	struct counters *page = counters_own();
	int64_t began_us = clock_monotonic_us();
	enum status status;

	counter_add(&page->vault_waiting, 1);
	status = ask_sign(signing->ask, calls, count, signing->vault_timeout_ms);
	counter_subtract(&page->vault_waiting, 1);
	counters_observe_us(&page->vault_wait, (uint64_t)(clock_monotonic_us() - began_us));
	return status;
}

/* The vault answers for all of them, or for none. */
static enum status
ask_vault(const struct signing *signing, const struct todo *todo, struct ask_call *calls,
    enum reason *ret_reason)
{
	enum status status;

	for (size_t i = 0; i < todo->count; i++)
		fill_call(signing, todo->indexes[i], &calls[i]);
	status = ask_counted(signing, calls, todo->count);
	if (status != STATUS_OK)
		*ret_reason = status == STATUS_TIMEOUT ? REASON_VAULT_TIMEOUT : REASON_VAULT_ERROR;
	return status;
}

/* ---- what the message bears already ---- */

/*
 * Finds a field that says what ours would, but for its time; the signature is
 * then given that time, so that its digest is that of the field. NOT_FOUND.
 */
static enum status
find_earlier(const struct signing *signing, size_t index, struct earlier *ret_earlier)
{
	const struct field_params *params = signer_params(signing->signer, index);
	int64_t now = params->signed_at;
	enum status status = STATUS_OK;
	size_t at = 0;

	for (size_t i = 0; i < EARLIER_MAX && status == STATUS_OK; i++) {
		status = earlier_find(signing->header, params, &at, ret_earlier);
		if (status == STATUS_OK)
			status = signer_redate(signing->signer, index, ret_earlier->signed_at);
		if (status == STATUS_OK &&
		    signer_has_built(signing->signer, index, ret_earlier->unsigned_value))
			return STATUS_OK;
	}
	if (status == STATUS_OK || status == STATUS_NOT_FOUND) {
		status = signer_redate(signing->signer, index, now);
		return status == STATUS_OK ? STATUS_NOT_FOUND : status;
	}
	return status;
}

/* Leaves in todo what the message does not bear. Mail that comes by once costs a look at its header. */
static enum status
drop_earlier(const struct signing *signing, struct todo *todo, enum reason *ret_reason)
{
	int64_t now = signer_params(signing->signer, 0)->signed_at;
	struct earlier earlier[ASK_CALLS_MAX];
	struct ask_call calls[ASK_CALLS_MAX];
	struct todo claimed = { .count = 0 };
	struct todo rest = { .count = 0 };
	enum status status = STATUS_OK;

	for (size_t i = 0; i < todo->count; i++) {
		status = find_earlier(signing, todo->indexes[i], &earlier[claimed.count]);
		if (status == STATUS_OK)
			claimed.indexes[claimed.count++] = todo->indexes[i];
		else if (status == STATUS_NOT_FOUND)
			rest.indexes[rest.count++] = todo->indexes[i];
		else
			return status;
	}
	if (claimed.count == 0)
		return STATUS_OK;
	status = ask_vault(signing, &claimed, calls, ret_reason);
	for (size_t i = 0; i < claimed.count && status == STATUS_OK; i++) {
		if (earlier_is(&earlier[i], calls[i].signature, calls[i].signature_len))
			continue;
		rest.indexes[rest.count++] = claimed.indexes[i];
		status = signer_redate(signing->signer, claimed.indexes[i], now);
	}
	*todo = rest;
	return status;
}

/* ---- what is made ---- */

/* The first key's field ends up on top. */
static enum status
insert_fields(const struct signing *signing, const struct todo *todo, const struct ask_call *calls)
{
	enum status status = STATUS_OK;

	for (size_t i = todo->count; i > 0 && status == STATUS_OK; i--) {
		struct slice value;

		status = signer_finish(signing->signer, todo->indexes[i - 1], calls[i - 1].signature,
		    calls[i - 1].signature_len, &value);
		if (status == STATUS_OK)
			status =
			    signing->editor->insert(signing->editor->context, "DKIM-Signature", value);
	}
	return status;
}

static enum status
make(const struct signing *signing, const struct todo *todo, enum reason *ret_reason)
{
	struct ask_call calls[ASK_CALLS_MAX];
	enum status status = ask_vault(signing, todo, calls, ret_reason);

	if (status == STATUS_OK)
		status = rewriting_end(signing->rewriting, signing->header, signing->editor);
	return status == STATUS_OK ? insert_fields(signing, todo, calls) : status;
}

static bool
is_todo(const struct todo *todo, size_t index)
{
	for (size_t i = 0; i < todo->count; i++) {
		if (todo->indexes[i] == index)
			return true;
	}
	return false;
}

static void
keep_made(struct verdict *verdict, const struct todo *todo)
{
	size_t kept = 0;

	for (size_t i = 0; i < verdict->signature_count; i++) {
		if (is_todo(todo, i))
			verdict->signatures[kept++] = verdict->signatures[i];
	}
	verdict->signature_count = kept;
}

enum status
signing_run(const struct signing *signing, enum reason *ret_reason)
{
	struct todo todo = { .count = signer_count(signing->signer) };
	enum status status = signer_end(signing->signer);

	*ret_reason = REASON_INTERNAL_ERROR;
	for (size_t i = 0; i < todo.count; i++)
		todo.indexes[i] = i;
	if (status == STATUS_OK)
		status = drop_earlier(signing, &todo, ret_reason);
	/* what it bears covers what it would be changed to */
	if (status == STATUS_OK && todo.count == 0)
		status = rewriting_end(signing->rewriting, signing->header, signing->editor);
	if (status == STATUS_OK && todo.count > 0)
		status = make(signing, &todo, ret_reason);
	if (status != STATUS_OK)
		return status;
	if (todo.count == 0)
		decide_already_signed(signing->verdict);
	else if (todo.count < signing->verdict->signature_count)
		keep_made(signing->verdict, &todo);
	return STATUS_OK;
}
