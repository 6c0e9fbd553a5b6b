/* SPDX-License-Identifier: ISC */
#include "lifecycle/publication.h"

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
publication_put_key(struct buf *out, const struct key_set *set, enum slot slot)
{
	const struct key_slot *key = &set->slots[slot];

	key_record_put(out, record_type(set->algorithm), set->test_mode, key->public_key,
	    key->is_revoked ? 0 : key->public_key_len);
}

const char *
publication_type(const struct key_set *set)
{
	return set->publication == PUBLICATION_DELEGATED ? "CNAME" : "TXT";
}

void
publication_put_value(struct buf *out, const struct key_set *set, enum slot slot)
{
	if (set->publication != PUBLICATION_DELEGATED) {
		publication_put_key(out, set, slot);
		return;
	}
	buf_put_text(out, set->slots[slot].txt_record_name);
	buf_put_char(out, '.');
}

/* The key record as quoted strings with separator between them. */
static void
put_strings(struct buf *out, const struct key_set *set, enum slot slot, const char *separator)
{
	char storage[VALUE_MAX];
	struct buf value;
	struct slice rest;

	buf_init_fixed(&value, storage, sizeof(storage));
	publication_put_key(&value, set, slot);
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

/* What stands behind the type in a line of a master file. */
static void
put_data(struct buf *out, const struct key_set *set, enum slot slot)
{
	if (set->publication == PUBLICATION_DELEGATED)
		publication_put_value(out, set, slot);
	else
		put_strings(out, set, slot, " ");
}

void
publication_put_zone(struct buf *out, const struct key_set *set, enum slot slot)
{
	if (set->publication == PUBLICATION_DELEGATED) {
		publication_put_oneline(out, set, slot);
		return;
	}
	publication_put_name(out, set, slot);
	buf_put_format(out, ". %d IN TXT (\n\t", PUBLICATION_TTL);
	put_strings(out, set, slot, "\n\t");
	buf_put_text(out, " )\n");
}

void
publication_put_oneline(struct buf *out, const struct key_set *set, enum slot slot)
{
	publication_put_name(out, set, slot);
	buf_put_format(out, ". %d IN %s ", PUBLICATION_TTL, publication_type(set));
	put_data(out, set, slot);
	buf_put_char(out, '\n');
}

static void
put_delete(struct buf *out, const struct key_set *set, enum slot slot, const char *type)
{
	buf_put_text(out, "update delete ");
	publication_put_name(out, set, slot);
	buf_put_format(out, ". %s\n", type);
}

void
publication_put_nsupdate(struct buf *out, const struct key_set *set, enum slot slot)
{
	/* name servers pass a CNAME over, without a word, where there is anything else, and the reverse */
	put_delete(out, set, slot, "CNAME");
	put_delete(out, set, slot, "TXT");
	buf_put_text(out, "update add ");
	publication_put_name(out, set, slot);
	buf_put_format(out, ". %d %s ", PUBLICATION_TTL, publication_type(set));
	put_data(out, set, slot);
	buf_put_char(out, '\n');
}

void
publication_put_target_zone(struct buf *out, const struct key_set *set, enum slot slot, uint32_t ttl_s)
{
	buf_put_text(out, set->slots[slot].txt_record_name);
	buf_put_format(out, ". %u IN TXT ", ttl_s);
	put_strings(out, set, slot, " ");
	buf_put_char(out, '\n');
}
