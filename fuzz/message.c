/* SPDX-License-Identifier: ISC */
/*
 * dkim/signer.h: the octets are a message. It is signed in all four
 * canonicalizations, and each field is judged as a verifier would (RFC 6376
 * §6.1), by the plain reading of tests/unit/plain_canon.h.
 */
#include "dkim/signer.h"

#include "../tests/unit/plain_canon.h"
#include "base/scan.h"
#include "dkim/tag_list.h"
#include "scarce.h"
#include "split.h"
#include "target.h"

#define BYTES_MAX (1U << 20)
#define FIELDS_MAX 5000
#define OUTPUT_MAX (64U << 20)
#define SIGNATURES (CANON_COUNT * CANON_COUNT)

/* Any octets do for a signature: its own verification is OpenSSL's business. */
static const uint8_t any_signature[64] = "sixty-four octets that no private key has ever made, and no more";

struct message {
	struct arena arena;
	struct header_block header;
	struct slice body;
	struct signer *signer;
};

/* ---- signing ---- */

static enum status
read_header(struct message *message, struct slice text)
{
	enum status status = STATUS_OK;
	struct split_field field;

	header_init(&message->header, &message->arena, BYTES_MAX, FIELDS_MAX);
	while (status == STATUS_OK && split_next(&text, &field))
		status = header_add(&message->header, field.name, field.value);
	message->body = text;
	return status;
}

static enum canon
header_canon(size_t index)
{
	return index / CANON_COUNT == 0 ? CANON_SIMPLE : CANON_RELAXED;
}

static enum canon
body_canon(size_t index)
{
	return index % CANON_COUNT == 0 ? CANON_SIMPLE : CANON_RELAXED;
}

static enum status
add_signatures(struct signer *signer)
{
	enum status status = STATUS_OK;

	for (size_t i = 0; i < SIGNATURES && status == STATUS_OK; i++) {
		struct field_params params = {
			.algorithm = SLICE_LITERAL("ed25519-sha256"),
			.header_canon = header_canon(i), .body_canon = body_canon(i),
			.domain = SLICE_LITERAL("example.com"), .selector = SLICE_LITERAL("s"),
			.signed_at = 1795168800, .expires_at = i == 0 ? 1795773600 : 0,
		};

		status = signer_add(signer, &params);
	}
	return status;
}

static void
put_body(struct signer *signer, struct slice body)
{
	uint64_t random = 1;

	while (body.len > 0) {
		size_t len = 1 + target_below(&random, body.len);

		signer_put_body(signer, slice_first(body, len));
		body = slice_after(body, len);
	}
}

static enum status
sign(struct message *message, struct slice text)
{
	enum status status = read_header(message, text);

	if (status == STATUS_OK)
		status = signer_new(&message->signer);
	if (status == STATUS_OK)
		status = signer_begin(message->signer, choice_default, &message->header);
	if (status == STATUS_OK)
		status = add_signatures(message->signer);
	if (status != STATUS_OK)
		return status;
	put_body(message->signer, message->body);
	return signer_end(message->signer);
}

static void
message_init(struct message *message)
{
	*message = (struct message){ .signer = NULL };
	arena_init(&message->arena, 2 * header_arena_bytes(BYTES_MAX, FIELDS_MAX));
}

static void
message_done(struct message *message)
{
	signer_free(&message->signer);
	arena_done(&message->arena);
}

static enum status
sign_and_forget(void *context)
{
	const struct slice *text = context;
	struct message message;
	enum status status;

	message_init(&message);
	status = sign(&message, *text);
	message_done(&message);
	return status;
}

/* ---- judging ---- */

static void
hash_text(struct slice text, uint8_t ret_hash[DIGEST_SIZE])
{
	struct digest *digest;

	TARGET_CHECK(digest_new(&digest) == STATUS_OK);
	digest_put(digest, text);
	TARGET_CHECK(digest_end(digest, ret_hash) == STATUS_OK);
	digest_free(&digest);
}

