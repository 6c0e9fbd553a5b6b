/* SPDX-License-Identifier: ISC */
#include "dkim/signer.h"

#include <assert.h>
#include <stdlib.h>

struct signature {
	struct field_params params;
	struct buf field;    /* the value; its memory serves message after message */
	size_t unsigned_len; /* of it: up to the empty b= */
	uint8_t digest[DIGEST_SIZE];
};

/* What the signatures of one canonicalization share; digests are made when first used. */
struct hash {
	struct digest *digest;
	struct canon_body body; /* bodies only */
	bool is_used;
	uint8_t value[DIGEST_SIZE];
};

struct signer {
	struct choice choice;
	struct hash bodies[CANON_COUNT];
	struct hash headers[CANON_COUNT];
	struct digest *own; /* a header hash and the signature's own field after it */
	struct signature signatures[SIGNER_MAX];
	size_t count;
};

static void
put_to_digest(void *context, struct slice bytes)
{
	digest_put(context, bytes);
}

static struct canon_sink
sink_of(struct digest *digest)
{
	return (struct canon_sink){ .put = put_to_digest, .context = digest };
}

enum status
signer_new(struct signer **ret_signer)
{
	struct signer *signer = calloc(1, sizeof(*signer));
	enum status status;

	if (signer == NULL)
		return STATUS_NO_MEMORY;
	status = digest_new(&signer->own);
	if (status != STATUS_OK) {
		free(signer);
		return status;
	}
	for (size_t i = 0; i < SIGNER_MAX; i++)
		buf_init(&signer->signatures[i].field, FIELD_MAX_BYTES);
	*ret_signer = signer;
	return STATUS_OK;
}

void
signer_free(struct signer **signer)
{
	if (*signer == NULL)
		return;
	for (size_t i = 0; i < CANON_COUNT; i++) {
		digest_free(&(*signer)->bodies[i].digest);
		digest_free(&(*signer)->headers[i].digest);
	}
	for (size_t i = 0; i < SIGNER_MAX; i++)
		buf_done(&(*signer)->signatures[i].field);
	digest_free(&(*signer)->own);
	free(*signer);
	*signer = NULL;
}

static struct hash *
hash_of(struct hash hashes[CANON_COUNT], enum canon canon)
{
	return &hashes[canon - CANON_SIMPLE];
}

enum status
signer_begin(
    struct signer *signer, const struct choice_row *table, const struct header_block *header)
{
	signer->count = 0;
	signer->choice = (struct choice){ 0 };
	for (size_t i = 0; i < CANON_COUNT; i++) {
		signer->bodies[i].is_used = false;
		signer->headers[i].is_used = false;
	}
	return choice_make(table, header, header->arena, &signer->choice);
}

/* Starts a hash that no other signature has started; says in *ret_is_new whether it did. */
static enum status
start_hash(struct hash *hash, bool *ret_is_new)
{
	enum status status = STATUS_OK;

	*ret_is_new = !hash->is_used;
	if (hash->is_used)
		return STATUS_OK;
	if (hash->digest == NULL)
		status = digest_new(&hash->digest);
	if (status != STATUS_OK)
		return status;
	digest_begin(hash->digest);
	hash->is_used = true;
	return STATUS_OK;
}

static enum status
start_body(struct signer *signer, enum canon canon)
{
	struct hash *hash = hash_of(signer->bodies, canon);
	bool is_new;
	enum status status = start_hash(hash, &is_new);

	if (status == STATUS_OK && is_new)
		canon_body_init(&hash->body, canon, sink_of(hash->digest));
	return status;
}

/* The chosen fields, each with its CRLF; the absent ones are hashed as nothing (RFC 6376 §5.4). */
static void
put_chosen(const struct choice *choice, enum canon canon, struct digest *digest)
{
	struct canon_sink sink = sink_of(digest);

	for (size_t i = 0; i < choice->count; i++) {
		const struct header_field *field = choice->entries[i].field;

		if (field == NULL)
			continue;
		canon_header(canon, field->name, field->value, &sink);
		digest_put(digest, SLICE_LITERAL("\r\n"));
	}
}

static enum status
start_header(struct signer *signer, enum canon canon)
{
	struct hash *hash = hash_of(signer->headers, canon);
	bool is_new;
	enum status status = start_hash(hash, &is_new);

	if (status == STATUS_OK && is_new)
		put_chosen(&signer->choice, canon, hash->digest);
	return status;
}

