/* SPDX-License-Identifier: ISC */
/* Which keys are still sealed with an earlier master key. */
#include "store_place.h"

#include <sqlite3.h>
#include <stdio.h>

#include "store/rotation.h"
#include "store/schema.h"
#include "store/sealing.h"

static const uint8_t old_check[STORE_CHECK_SIZE] = { 1 };
static const uint8_t new_check[STORE_CHECK_SIZE] = { 2 };

static void
begin_rekey(struct store *store)
{
	struct error err = { "" };

	place_begin(store);
	assert_ok(store_begin_rekey(store, new_check, old_check, &err), &err);
	place_commit(store);
}

struct list {
	unsigned count;
	struct store_reseal found[8];
};

static enum status
take(void *context, const struct store_reseal *reseal)
{
	struct list *list = context;

	assert_true(list->count < COUNT(list->found));
	list->found[list->count++] = *reseal;
	return STATUS_OK;
}

static struct list
list_after(struct store *store, const struct store_reseal_place *after, unsigned limit)
{
	struct error err = { "" };
	struct list list = { .count = 0 };

	assert_ok(store_list_to_reseal(store, after, limit, take, &list, &err), &err);
	return list;
}

static struct list
list_all(struct store *store)
{
	const struct store_reseal_place beginning = { 0 };

	return list_after(store, &beginning, 8);
}

/* As one that was sealed anew: other octets. */
static void
reseal(struct store *store, const struct handle *handle, uint8_t fill)
{
	struct store_sealed sealed = { .len = 300 };
	struct error err = { "" };

	memset(sealed.bytes, fill, sealed.len);
	place_begin(store);
	assert_ok(store_reseal(store, handle, &sealed, &err), &err);
	assert_ok(store_commit(store, &err), &err); /* without an audit row */
}

static struct store_seals
count(struct store *store)
{
	struct store_seals seals;
	struct error err = { "" };

	assert_ok(store_count_seals(store, &seals, &err), &err);
	return seals;
}

/* ---- */

static void
sealing__of_a_new_store_is_nobodys(void **state)
{
	const struct store_place *place = *state;
	struct store_masters masters;
	struct error err = { "" };

	assert_ok(store_get_masters(place->store, &masters, &err), &err);
	assert_false(masters.has_current);
	assert_false(masters.has_previous);
	assert_int_equal(list_all(place->store).count, 0);
}

static void
sealing__a_rekey_concerns_the_keys_there_are_and_none_that_comes(void **state)
{
	const struct store_place *place = *state;
	struct store *store = place->store;
	struct store_masters masters;
	struct error err = { "" };
	struct list list;

	(void)place_add_set(store, 1, "example.com");
	assert_int_equal(list_all(store).count, 0);
	begin_rekey(store);
	(void)place_add_set(store, 2, "example.org");
	list = list_all(store);
	assert_int_equal(list.count, 2);
	assert_int_equal(list.found[0].sealed.len, 340);
	assert_int_equal(count(store).keys, 4);
	assert_int_equal(count(store).left, 2);
	assert_ok(store_get_masters(store, &masters, &err), &err);
	assert_true(masters.has_previous);
	assert_memory_equal(masters.current, new_check, STORE_CHECK_SIZE);
	assert_memory_equal(masters.previous, old_check, STORE_CHECK_SIZE);
}

static void
sealing__goes_on_behind_what_was_looked_at(void **state)
{
	const struct store_place *place = *state;
	struct store *store = place->store;
	struct list first, rest;

	for (unsigned n = 1; n <= 3; n++)
		(void)place_add_set(store, n, "example.com");
	begin_rekey(store);
	first = list_after(store, &(struct store_reseal_place){ 0 }, 4);
	assert_int_equal(first.count, 4);
	rest = list_after(store, &first.found[3].place, 4);
	assert_int_equal(rest.count, 2);
	for (unsigned i = 0; i < 4; i++)
		assert_memory_not_equal(&first.found[i].handle, &rest.found[0].handle, ID_SIZE);
	assert_int_equal(list_after(store, &rest.found[1].place, 4).count, 0);
}

static void
sealing__of_several_rekeys_in_a_row_none_is_forgotten(void **state)
{
	const struct store_place *place = *state;
	struct store *store = place->store;
	struct list list;

	(void)place_add_set(store, 1, "example.com");
	begin_rekey(store);
	(void)place_add_set(store, 2, "example.com");
	begin_rekey(store); /* back again, in the middle of the first */
	list = list_all(store);
	assert_int_equal(list.count, 4);
	for (unsigned i = 0; i < 4; i++)
		reseal(store, &list.found[i].handle, 0x77);
	assert_int_equal(list_all(store).count, 0);
}

