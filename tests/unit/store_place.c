/* SPDX-License-Identifier: ISC */
#include "store_place.h"

#include <stdio.h>

int
store_place_make(void **state)
{
	struct store_place *place = calloc(1, sizeof(*place));
	struct error err = { "" };

	assert_non_null(place);
	(void)snprintf(place->directory, sizeof(place->directory), "/tmp/signetd-store-XXXXXX");
	assert_non_null(mkdtemp(place->directory));
	(void)snprintf(place->file, sizeof(place->file), "%s/signetd.db", place->directory);
	assert_ok(store_open(place->directory, &place->store, &err), &err);
	*state = place;
	return 0;
}

int
store_place_remove(void **state)
{
	static const char *const suffixes[] = { "", "-wal", "-shm", "-journal" };
	struct store_place *place = *state;
	char path[96];

	store_close(&place->store);
	for (size_t i = 0; i < COUNT(suffixes); i++) {
		(void)snprintf(path, sizeof(path), "%s%s", place->file, suffixes[i]);
		(void)unlink(path);
	}
	(void)rmdir(place->directory);
	free(place);
	return 0;
}

void
store_place_reopen(struct store_place *place)
{
	struct error err = { "" };

	store_close(&place->store);
	assert_ok(store_open(place->directory, &place->store, &err), &err);
}

/* ---- records of a number ---- */

static struct key_slot
slot_of(unsigned n, unsigned slot)
{
	struct key_slot made = { .has_key = true, .public_key_len = 294, .dns.state = DNS_UNCHECKED };

	(void)snprintf(made.selector, sizeof(made.selector), "s%u%c", n, slot == 0 ? 'a' : 'b');
	memcpy(made.handle.bytes, &n, sizeof(n));
	made.handle.bytes[15] = (uint8_t)(slot + 1);
	memset(made.public_key, (int)(n % 200 + slot + 1), made.public_key_len);
	return made;
}

struct key_set
set_of(unsigned n)
{
	struct key_set set = {
		.owner_org = "main",
		.domain = "example.com",
		.algorithm = ALGORITHM_RSA_SHA256,
		.key_bits = 2048,
		.signing_slot = SLOT_PRIMARY,
		.publication = PUBLICATION_DIRECT,
		.publish_state = PUBLISH_IN_PROGRESS,
		.created_at = NOW,
	};

	for (unsigned i = 0; i < SLOT_COUNT; i++)
		set.slots[i] = slot_of(n, i);
	return set;
}

void
sealed_of(unsigned n, struct store_sealed ret_sealed[SLOT_COUNT])
{
	memset(ret_sealed, 0, sizeof(struct store_sealed) * SLOT_COUNT);
	for (unsigned i = 0; i < SLOT_COUNT; i++) {
		ret_sealed[i].len = 340;
		memset(ret_sealed[i].bytes, (int)(n % 200 + i + 7), ret_sealed[i].len);
	}
}

struct domain_key
key_of(unsigned n, const struct key_set *set)
{
	struct domain_key key = {
		.org = "main",
		.domain_match = MATCH_DOMAIN_ONLY,
		.created_at = NOW,
		.set = *set,
	};

	memcpy(key.id.bytes, &n, sizeof(n));
	key.id.bytes[15] = 0xdd;
	return key;
}

/* ---- transactions ---- */

void
place_begin(struct store *store)
{
	struct error err = { "" };

	assert_ok(store_begin(store, &err), &err);
}

void
place_commit(struct store *store)
{
	static const struct store_audit entry = { 0, NOW, "test", "", "test", "", "", "" };
	struct error err = { "" };

	assert_ok(store_add_audit(store, &entry, &err), &err);
	assert_ok(store_commit(store, &err), &err);
}

struct key_set
place_add_set(struct store *store, unsigned n, const char *domain)
{
	struct key_set set = set_of(n);
	struct store_sealed sealed[SLOT_COUNT];
	struct error err = { "" };

	(void)snprintf(set.domain, sizeof(set.domain), "%s", domain);
	sealed_of(n, sealed);
	place_begin(store);
	assert_ok(store_insert_set(store, &set, sealed, &err), &err);
	place_commit(store);
	return set;
}

struct domain_key
place_add_key(struct store *store, unsigned n, const struct key_set *set,
    enum domain_match match, bool is_active)
{
	struct domain_key key = key_of(n, set);
	struct error err = { "" };

	key.domain_match = match;
	key.is_active = is_active;
	place_begin(store);
	assert_ok(store_insert_key(store, &key, &err), &err);
	place_commit(store);
	return key;
}

uint64_t
place_last_change(struct store *store)
{
	struct error err = { "" };
	uint64_t number = 0;

	assert_ok(store_last_change(store, &number, &err), &err);
	return number;
}
