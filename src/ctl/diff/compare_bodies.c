/* SPDX-License-Identifier: ISC */
#include "ctl/diff/pair.h"

#include "ctl/diff/text.h"

static void
put_to_buf(void *context, struct slice bytes)
{
	buf_put(context, bytes);
}

static enum status
make_body(struct slice body, enum canon canon, struct buf *out)
{
	struct canon_sink sink = { .put = put_to_buf, .context = out };
	struct canon_body canonical;

	canon_body_init(&canonical, canon, sink);
	canon_body_put(&canonical, body);
	canon_body_end(&canonical);
	return buf_status(out);
}

static enum status
has_hash(struct slice body, const uint8_t *expected, bool *ret_has)
{
	uint8_t hash[DIGEST_SIZE];
	struct digest *digest;
	enum status status = digest_new(&digest);

	if (status != STATUS_OK)
		return status;
	digest_begin(digest);
	digest_put(digest, body);
	status = digest_end(digest, hash);
	digest_free(&digest);
	*ret_has = status == STATUS_OK && memcmp(hash, expected, sizeof(hash)) == 0;
	return status;
}

/* From the first line on that differs; which line that is, from 1. */
static size_t
skip_same_lines(struct slice *original, struct slice *received)
{
	size_t at = text_common(*original, *received);
	size_t number = 1;
	size_t start = 0;

	for (size_t i = 0; i < at; i++) {
		if (original->ptr[i] == '\n') {
			start = i + 1;
			number++;
		}
	}
	*original = slice_after(*original, start);
	*received = slice_after(*received, start);
	return number;
}

/* The first line of rest, in the arena. */
static enum status
keep_line(struct diff *diff, struct slice rest, struct slice *ret_line)
{
	struct slice line = slice_cut(&rest, '\n');

	if (slice_ends_with(line, SLICE_LITERAL("\r")))
		line.len--;
	return arena_copy(&diff->arena, line, ret_line);
}

static enum status
compare_canonical(struct diff *diff, const struct pair *pair, struct slice original,
    struct slice received)
{
	struct difference difference = { .part = DIFF_PART_BODY, .change = DIFF_IS_CHANGED };
	enum status status;

	if (slice_equal(original, received))
		return STATUS_OK;
	difference.number = skip_same_lines(&original, &received);
	if (original.len == 0 || received.len == 0)
		difference.change = original.len == 0 ? DIFF_IS_ADDED : DIFF_IS_REMOVED;
	difference.cause = cause_of_body(
	    &(struct diff_body){ original, received, pair->is_converted });
	status = keep_line(diff, original, &difference.signed_form);
	if (status == STATUS_OK)
		status = keep_line(diff, received, &difference.received_form);
	if (status == STATUS_OK)
		pair_add(diff, difference);
	return status;
}

enum status
pair_compare_bodies(struct diff *diff, const struct pair *pair)
{
	const struct diff_signature *signature = pair->signature;
	struct buf original, received;
	enum status status;

	buf_init(&original, 2 * (size_t)MESSAGE_MAX);
	buf_init(&received, 2 * (size_t)MESSAGE_MAX);
	status = make_body(pair->original->body, signature->body_canon, &original);
	if (status == STATUS_OK)
		status = make_body(pair->received->body, signature->body_canon, &received);
	if (status == STATUS_OK)
		status = has_hash(buf_slice(&original), signature->body_hash, &diff->has_signed_body);
	if (status == STATUS_OK)
		status = has_hash(buf_slice(&received), signature->body_hash, &diff->has_received_body);
	if (status == STATUS_OK)
		status = compare_canonical(diff, pair, buf_slice(&original), buf_slice(&received));
	buf_done(&original);
	buf_done(&received);
	return status;
}