static void
sealing__anew_is_seen_by_the_keyring_alone(void **state)
{
	const struct store_place *place = *state;
	struct store *store = place->store;
	struct key_set set = place_add_set(store, 1, "example.com");
	const struct handle *handle = &set.slots[0].handle;
	struct store_sealed sealed;
	struct error err = { "" };
	uint64_t before;

	(void)place_add_key(store, 1, &set, MATCH_DOMAIN_ONLY, true);
	begin_rekey(store);
	before = place_last_change(store);
	reseal(store, handle, 0x77);
	assert_int_equal(place_last_change(store), before + 1);
	assert_ok(store_find_sealed(store, handle, &sealed, &err), &err);
	assert_int_equal(sealed.len, 300);
	assert_int_equal(sealed.bytes[0], 0x77);
	assert_int_equal(count(store).left, 1);
}

static void
sealing__anew_of_a_key_that_has_gone_is_nothing(void **state)
{
	const struct store_place *place = *state;
	struct store *store = place->store;
	struct handle nobodys = { { 99 } };
	uint64_t before;

	begin_rekey(store);
	before = place_last_change(store);
	reseal(store, &nobodys, 0x77);
	assert_int_equal(place_last_change(store), before);
}

static void
sealing__a_replaced_key_needs_no_new_seal(void **state)
{
	const struct store_place *place = *state;
	struct store *store = place->store;
	struct key_set set = place_add_set(store, 1, "example.com");
	struct key_slot key = set.slots[0];
	struct store_sealed sealed[SLOT_COUNT];
	struct error err = { "" };
	struct list list;

	begin_rekey(store);
	sealed_of(2, sealed);
	key.handle.bytes[3] = 0x99;
	place_begin(store);
	assert_ok(store_replace_key(store, set.number, SLOT_PRIMARY, &key, &sealed[0], &err), &err);
	place_commit(store);
	list = list_all(store);
	assert_int_equal(list.count, 1);
	assert_memory_equal(&list.found[0].handle, &set.slots[1].handle, ID_SIZE);
}

static void
sealing__ends_when_told(void **state)
{
	const struct store_place *place = *state;
	struct store *store = place->store;
	struct store_masters masters;
	struct error err = { "" };

	begin_rekey(store);
	place_begin(store);
	assert_ok(store_end_rekey(store, &err), &err);
	place_commit(store);
	assert_ok(store_get_masters(store, &masters, &err), &err);
	assert_false(masters.has_previous);
	assert_memory_equal(masters.current, new_check, STORE_CHECK_SIZE);
}

/* ---- a store that was made before there were seals ---- */

static void
make_of_version(const char *file, size_t version)
{
	char text[96];
	sqlite3 *db = NULL;

	assert_int_equal(sqlite3_open(file, &db), SQLITE_OK);
	for (size_t i = 0; i < version; i++) {
		for (const char *const *sql = schema_migrations[i]; *sql != NULL; sql++)
			assert_int_equal(sqlite3_exec(db, *sql, NULL, NULL, NULL), SQLITE_OK);
	}
	(void)snprintf(text, sizeof(text), "PRAGMA application_id = %d; PRAGMA user_version = %zu",
	    SCHEMA_APPLICATION_ID, version);
	assert_int_equal(sqlite3_exec(db, text, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db,
	                     "INSERT INTO key_set (owner_org, domain, algorithm, key_bits, signing_slot,"
	                     " publication, publish_state, test_mode, created_at, rotated_at,"
	                     " next_rotation_at, safe_to_remove_at) VALUES ('main', 'a.de', 'rsa-sha256',"
	                     " 2048, 'primary', 'direct', 'published', 0, 1, 0, 0, 0);"
	                     "INSERT INTO key_slot (set_number, slot, domain, selector, handle, public_key,"
	                     " sealed, txt_record_name, dns_state, dns_checked_at) VALUES (1, 'primary',"
	                     " 'a.de', 's', x'00112233445566778899aabbccddeeff', x'00', x'00', '',"
	                     " 'unchecked', 0)",
	                     NULL, NULL, NULL),
	    SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void
sealing__comes_to_older_stores(void **state)
{
	struct store_place *place = *state;
	struct error err = { "" };

	for (size_t version = 1; version < schema_version; version++) {
		store_close(&place->store);
		assert_int_equal(unlink(place->file), 0);
		make_of_version(place->file, version);
		assert_ok(store_open(place->directory, &place->store, &err), &err);
		begin_rekey(place->store);
		assert_int_equal(list_all(place->store).count, 1);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(sealing__of_a_new_store_is_nobodys),
		STORE_TEST(sealing__a_rekey_concerns_the_keys_there_are_and_none_that_comes),
		STORE_TEST(sealing__goes_on_behind_what_was_looked_at),
		STORE_TEST(sealing__of_several_rekeys_in_a_row_none_is_forgotten),
		STORE_TEST(sealing__anew_is_seen_by_the_keyring_alone),
		STORE_TEST(sealing__anew_of_a_key_that_has_gone_is_nothing),
		STORE_TEST(sealing__a_replaced_key_needs_no_new_seal),
		STORE_TEST(sealing__ends_when_told),
		STORE_TEST(sealing__comes_to_older_stores),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
