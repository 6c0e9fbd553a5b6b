/* SPDX-License-Identifier: ISC */
#include "lifecycle/gate.h"

#include "dkim/digest.h"
#include "lifecycle/audit_text.h"
#include "lifecycle/find.h"
#include "store/rotation.h"

#define VERDICT_SECONDS (24 * 60 * 60) /* how long a verdict serves */

_Static_assert(DNS_DIGEST_SIZE == DIGEST_SIZE, "one size of a digest");

enum status
lifecycle_hash_key(
    const struct key_slot *slot, uint8_t ret_sha256[DNS_DIGEST_SIZE], struct error *err)
{
	struct digest *digest;
	enum status status = digest_new(&digest);

	if (status != STATUS_OK)
		return error_set(err, status, "cannot make a digest");
	digest_begin(digest);
	digest_put(digest, slice_of(slot->public_key, slot->public_key_len));
	status = digest_end(digest, ret_sha256);
	digest_free(&digest);
	return status == STATUS_OK ? status : error_set(err, status, "cannot make a digest");
}

/* ---- the gate ---- */

/* A time to come is that of a clock that has been put back since: as good as one that is as long past. */
static bool
is_fresh(int64_t checked_at, int64_t now)
{
	return checked_at >= now - VERDICT_SECONDS && checked_at <= now + VERDICT_SECONDS;
}

static enum status
is_slot_proved(const struct key_slot *slot, int64_t now, bool *ret_is_proved, struct error *err)
{
	uint8_t sha256[DNS_DIGEST_SIZE];
	enum status status = lifecycle_hash_key(slot, sha256, err);

	if (status == STATUS_OK)
		*ret_is_proved = slot->dns.state == DNS_VERIFIED && slot->dns.has_seen_key &&
		    memcmp(slot->dns.key_sha256, sha256, sizeof(sha256)) == 0 &&
		    is_fresh(slot->dns.checked_at, now);
	return status;
}

