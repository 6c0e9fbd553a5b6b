/* SPDX-License-Identifier: ISC */
/* The inventory of the store, against what the store says when it is asked for the same in another way. */
#include "store_place.h"

#include <sqlite3.h>
#include <stdio.h>

#include "store/inventory.h"

#define SETS 60

/* States that no function of the store alone brings about. */
static void
put(const struct store_place *place, const char *sql)
{
	sqlite3 *db = NULL;
	char *message = NULL;

	assert_int_equal(sqlite3_open(place->file, &db), SQLITE_OK);
	if (sqlite3_exec(db, sql, NULL, NULL, &message) != SQLITE_OK)
		fail_msg("%s: %s", sql, message);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static struct store_inventory
take(struct store *store, unsigned limit)
{
	struct store_inventory inventory = { 0 };
	bool is_complete = false;
	struct error err = { "" };

	while (!is_complete)
		assert_ok(store_take_inventory(store, limit, &inventory, &is_complete, &err), &err);
	inventory.after = 0;
	return inventory;
}

static void
inventory__of_nothing_is_empty(void **state)
{
	const struct store_place *place = *state;
	struct store_inventory none = { 0 };
	struct store_inventory found = take(place->store, 10);

	assert_memory_equal(&found, &none, sizeof(none));
}

/* ---- of many ---- */

/* Every third set signs, every fourth has two records, some are deleted, some have troubles. */
static void
fill(struct store_place *place)
{
	for (unsigned n = 1; n <= SETS; n++) {
		struct key_set set;
		char domain[32];

		(void)snprintf(domain, sizeof(domain), "d%u.example", n);
		set = place_add_set(place->store, n, domain);
		(void)place_add_key(place->store, n, &set, MATCH_DOMAIN_ONLY, n % 3 == 0);
		if (n % 4 == 0)
			(void)place_add_key(place->store, 2000 + n, &set, MATCH_SUBDOMAINS_ONLY, n % 3 == 0);
	}
	put(place, "UPDATE key_set SET retirement = 'leaving' WHERE number NOT IN"
	           "  (SELECT set_number FROM domain_key WHERE is_active = 1) AND number % 10 = 4;"
	           "UPDATE key_slot SET dns_state = 'failed', dns_checked_at = 1000 + set_number"
	           "  WHERE set_number % 4 = 0 AND slot = 'primary';"
	           "UPDATE key_slot SET dns_checked_at = 5 WHERE slot = 'alternate';"
	           "UPDATE key_slot SET txt_record_name = 't' || set_number || slot, publish_state = 'failed'"
	           "  WHERE set_number % 7 = 0;"
	           "UPDATE key_set SET rotation_alarm = 1 WHERE number % 3 = 0;"
	           "UPDATE key_set SET rotation_alarm = 1, rotation_reason = 'damaged' WHERE number % 11 = 0;"
	           "UPDATE key_set SET next_rotation_at = 90000 - number, rotated_at = 70000 - number"
	           "  WHERE number % 2 = 0;");
}

static void
inventory__is_the_same_in_parts_of_any_size(void **state)
{
	struct store_place *place = *state;
	struct store_inventory whole;

	fill(place);
	whole = take(place->store, 10000);
	for (unsigned limit = 1; limit < SETS + 3; limit += 7) {
		struct store_inventory parts = take(place->store, limit);

		assert_memory_equal(&parts, &whole, sizeof(whole));
	}
}

static enum status
count_trouble(void *context, const struct store_trouble *trouble)
{
	uint64_t *troubles = context;

	troubles[trouble->kind]++;
	return STATUS_OK;
}

static void
inventory__has_the_troubles_that_are_listed(void **state)
{
	struct store_place *place = *state;
	uint64_t listed[STORE_TROUBLE_ROTATION + 1] = { 0 };
	struct store_inventory found;
	struct error err = { "" };

	fill(place);
	assert_ok(store_list_troubles(place->store, 10000, count_trouble, listed, &err), &err);
	found = take(place->store, 13);
	for (int kind = STORE_TROUBLE_DNS; kind <= STORE_TROUBLE_ROTATION; kind++) {
		assert_true(listed[kind] > 0);
		assert_int_equal(found.troubles[kind], listed[kind]);
	}
}

static void
inventory__has_the_keys_that_are_counted(void **state)
{
	struct store_place *place = *state;
	struct store_inventory found;
	struct store_counts counts;
	struct error err = { "" };
	const uint64_t *rsa;

	fill(place);
	found = take(place->store, 13);
	rsa = found.keys[ALGORITHM_RSA_SHA256];
	assert_ok(store_count(place->store, &counts, &err), &err);
	assert_int_equal(rsa[STORE_KEY_ACTIVE], counts.active_keys);
	assert_int_equal(rsa[STORE_KEY_ACTIVE] + rsa[STORE_KEY_INACTIVE] + rsa[STORE_KEY_RETIRING], counts.keys);
	assert_true(rsa[STORE_KEY_RETIRING] > 0);
	assert_int_equal(found.keys[ALGORITHM_ED25519_SHA256][STORE_KEY_ACTIVE], 0);
}

/* ---- times ---- */

static void
inventory__times_are_of_sets_that_sign(void **state)
{
	struct store_place *place = *state;
	struct key_set idle = place_add_set(place->store, 1, "example.com");
	struct key_set one = place_add_set(place->store, 2, "example.net");
	struct key_set other = place_add_set(place->store, 3, "example.org");
	struct store_inventory found;

	(void)place_add_key(place->store, 1, &idle, MATCH_DOMAIN_ONLY, false);
	(void)place_add_key(place->store, 2, &one, MATCH_DOMAIN_ONLY, true);
	(void)place_add_key(place->store, 3, &other, MATCH_DOMAIN_ONLY, true);
	put(place, "UPDATE key_set SET next_rotation_at = number * 100, rotated_at = number * 10;"
	           "UPDATE key_slot SET dns_checked_at = set_number * 1000;");
	found = take(place->store, 1);
	assert_int_equal(found.next_rotation_at, one.number * 100);
	assert_int_equal(found.oldest_key_at, one.number * 10);
	assert_int_equal(found.oldest_check_at, one.number * 1000);
}

static void
inventory__what_never_was_counts_from_the_beginning(void **state)
{
	struct store_place *place = *state;
	struct key_set set = place_add_set(place->store, 1, "example.com");
	struct store_inventory found;

	(void)place_add_key(place->store, 1, &set, MATCH_DOMAIN_ONLY, true);
	found = take(place->store, 10);
	assert_int_equal(found.next_rotation_at, 0);
	assert_int_equal(found.oldest_key_at, NOW);
	assert_int_equal(found.oldest_check_at, NOW);
}

static void
inventory__failure_changes_nothing(void **state)
{
	struct store_place *place = *state;
	struct store_inventory before = { .after = 0 };
	struct store_inventory inventory = before;
	bool is_complete = false;
	struct error err = { "" };

	(void)place_add_set(place->store, 1, "example.com");
	put(place, "DROP TABLE domain_key;");
	assert_int_not_equal(
	    store_take_inventory(place->store, 10, &inventory, &is_complete, &err), STATUS_OK);
	assert_true(err.text[0] != '\0');
	assert_memory_equal(&inventory, &before, sizeof(before));
	assert_false(is_complete);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(inventory__of_nothing_is_empty),
		STORE_TEST(inventory__is_the_same_in_parts_of_any_size),
		STORE_TEST(inventory__has_the_troubles_that_are_listed),
		STORE_TEST(inventory__has_the_keys_that_are_counted),
		STORE_TEST(inventory__times_are_of_sets_that_sign),
		STORE_TEST(inventory__what_never_was_counts_from_the_beginning),
		STORE_TEST(inventory__failure_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