enum status
signer_add(struct signer *signer, const struct field_params *params)
{
	enum status status;

	if (signer->count == SIGNER_MAX)
		return STATUS_TOO_LARGE;
	status = start_body(signer, params->body_canon);
	if (status == STATUS_OK)
		status = start_header(signer, params->header_canon);
	if (status != STATUS_OK)
		return status;
	signer->signatures[signer->count++].params = *params;
	return STATUS_OK;
}

size_t
signer_count(const struct signer *signer)
{
	return signer->count;
}

void
signer_put_body(struct signer *signer, struct slice bytes)
{
	for (size_t i = 0; i < CANON_COUNT; i++) {
		if (signer->bodies[i].is_used)
			canon_body_put(&signer->bodies[i].body, bytes);
	}
}

static enum status
end_body(struct hash *hash)
{
	if (!hash->is_used)
		return STATUS_OK;
	canon_body_end(&hash->body);
	return digest_end(hash->digest, hash->value);
}

/* Builds the field with an empty b= and hashes it after the chosen fields (RFC 6376 §3.7). */
static enum status
end_signature(struct signer *signer, struct signature *signature)
{
	const struct field_params *params = &signature->params;
	struct canon_sink sink = sink_of(signer->own);

	buf_reset(&signature->field);
	field_put_unsigned(&signature->field, params, &signer->choice,
	    hash_of(signer->bodies, params->body_canon)->value);
	if (buf_status(&signature->field) != STATUS_OK)
		return buf_status(&signature->field);
	signature->unsigned_len = signature->field.len;
	digest_copy(signer->own, hash_of(signer->headers, params->header_canon)->digest);
	canon_header(params->header_canon, FIELD_NAME, buf_slice(&signature->field), &sink);
	return digest_end(signer->own, signature->digest);
}

enum status
signer_end(struct signer *signer)
{
	enum status status = STATUS_OK;

	for (size_t i = 0; i < CANON_COUNT && status == STATUS_OK; i++)
		status = end_body(&signer->bodies[i]);
	for (size_t i = 0; i < signer->count && status == STATUS_OK; i++)
		status = end_signature(signer, &signer->signatures[i]);
	return status;
}

const uint8_t *
signer_digest(const struct signer *signer, size_t index)
{
	assert(index < signer->count);
	return signer->signatures[index].digest;
}

const struct field_params *
signer_params(const struct signer *signer, size_t index)
{
	assert(index < signer->count);
	return &signer->signatures[index].params;
}

enum status
signer_redate(struct signer *signer, size_t index, int64_t signed_at)
{
	struct signature *signature = &signer->signatures[index];

	assert(index < signer->count);
	if (signature->params.signed_at == signed_at)
		return STATUS_OK;
	signature->params.signed_at = signed_at;
	return end_signature(signer, signature);
}

static void
put_to_buf(void *context, struct slice bytes)
{
	buf_put(context, bytes);
}

static void
put_field(const struct signature *signature, struct slice value, struct buf *out)
{
	struct canon_sink sink = { .put = put_to_buf, .context = out };

	buf_init(out, FIELD_MAX_BYTES);
	canon_header(signature->params.header_canon, FIELD_NAME, value, &sink);
}

bool
signer_has_built(const struct signer *signer, size_t index, struct slice unsigned_value)
{
	const struct signature *signature = &signer->signatures[index];
	struct slice built = slice_first(buf_slice(&signature->field), signature->unsigned_len);
	struct buf ours;
	struct buf theirs;
	bool is_equal;

	assert(index < signer->count);
	put_field(signature, built, &ours);
	put_field(signature, unsigned_value, &theirs);
	is_equal = buf_status(&ours) == STATUS_OK && buf_status(&theirs) == STATUS_OK &&
	    slice_equal(buf_slice(&ours), buf_slice(&theirs));
	buf_done(&ours);
	buf_done(&theirs);
	return is_equal;
}

enum status
signer_finish(struct signer *signer, size_t index, const uint8_t *signature, size_t len,
    struct slice *ret_value)
{
	struct signature *s = &signer->signatures[index];

	assert(index < signer->count);
	s->field.len = s->unsigned_len;
	field_put_signature(&s->field, signature, len);
	if (buf_status(&s->field) != STATUS_OK)
		return buf_status(&s->field);
	*ret_value = buf_slice(&s->field);
	return STATUS_OK;
}
