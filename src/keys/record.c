/* SPDX-License-Identifier: ISC */
#include "keys/record.h"

#include "base/buf.h"
#include "base/scan.h"

const struct word algorithm_words[] = {
	{ ALGORITHM_RSA_SHA256, "rsa-sha256" },
	{ ALGORITHM_ED25519_SHA256, "ed25519-sha256" },
	{ 0, NULL },
};

const struct word domain_match_words[] = {
	{ MATCH_DOMAIN_ONLY, "DomainOnly" },
	{ MATCH_SUBDOMAINS_ONLY, "SubdomainsOnly" },
	{ MATCH_DOMAIN_AND_SUBDOMAINS, "DomainAndSubdomains" },
	{ 0, NULL },
};

const struct word slot_words[] = {
	{ SLOT_PRIMARY, "primary" },
	{ SLOT_ALTERNATE, "alternate" },
	{ 0, NULL },
};

const struct word publication_words[] = {
	{ PUBLICATION_DIRECT, "direct" },
	{ PUBLICATION_DELEGATED, "delegated" },
	{ 0, NULL },
};

const struct word publish_state_words[] = {
	{ PUBLISH_IN_PROGRESS, "in-progress" },
	{ PUBLISH_PUBLISHED, "published" },
	{ PUBLISH_FAILED, "failed" },
	{ 0, NULL },
};

static void
print(const char *prefix, const uint8_t bytes[ID_SIZE], char ret_text[ID_TEXT_SIZE])
{
	struct buf b;

	buf_init_fixed(&b, ret_text, ID_TEXT_SIZE);
	buf_put_text(&b, prefix);
	buf_put_hex(&b, bytes, ID_SIZE);
	buf_put_char(&b, '\0');
}

static enum status
parse(const char *prefix, struct slice text, uint8_t ret_bytes[ID_SIZE])
{
	struct slice head = slice_from_text(prefix);

	if (!slice_starts_with(text, head))
		return STATUS_INVALID;
	return scan_hex(slice_after(text, head.len), ret_bytes, ID_SIZE);
}

void
key_id_print(const struct key_id *id, char ret_text[ID_TEXT_SIZE])
{
	print("dk_", id->bytes, ret_text);
}

void
handle_print(const struct handle *handle, char ret_text[ID_TEXT_SIZE])
{
	print("sk_", handle->bytes, ret_text);
}

enum status
key_id_parse(struct slice text, struct key_id *ret_id)
{
	return parse("dk_", text, ret_id->bytes);
}

enum status
handle_parse(struct slice text, struct handle *ret_handle)
{
	return parse("sk_", text, ret_handle->bytes);
}
