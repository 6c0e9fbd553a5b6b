/* SPDX-License-Identifier: ISC */
#include "lifecycle/audit_text.h"

#include "base/buf.h"

/* Two selectors, a domain and an organization at their longest, two verdicts, and the names. */
#define TEXT_MAX 1792

static void
put_field(struct buf *b, const char *name, const char *value)
{
	if (b->len > 1)
		buf_put_char(b, ',');
	buf_put_format(b, "\"%s\":\"%s\"", name, value);
}

static void
put_slots(struct buf *b, const struct key_set *set)
{
	static const char *const selectors[SLOT_COUNT] = { "selector", "alternate_selector" };
	static const char *const verdicts[SLOT_COUNT] = { "dns_status", "alternate_dns_status" };
	static const char *const revocations[SLOT_COUNT] = { "is_revoked", "alternate_is_revoked" };

	for (int i = 0; i < SLOT_COUNT; i++) {
		const struct key_slot *slot = &set->slots[i];

		if (!slot->has_key)
			continue;
		put_field(b, selectors[i], slot->selector);
		if (slot->dns.code != DNS_CODE_NONE)
			put_field(b, verdicts[i], word_text(dns_code_words, (int)slot->dns.code));
		if (slot->is_revoked)
			buf_put_format(b, ",\"%s\":true", revocations[i]);
	}
}

static void
put_key(struct buf *b, const struct domain_key *key, const struct key_id *because)
{
	char id[ID_TEXT_SIZE];

	if (key == NULL)
		return;
	buf_put_char(b, '{');
	put_field(b, "org", key->org);
	put_field(b, "domain", key->set.domain);
	put_field(b, "domain_match", word_text(domain_match_words, (int)key->domain_match));
	buf_put_format(b, ",\"is_active\":%s", key->is_active ? "true" : "false");
	put_field(b, "algorithm", word_text(algorithm_words, (int)key->set.algorithm));
	buf_put_format(b, ",\"key_size\":%u", key->set.key_bits);
	put_field(b, "signing_slot", word_text(slot_words, (int)key->set.signing_slot));
	if (key->set.test_mode)
		buf_put_text(b, ",\"test_mode\":true");
	if (key->set.is_retiring)
		buf_put_text(b, ",\"is_retiring\":true");
	if (key->set.is_withdrawn)
		buf_put_text(b, ",\"is_withdrawn\":true");
	put_slots(b, &key->set);
	if (because != NULL) {
		key_id_print(because, id);
		put_field(b, "because", id);
	}
	buf_put_char(b, '}');
}

enum status
audit_text_add(struct store *store, const struct lifecycle_by *by, const char *action,
    const struct domain_key *before, const struct domain_key *after,
    const struct key_id *because, struct error *err)
{
	char before_text[TEXT_MAX];
	char after_text[TEXT_MAX];
	char id[ID_TEXT_SIZE];
	struct buf b;
	struct buf a;
	struct store_audit entry = {
		.at = by->now,
		.actor = by->actor,
		.on_behalf_of = by->on_behalf_of,
		.action = action,
		.object = id,
	};

	key_id_print(after != NULL ? &after->id : &before->id, id);
	buf_init_fixed(&b, before_text, sizeof(before_text));
	buf_init_fixed(&a, after_text, sizeof(after_text));
	put_key(&b, before, NULL);
	put_key(&a, after, because);
	entry.before = buf_text(&b);
	entry.after = buf_text(&a);
	if (buf_status(&b) != STATUS_OK || buf_status(&a) != STATUS_OK)
		return error_set(err, STATUS_TOO_LARGE, "the audit row is too long");
	return store_add_audit(store, &entry, err);
}