/* Revoked, or between a switch and the proof of the next key: the idle slot has nothing that could be proved. */
static enum status
is_being_replaced(struct store *store, const struct key_set *set, enum slot slot,
    bool *ret_is_replaced, struct error *err)
{
	struct store_rotation rotation;
	enum status status = store_find_rotation(store, set->number, &rotation, err);

	*ret_is_replaced = status == STATUS_OK && slot != set->signing_slot &&
	    (set->rotated_at != 0 || set->slots[slot].is_revoked) &&
	    rotation.state.step != ROTATION_READY;
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

enum status
lifecycle_is_proved(struct store *store, const struct key_set *set, int64_t now,
    bool *ret_is_proved, enum slot *ret_slot, struct error *err)
{
	enum status status = STATUS_OK;
	bool is_proved = true;

	for (int i = 0; i < SLOT_COUNT && is_proved && status == STATUS_OK; i++) {
		bool is_replaced = false;

		if (!set->slots[i].has_key)
			continue;
		*ret_slot = (enum slot)i;
		status = is_being_replaced(store, set, (enum slot)i, &is_replaced, err);
		if (status == STATUS_OK && !is_replaced)
			status = is_slot_proved(&set->slots[i], now, &is_proved, err);
	}
	if (status == STATUS_OK)
		*ret_is_proved = is_proved;
	return status;
}

static enum status
refuse(const struct key_set *set, enum slot slot, bool is_forbidden, struct error *err)
{
	const struct key_slot *unproved = &set->slots[slot];

	if (is_forbidden)
		return error_set(err, STATUS_REFUSED,
		    "%s._domainkey.%s is not verified in DNS, and the configuration forbids to "
		    "activate without that (allow_without_dns_check)",
		    unproved->selector, set->domain);
	if (unproved->dns.state == DNS_FAILED)
		return error_set(err, STATUS_REFUSED, "%s (%s): see signetctl key check",
		    unproved->dns.sentence, word_text(dns_code_words, (int)unproved->dns.code));
	return error_set(err, STATUS_REFUSED,
	    "%s._domainkey.%s is not verified in DNS: publish the records, then see signetctl key "
	    "check",
	    unproved->selector, set->domain);
}

enum status
lifecycle_pass_gate(struct store *store, const struct domain_key *key,
    const struct lifecycle_activation *how, int64_t now, struct error *err)
{
	enum slot slot = SLOT_PRIMARY;
	bool is_proved = false;
	enum status status;

	if (how->dry_run)
		return STATUS_OK;
	/* no override: nobody could verify what it signs */
	if (key->set.slots[key->set.signing_slot].is_revoked)
		return error_set(err, STATUS_REFUSED,
		    "the key of %s._domainkey.%s is revoked: make another one",
		    key->set.slots[key->set.signing_slot].selector, key->set.domain);
	status = lifecycle_is_proved(store, &key->set, now, &is_proved, &slot, err);
	if (status != STATUS_OK || is_proved)
		return status;
	if (how->without_dns_check && how->allow_without_dns_check)
		return STATUS_OK;
	return refuse(&key->set, slot, how->without_dns_check, err);
}

/* ---- verdicts ---- */

/* Of this key, and of the record it is to have: with t=y or without. */
static bool
is_still_wanted(const struct key_set *set, const struct key_set *seen, int slot)
{
	const struct key_slot *now = &set->slots[slot];
	const struct key_slot *then = &seen->slots[slot];

	return now->has_key && then->has_key && set->test_mode == seen->test_mode &&
	    memcmp(now->handle.bytes, then->handle.bytes, ID_SIZE) == 0;
}

static bool
is_news(const struct dns_status *old, const struct dns_status *new)
{
	return old->state != new->state || old->code != new->code ||
	    old->has_seen_key != new->has_seen_key ||
	    memcmp(old->key_sha256, new->key_sha256, sizeof(old->key_sha256)) != 0 ||
	    strcmp(old->sentence, new->sentence) != 0;
}

/* What is to be written, slot by slot: nothing, a new time, or a new verdict. */
struct news {
	bool confirms[SLOT_COUNT];
	bool changes[SLOT_COUNT];
	bool has_changes;
};

static struct news
find_news(const struct key_set *set, const struct key_set *seen,
    const struct dns_status verdicts[SLOT_COUNT])
{
	struct news news = { .has_changes = false };

	for (int i = 0; i < SLOT_COUNT; i++) {
		bool counts = dns_code_state(verdicts[i].code) != DNS_UNCHECKED &&
		    is_still_wanted(set, seen, i);

		news.changes[i] = counts && is_news(&set->slots[i].dns, &verdicts[i]);
		news.confirms[i] = counts && !news.changes[i];
		news.has_changes |= news.changes[i];
	}
	return news;
}

/* The way leads to where our record should be, and something else is there. */
static const bool is_at_target[] = {
	[DNS_CODE_DANGLING_TARGET] = true,
	[DNS_CODE_SEVERAL_TXT] = true,
	[DNS_CODE_STRINGS_WRONG] = true,
	[DNS_CODE_BAD_BASE64] = true,
	[DNS_CODE_BAD_SYNTAX] = true,
	[DNS_CODE_WRONG_TYPE] = true,
	[DNS_CODE_WRONG_HASH] = true,
	[DNS_CODE_WRONG_SERVICE] = true,
	[DNS_CODE_OTHER_KEY] = true,
	[DNS_CODE_REVOKED] = true,
	[DNS_CODE_UNREACHABLE] = false, /* the last there is */
};

/* The provider zone has lost a record: a key's, or the empty p= of a revoked one. */
static bool
is_lost(const struct key_set *set, const struct key_slot *slot, const struct dns_status *verdict)
{
	if (set->publication != PUBLICATION_DELEGATED || slot->publish.state != PUBLISH_PUBLISHED)
		return false;
	return slot->is_revoked ? verdict->state == DNS_VERIFIED : is_at_target[verdict->code];
}

static enum status
write_verdict(struct store *store, const struct key_set *set, enum slot slot,
    const struct dns_status *verdict, struct error *err)
{
	static const struct publish_status at_once = { .state = PUBLISH_IN_PROGRESS };
	enum status status = store_set_dns(store, set->number, slot, verdict, err);

	if (status == STATUS_OK && is_lost(set, &set->slots[slot], verdict))
		status = store_set_publish(store, set->number, slot, &at_once, err);
	return status;
}

static enum status
write_changes(struct store *store, const struct lifecycle_by *by, const struct domain_key *before,
    const struct dns_status verdicts[SLOT_COUNT], const struct news *news, struct error *err)
{
	struct domain_key after = *before;
	enum status status = STATUS_OK;

	for (int i = 0; i < SLOT_COUNT && status == STATUS_OK; i++) {
		if (!news->changes[i])
			continue;
		after.set.slots[i].dns = verdicts[i];
		status = write_verdict(store, &before->set, (enum slot)i, &verdicts[i], err);
	}
	if (status == STATUS_OK)
		status = audit_text_add(store, by, "key check", before, &after, NULL, err);
	return status;
}

/* In one transaction: the key is read again, since it may have changed while DNS was asked. */
static enum status
note_changes(struct store *store, const struct lifecycle_by *by, const struct domain_key *seen,
    const struct dns_status verdicts[SLOT_COUNT], struct news *ret_news, struct error *err)
{
	struct domain_key key = { 0 };
	enum status status = store_begin(store, err);

	if (status != STATUS_OK)
		return status;
	status = lifecycle_find_id(store, &seen->id, &key, err);
	if (status == STATUS_OK) {
		*ret_news = find_news(&key.set, &seen->set, verdicts);
		if (ret_news->has_changes)
			status = write_changes(store, by, &key, verdicts, ret_news, err);
	}
	if (status == STATUS_OK)
		status = store_commit(store, err);
	store_rollback(store);
	return status;
}

enum status
lifecycle_note_verdicts(struct store *store, const struct lifecycle_by *by,
    const struct domain_key *seen, const struct dns_status verdicts[SLOT_COUNT],
    struct domain_key *ret_key, struct error *err)
{
	struct news news = { .has_changes = false };
	enum status status = note_changes(store, by, seen, verdicts, &news, err);

	for (int i = 0; i < SLOT_COUNT && status == STATUS_OK; i++) {
		if (news.confirms[i])
			status = store_confirm_dns(store, seen->set.number, (enum slot)i,
			    verdicts[i].checked_at, err);
	}
	return status == STATUS_OK ? lifecycle_find_id(store, &seen->id, ret_key, err) : status;
}