static struct slice
find_value(const struct tag_list *list, const char *name)
{
	const struct tag *tag = tag_list_find(list, slice_from_text(name));

	TARGET_CHECK(tag != NULL);
	return tag->value;
}

static void
check_base64(struct slice text, const uint8_t *expected, size_t expected_len)
{
	uint8_t bytes[128];
	size_t len;

	TARGET_CHECK(scan_base64(text, bytes, sizeof(bytes), &len) == STATUS_OK);
	TARGET_CHECK(slice_equal(slice_of(bytes, len), slice_of(expected, expected_len)));
}

/* The lowest field called name that was not taken yet (§5.4.2); there may be none. */
static void
put_lowest(const struct header_block *header, struct slice name, enum canon canon, bool *taken,
    struct buf *out)
{
	for (size_t i = header->count; i > 0; i--) {
		const struct header_field *field = &header->fields[i - 1];

		if (taken[i - 1] || !slice_equal_nocase(slice_trim(field->name), name))
			continue;
		taken[i - 1] = true;
		plain_header(canon, field->name, field->value, out);
		buf_put_text(out, "\r\n");
		return;
	}
}

/* The fields that h= names, then the signature's own, its b= empty. */
static void
put_signed_text(const struct message *message, enum canon canon, struct slice value,
    const struct tag_list *list, struct buf *out)
{
	bool taken[FIELDS_MAX] = { false };
	struct slice names = find_value(list, "h");
	struct slice signature = find_value(list, "b");

	while (names.len > 0)
		put_lowest(&message->header, slice_trim(slice_cut(&names, ':')), canon, taken, out);
	plain_header(canon, FIELD_NAME, slice_first(value, (size_t)(signature.ptr - value.ptr)), out);
}

static void
check_digest(const struct message *message, size_t index, struct slice value,
    const struct tag_list *list)
{
	uint8_t hash[DIGEST_SIZE];
	struct buf text;

	buf_init(&text, OUTPUT_MAX);
	put_signed_text(message, header_canon(index), value, list, &text);
	TARGET_CHECK(buf_status(&text) == STATUS_OK);
	hash_text(buf_slice(&text), hash);
	TARGET_CHECK(memcmp(hash, signer_digest(message->signer, index), DIGEST_SIZE) == 0);
	buf_done(&text);
}

static void
check_body_hash(const struct message *message, size_t index, const struct tag_list *list)
{
	uint8_t hash[DIGEST_SIZE];
	struct buf text;

	buf_init(&text, OUTPUT_MAX);
	plain_body(body_canon(index), message->body, &text);
	TARGET_CHECK(buf_status(&text) == STATUS_OK);
	hash_text(buf_slice(&text), hash);
	check_base64(find_value(list, "bh"), hash, sizeof(hash));
	buf_done(&text);
}

static void
check_signature(const struct message *message, size_t index)
{
	struct tag_list list;
	struct slice value;

	TARGET_CHECK(signer_finish(message->signer, index, any_signature, sizeof(any_signature),
	                 &value) == STATUS_OK);
	TARGET_CHECK(tag_list_parse(value, &list) == STATUS_OK);
	TARGET_CHECK(slice_equal(list.tags[list.count - 1].name, SLICE_LITERAL("b")));
	check_base64(find_value(&list, "b"), any_signature, sizeof(any_signature));
	check_body_hash(message, index, &list);
	check_digest(message, index, value, &list);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice text = slice_of(data, size);
	struct message message;
	enum status status;

	if (size > BYTES_MAX / 2)
		return 0;
	message_init(&message);
	status = sign(&message, text);
	TARGET_CHECK(status == STATUS_OK || status == STATUS_TOO_LARGE);
	for (size_t i = 0; i < SIGNATURES && status == STATUS_OK; i++)
		check_signature(&message, i);
	message_done(&message);
	/* for one message in eight: it signs as many times as there are allocations */
	if (size % 8 == 0)
		TARGET_CHECK(scarce_try(sign_and_forget, &text) == status);
	return 0;
}
