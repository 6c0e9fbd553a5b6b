/* SPDX-License-Identifier: ISC */
#include "keeper/vault_line.h"

_Static_assert(FRAME_HANDLE_SIZE == ID_SIZE, "a handle is a handle");
_Static_assert(FRAME_SEALED_MAX == SEALED_MAX, "a sealed key is a sealed key");
_Static_assert(FRAME_PUBLIC_KEY_MAX == PUBLIC_KEY_MAX, "a public key is a public key");
_Static_assert(FRAME_CHECK_SIZE == STORE_CHECK_SIZE, "a check value is a check value");

enum status
vault_line_generate(struct line *vault, enum algorithm algorithm, unsigned key_bits,
    int64_t now_ms, line_answer *answer, void *context)
{
	struct frame_generate frame = { .algorithm = algorithm, .key_bits = key_bits };
	struct line_question question = {
		.frame = &frame.head,
		.size = sizeof(frame),
		.type = FRAME_GENERATE,
		.answer_type = FRAME_GENERATED,
		.answer_size = sizeof(struct frame_generated),
		.deadline_ms = now_ms + VAULT_LINE_GENERATE_MS,
	};

	return line_ask(vault, &question, answer, context);
}

enum status
vault_line_judge(enum status status, struct error *err)
{
	if (status == STATUS_OK)
		return status;
	return error_set(err, STATUS_UNAVAILABLE, status == STATUS_TIMEOUT
	        ? "the vault did not answer in time: see its log, and try again"
	        : "the vault went away over this request: see its log, and try again");
}

static enum status
judge_lengths(uint32_t sealed_len, uint32_t public_key_len, struct error *err)
{
	if (sealed_len == 0 || sealed_len > FRAME_SEALED_MAX || public_key_len == 0 ||
	    public_key_len > FRAME_PUBLIC_KEY_MAX)
		return error_set(err, STATUS_DAMAGED, "the vault's new key has an impossible length");
	return STATUS_OK;
}

static enum status
judge_generated(const struct frame_generated *frame, struct error *err)
{
	if (frame->status == STATUS_UNAVAILABLE)
		return error_set(err, STATUS_UNAVAILABLE,
		    "the vault has too many keys to generate: try again in a minute");
	if (frame->status != STATUS_OK)
		return error_set(err, STATUS_SYSTEM, "the vault could not generate a key (%s): see its log",
		    status_name(frame->status));
	return judge_lengths(frame->sealed_len, frame->public_key_len, err);
}

enum status
vault_line_take_generated(
    const union frame *answer, struct lifecycle_generated *ret_generated, struct error *err)
{
	struct frame_generated frame;
	enum status status;

	memcpy(&frame, answer, sizeof(frame));
	status = judge_generated(&frame, err);
	if (status != STATUS_OK)
		return status;
	memcpy(ret_generated->handle.bytes, frame.handle, FRAME_HANDLE_SIZE);
	memcpy(ret_generated->sealed.bytes, frame.sealed, frame.sealed_len);
	ret_generated->sealed.len = frame.sealed_len;
	memcpy(ret_generated->public_key, frame.public_key, frame.public_key_len);
	ret_generated->public_key_len = frame.public_key_len;
	return STATUS_OK;
}

/* ---- import ---- */

enum status
vault_line_import(
    struct line *vault, int descriptor, int64_t now_ms, line_answer *answer, void *context)
{
	struct frame_plain frame = { 0 };
	struct line_question question = {
		.frame = &frame.head,
		.size = sizeof(frame),
		.type = FRAME_IMPORT,
		.answer_type = FRAME_IMPORTED,
		.answer_size = sizeof(struct frame_imported),
		.deadline_ms = now_ms + VAULT_LINE_GENERATE_MS,
	};

	return line_ask_passing(vault, &question, descriptor, answer, context);
}

