/* SPDX-License-Identifier: ISC */
#include "life.h"

const struct lifecycle_by by = { NOW, "uid 0 (root)", "" };
const struct lifecycle_activation forced = { .without_dns_check = true,
	.allow_without_dns_check = true };

#define DAY INT64_C(86400)
const struct rotation_policy usual_policy = {
	.every_s = 30 * DAY,
	.retire_after_s = 13 * DAY,
	.ttl_s = 3600,
	.margin_s = 600,
	.proof_life_s = DAY,
	.queue_life_s = 5 * DAY,
	.signature_life_s = 7 * DAY,
	.zone = "example.net",
};
const struct lifecycle_deletion gently = { .policy = &usual_policy };
const struct lifecycle_deletion at_once = { .policy = &usual_policy, .at_once = true };

void
random_of(unsigned n, uint8_t ret_random[LIFECYCLE_RANDOM_SIZE])
{
	memset(ret_random, 0, LIFECYCLE_RANDOM_SIZE);
	memcpy(ret_random, &n, sizeof(n));
	for (unsigned i = 0; i < SLOT_COUNT; i++)
		memcpy(ret_random + ID_SIZE + (size_t)i * SELECTOR_RANDOM_SIZE, &n, sizeof(n));
}

void
generated_of(unsigned n, struct lifecycle_generated ret_keys[SLOT_COUNT])
{
	struct key_set set = set_of(n);
	struct store_sealed sealed[SLOT_COUNT];

	memset(ret_keys, 0, sizeof(*ret_keys) * SLOT_COUNT);
	sealed_of(n, sealed);
	for (unsigned i = 0; i < SLOT_COUNT; i++) {
		ret_keys[i].handle = set.slots[i].handle;
		ret_keys[i].sealed = sealed[i];
		memcpy(ret_keys[i].public_key, set.slots[i].public_key, 294);
		ret_keys[i].public_key_len = 294;
	}
}

struct domain_key
create(struct store *store, unsigned n, const struct lifecycle_request *request)
{
	uint8_t random[LIFECYCLE_RANDOM_SIZE];
	struct lifecycle_generated keys[SLOT_COUNT];
	struct domain_key key;
	struct error err = { "" };

	random_of(n, random);
	generated_of(n, keys);
	assert_ok(lifecycle_prepare(store, request, NOW, random, &key, NULL, &err), &err);
	assert_ok(lifecycle_create(store, &by, keys, &key, &err), &err);
	return key;
}

struct domain_key
create_match(struct store *store, unsigned n, enum domain_match match)
{
	struct lifecycle_request request = { .domain = LIT("example.com"), .domain_match = match };

	return create(store, n, &request);
}

void
activate(struct store *store, const struct domain_key *key, struct lifecycle_outcome *ret_outcome)
{
	struct error err = { "" };

	assert_ok(lifecycle_activate(store, &by, &key->id, &forced, ret_outcome, &err), &err);
}

struct domain_key
again(struct store *store, const struct domain_key *key)
{
	struct domain_key found;
	struct error err = { "" };

	assert_ok(store_find_key(store, &key->id, &found, &err), &err);
	return found;
}

struct dns_status
verdict_of(const struct key_slot *slot, enum dns_code code, int64_t at)
{
	struct dns_status verdict = { .code = code, .checked_at = at, .has_seen_key = true,
		.sentence = "what was seen" };
	struct error err = { "" };

	verdict.state = dns_code_state(code);
	assert_ok(lifecycle_hash_key(slot, verdict.key_sha256, &err), &err);
	return verdict;
}

struct domain_key
note(struct store *store, const struct domain_key *seen, const struct dns_status *verdicts)
{
	struct domain_key key;
	struct error err = { "" };

	assert_ok(lifecycle_note_verdicts(store, &by, seen, verdicts, &key, &err), &err);
	return key;
}
