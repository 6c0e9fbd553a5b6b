/* SPDX-License-Identifier: ISC */
#include "verdict/key_seen.h"

#include "base/scan.h"

/* ASN.1: SEQUENCE, and lengths that take one or two octets more */
#define DER_SEQUENCE 0x30
#define DER_LENGTH_1 0x81
#define DER_LENGTH_2 0x82

/* Nothing but padding follows padding. */
static bool
is_base64(char c, bool is_padded)
{
	if (c == '=')
		return true;
	return !is_padded && (scan_is_alnum(c) || c == '+' || c == '/');
}

/* Where the last whole group of four ends; counts the characters on the way. */
static size_t
measure(struct key_seen *seen)
{
	bool is_padded = false;
	size_t whole = 0;
	size_t i;

	for (i = 0; i < seen->value.len; i++) {
		char c = seen->value.ptr[i];

		if (scan_is_space(c))
			continue;
		if (!is_base64(c, is_padded))
			break;
		is_padded = c == '=';
		if (++seen->digit_count % 4 == 0)
			whole = i + 1;
	}
	seen->bad_at = i;
	return whole;
}

/* What is left for scan_base64 to refuse is too much padding, or too long a key. */
static void
decode(struct key_seen *seen)
{
	struct slice groups = slice_first(seen->value, measure(seen));

	if (scan_base64(groups, seen->bytes, sizeof(seen->bytes), &seen->len) != STATUS_OK)
		seen->len = 0;
}

void
key_seen_find(struct slice text, struct key_seen *ret_seen)
{
	struct key_seen seen = { .is_found = false };
	struct slice rest = text;

	while (!seen.is_found && rest.len > 0) {
		struct slice part = slice_cut(&rest, ';');
		size_t equals = slice_find(part, '=');

		if (equals == part.len ||
		    !slice_equal(slice_trim(slice_first(part, equals)), SLICE_LITERAL("p")))
			continue;
		seen.is_found = true;
		seen.value = slice_trim(slice_after(part, equals + 1));
		decode(&seen);
	}
	*ret_seen = seen;
}

bool
key_seen_is_whole(const struct key_seen *seen)
{
	return seen->len > 0 && seen->bad_at == seen->value.len && seen->digit_count % 4 == 0;
}

size_t
key_seen_announced(const struct key_seen *seen)
{
	const uint8_t *der = seen->bytes;

	if (seen->len < 4 || der[0] != DER_SEQUENCE)
		return 0;
	if (der[1] == DER_LENGTH_1)
		return 3 + (size_t)der[2];
	return der[1] == DER_LENGTH_2 ? 4 + ((size_t)der[2] << 8 | der[3]) : 0;
}

enum status
key_seen_hash(const struct key_seen *seen, uint8_t ret_hash[DIGEST_SIZE])
{
	struct digest *digest = NULL;
	enum status status;

	if (!key_seen_is_whole(seen))
		return STATUS_NOT_FOUND;
	status = digest_new(&digest);
	if (status != STATUS_OK)
		return status;
	digest_put(digest, slice_of(seen->bytes, seen->len));
	status = digest_end(digest, ret_hash);
	digest_free(&digest);
	return status;
}