static enum status
judge_imported(struct frame_imported *frame, struct error *err)
{
	frame->sentence[sizeof(frame->sentence) - 1] = '\0';
	if (frame->status == STATUS_UNAVAILABLE)
		return error_set(err, STATUS_UNAVAILABLE,
		    "the vault has too many keys to make: try again in a minute");
	if (frame->status == STATUS_INVALID || frame->status == STATUS_TOO_LARGE ||
	    frame->status == STATUS_REFUSED)
		return error_set(err, STATUS_INVALID, "%s", frame->sentence);
	if (frame->status != STATUS_OK)
		return error_set(err, STATUS_SYSTEM, "the vault could not import the key (%s): %s",
		    status_name(frame->status), frame->sentence);
	return judge_lengths(frame->sealed_len, frame->public_key_len, err);
}

enum status
vault_line_take_imported(
    const union frame *answer, struct vault_line_imported *ret_imported, struct error *err)
{
	struct lifecycle_generated *key = &ret_imported->key;
	struct frame_imported frame;
	enum status status;

	memcpy(&frame, answer, sizeof(frame));
	status = judge_imported(&frame, err);
	if (status != STATUS_OK)
		return status;
	ret_imported->algorithm = (enum algorithm)frame.algorithm;
	ret_imported->key_bits = frame.key_bits;
	memcpy(key->handle.bytes, frame.handle, FRAME_HANDLE_SIZE);
	memcpy(key->sealed.bytes, frame.sealed, frame.sealed_len);
	key->sealed.len = frame.sealed_len;
	memcpy(key->public_key, frame.public_key, frame.public_key_len);
	key->public_key_len = frame.public_key_len;
	return STATUS_OK;
}

/* ---- the master key ---- */

enum status
vault_line_check(struct line *vault, int64_t now_ms, line_answer *answer, void *context)
{
	struct frame_plain frame = { 0 };
	struct line_question question = {
		.frame = &frame.head,
		.size = sizeof(frame),
		.type = FRAME_CHECK,
		.answer_type = FRAME_CHECKED,
		.answer_size = sizeof(struct frame_checked),
		.deadline_ms = now_ms + VAULT_LINE_CHECK_MS,
	};

	return line_ask(vault, &question, answer, context);
}

void
vault_line_read_checked(const union frame *answer, struct store_masters *ret_at_hand)
{
	struct frame_checked frame;

	memcpy(&frame, answer, sizeof(frame));
	ret_at_hand->has_current = true;
	ret_at_hand->has_previous = frame.has_previous != 0;
	memcpy(ret_at_hand->current, frame.value, STORE_CHECK_SIZE);
	memcpy(ret_at_hand->previous, frame.previous, STORE_CHECK_SIZE);
}

enum status
vault_line_take_checked(
    const union frame *answer, struct store *store, int64_t now, struct error *err)
{
	struct store_masters at_hand;
	enum master_meeting meeting;

	vault_line_read_checked(answer, &at_hand);
	return master_meet(store, &at_hand, now, &meeting, err);
}

enum status
vault_line_reseal(struct line *vault, const struct handle *handle,
    const struct store_sealed *sealed, int64_t now_ms, line_answer *answer, void *context)
{
	struct frame_reseal frame = { .sealed_len = (uint32_t)sealed->len };
	struct line_question question = {
		.frame = &frame.head,
		.size = sizeof(frame),
		.type = FRAME_RESEAL,
		.answer_type = FRAME_RESEALED,
		.answer_size = sizeof(struct frame_resealed),
		.deadline_ms = now_ms + VAULT_LINE_GENERATE_MS,
	};

	memcpy(frame.handle, handle->bytes, FRAME_HANDLE_SIZE);
	memcpy(frame.sealed, sealed->bytes, sealed->len);
	return line_ask(vault, &question, answer, context);
}

enum status
vault_line_take_resealed(const union frame *answer, struct store_sealed *ret_sealed)
{
	struct frame_resealed frame;

	memcpy(&frame, answer, sizeof(frame));
	if (frame.status == STATUS_DAMAGED)
		return STATUS_DAMAGED;
	if (frame.status != STATUS_OK || frame.sealed_len == 0 || frame.sealed_len > FRAME_SEALED_MAX)
		return STATUS_UNAVAILABLE;
	ret_sealed->len = frame.sealed_len;
	memcpy(ret_sealed->bytes, frame.sealed, frame.sealed_len);
	return STATUS_OK;
}
