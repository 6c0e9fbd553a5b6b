/* SPDX-License-Identifier: ISC */
#include "keeper/publication.h"

#include "dkim/key_record.h"

/* Base64 and tags need no escape: neither a quote nor a backslash occurs in a value. */
#define VALUE_MAX 2048

static enum key_record_type
record_type(enum algorithm algorithm)
{
	return algorithm == ALGORITHM_ED25519_SHA256 ? KEY_RECORD_ED25519 : KEY_RECORD_RSA;
}

void
publication_put_name(struct buf *out, const struct key_set *set, enum slot slot)
{
	buf_put_text(out, set->slots[slot].selector);
	buf_put_text(out, "._domainkey.");
	buf_put_text(out, set->domain);
}

void
publication_put_value(struct buf *out, const struct key_set *set, enum slot slot)
{
	const struct key_slot *key = &set->slots[slot];

	key_record_put(
	    out, record_type(set->algorithm), set->test_mode, key->public_key, key->public_key_len);
}

/* The value as quoted strings with separator between them. */
static void
put_strings(struct buf *out, const struct key_set *set, enum slot slot, const char *separator)
{
	char storage[VALUE_MAX];
	struct buf value;
	struct slice rest;

	buf_init_fixed(&value, storage, sizeof(storage));
	publication_put_value(&value, set, slot);
	rest = buf_slice(&value);
	while (rest.len > 0) {
		buf_put_char(out, '"');
		buf_put(out, slice_first(rest, PUBLICATION_STRING_MAX));
		buf_put_char(out, '"');
		rest = slice_after(rest, PUBLICATION_STRING_MAX);
		if (rest.len > 0)
			buf_put_text(out, separator);
	}
	if (buf_status(&value) != STATUS_OK)
		out->status = buf_status(&value);
}

void
publication_put_zone(struct buf *out, const struct key_set *set, enum slot slot)
{
	publication_put_name(out, set, slot);
	buf_put_format(out, ". %d IN TXT (\n\t", PUBLICATION_TTL);
	put_strings(out, set, slot, "\n\t");
	buf_put_text(out, " )\n");
}

void
publication_put_oneline(struct buf *out, const struct key_set *set, enum slot slot)
{
	publication_put_name(out, set, slot);
	buf_put_format(out, ". %d IN TXT ", PUBLICATION_TTL);
	put_strings(out, set, slot, " ");
	buf_put_char(out, '\n');
}

void
publication_put_nsupdate(struct buf *out, const struct key_set *set, enum slot slot)
{
	buf_put_text(out, "update delete ");
	publication_put_name(out, set, slot);
	buf_put_text(out, ". TXT\nupdate add ");
	publication_put_name(out, set, slot);
	buf_put_format(out, ". %d TXT ", PUBLICATION_TTL);
	put_strings(out, set, slot, " ");
	buf_put_char(out, '\n');
}
