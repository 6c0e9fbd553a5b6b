/* SPDX-License-Identifier: ISC */
/*
 * What the schema forbids by itself: each rule is broken by plain SQL, past
 * everything the store's functions would look at before.
 */
#include "store_place.h"

#include <sqlite3.h>
#include <stdio.h>

#include "store/rotation.h"
#include "store/schema.h"

/* 15 octets before the one that counts, in hex. */
#define Z "000000000000000000000000000000"

#define SET(values) \
	"INSERT INTO key_set (owner_org, domain, algorithm, key_bits, signing_slot, publication," \
	" publish_state, test_mode, created_at, rotated_at, next_rotation_at, safe_to_remove_at)" \
	" VALUES (" values ");"
#define SLOT(values) \
	"INSERT INTO key_slot (set_number, slot, domain, selector, handle, public_key, sealed," \
	" txt_record_name, dns_state, dns_checked_at) VALUES (" values ");"
#define KEY(values) \
	"INSERT INTO domain_key (id, org, set_number, domain, algorithm, domain_match, is_active," \
	" created_at, activated_at, deactivated_at) VALUES (" values ");"

/* Sets 1 and 2 of a.de, 3 of b.de (Ed25519), one slot each, and one active key. */
static const char world[] =
    SET("'main', 'a.de', 'rsa-sha256', 2048, 'primary', 'direct', 'published', 0, 1, 0, 0, 0")
    SET("'main', 'a.de', 'rsa-sha256', 2048, 'primary', 'direct', 'published', 0, 1, 0, 0, 0")
    SET("'main', 'b.de', 'ed25519-sha256', 256, 'primary', 'direct', 'published', 0, 1, 0, 0, 0")
    SLOT("1, 'primary', 'a.de', 's1', x'" Z "01', x'00', x'00', '', 'unchecked', 0")
    SLOT("2, 'primary', 'a.de', 's2', x'" Z "02', x'00', x'00', '', 'unchecked', 0")
    SLOT("3, 'primary', 'b.de', 's1', x'" Z "03', x'00', x'00', '', 'unchecked', 0")
    KEY("x'" Z "01', 'main', 1, 'a.de', 'rsa-sha256', 'DomainOnly', 1, 1, 1, 0");

static sqlite3 *
open_raw(const struct store_place *place)
{
	sqlite3 *db = NULL;

	assert_int_equal(sqlite3_open(place->file, &db), SQLITE_OK);
	assert_int_equal(
	    sqlite3_exec(db, "PRAGMA foreign_keys = ON", NULL, NULL, NULL), SQLITE_OK);
	return db;
}

static void
must_run(sqlite3 *db, const char *sql)
{
	if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sqlite3_errmsg(db), sql);
}

/* In a transaction that is rolled back, deferred rules included. */
static void
must_refuse(sqlite3 *db, const char *sql, const char *part)
{
	must_run(db, "BEGIN");
	if (sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK &&
	    sqlite3_exec(db, "COMMIT", NULL, NULL, NULL) == SQLITE_OK)
		fail_msg("not refused: %s", sql);
	if (strstr(sqlite3_errmsg(db), part) == NULL)
		fail_msg("%s: %s", sqlite3_errmsg(db), sql);
	must_run(db, "ROLLBACK");
}

static void
must_allow(sqlite3 *db, const char *sql)
{
	must_run(db, "BEGIN");
	must_run(db, sql);
	must_run(db, "COMMIT");
}

static sqlite3 *
open_world(const struct store_place *place)
{
	sqlite3 *db = open_raw(place);

	must_run(db, "BEGIN");
	must_run(db, world);
	must_run(db, "COMMIT");
	return db;
}

struct rule {
	const char *sql;
	const char *part; /* of what SQLite says */
};

static void
check_rules(void **state, const struct rule *rules, size_t count)
{
	sqlite3 *db = open_world(*state);

	for (size_t i = 0; i < count; i++)
		must_refuse(db, rules[i].sql, rules[i].part);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

#define K(id, org, set, domain, algorithm, match, active) \
	KEY("x'" Z id "', '" org "', " set ", '" domain "', '" algorithm "', '" match \
	    "', " active ", 1, 1, 0")

static void
rules__two_active_keys_of_one_match_are_impossible(void **state)
{
	static const struct rule rules[] = {
		{ K("02", "main", "2", "a.de", "rsa-sha256", "DomainOnly", "1"),
		    "domain_key.org, domain_key.domain, domain_key.algorithm" },
		{ K("02", "main", "2", "a.de", "rsa-sha256", "DomainOnly", "0")
			"UPDATE domain_key SET is_active = 1 WHERE set_number = 2",
		    "domain_key.org, domain_key.domain, domain_key.algorithm" },
		{ K("02", "main", "2", "a.de", "rsa-sha256", "SubdomainsOnly", "1")
			"UPDATE domain_key SET domain_match = 'DomainOnly' WHERE set_number = 2",
		    "domain_key.org, domain_key.domain, domain_key.algorithm" },
	};

	check_rules(state, rules, COUNT(rules));
}

#define RETIRE(number) "UPDATE key_set SET retirement = 'leaving' WHERE number = " number ";"

static void
rules__what_retires_does_not_sign(void **state)
{
	static const struct rule rules[] = {
		{ RETIRE("1"), "the key set signs" },
		{ RETIRE("2") K("02", "main", "2", "a.de", "rsa-sha256", "DomainOnly", "0"),
		    "the key set is deleted" },
		{ K("02", "main", "2", "a.de", "rsa-sha256", "SubdomainsOnly", "0") RETIRE("2")
			"UPDATE domain_key SET is_active = 1 WHERE set_number = 2",
		    "the key set is deleted" },
		{ "UPDATE key_set SET retirement = 'soon' WHERE number = 2", "set_retirement" },
	};

	check_rules(state, rules, COUNT(rules));
}

static void
rules__what_differs_in_one_part_may_be_active_beside_it(void **state)
{
	sqlite3 *db = open_world(*state);

	must_allow(db, K("02", "main", "2", "a.de", "rsa-sha256", "DomainOnly", "0"));
	must_allow(db, K("03", "main", "2", "a.de", "rsa-sha256", "SubdomainsOnly", "1"));
	must_allow(db, K("04", "acme", "2", "a.de", "rsa-sha256", "DomainOnly", "1"));
	must_allow(db, K("05", "main", "3", "b.de", "ed25519-sha256", "DomainOnly", "1"));
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void
rules__a_key_is_its_sets(void **state)
{
	static const struct rule rules[] = {
		{ K("02", "main", "9", "a.de", "rsa-sha256", "DomainOnly", "0"), "FOREIGN KEY" },
		{ K("02", "main", "3", "a.de", "ed25519-sha256", "DomainOnly", "0"), "FOREIGN KEY" },
		{ K("02", "main", "3", "b.de", "rsa-sha256", "DomainOnly", "0"), "FOREIGN KEY" },
		{ K("02", "main", "1", "a.de", "rsa-sha256", "DomainOnly", "0"),
		    "domain_key.set_number, domain_key.org, domain_key.domain_match" },
		{ K("01", "acme", "2", "a.de", "rsa-sha256", "DomainOnly", "0"), "domain_key.id" },
		{ "DELETE FROM key_set WHERE number = 1", "FOREIGN KEY" },
	};

	check_rules(state, rules, COUNT(rules));
}

#define S(set, slot, domain, selector, handle) \
	SLOT(set ", '" slot "', '" domain "', '" selector "', x'" Z handle \
		 "', x'00', x'00', '', 'unchecked', 0")

static void
rules__selectors_and_handles_are_unique(void **state)
{
	static const struct rule rules[] = {
		{ S("1", "alternate", "a.de", "s2", "09"), "key_slot.domain, key_slot.selector" },
		{ S("1", "alternate", "a.de", "s9", "02"), "key_slot.handle" },
		{ S("1", "primary", "a.de", "s9", "09"), "key_slot.set_number, key_slot.slot" },
		{ S("1", "alternate", "b.de", "s9", "09"), "FOREIGN KEY" },
		{ S("9", "primary", "a.de", "s9", "09"), "FOREIGN KEY" },
		{ "DELETE FROM key_slot WHERE set_number = 2", "FOREIGN KEY" },
		{ "UPDATE key_set SET signing_slot = 'alternate' WHERE number = 2", "FOREIGN KEY" },
		{ SET("'main', 'a.de', 'rsa-sha256', 2048, 'primary', 'direct', 'published', 0, 1, 0,"
		      " 0, 0"),
		    "FOREIGN KEY" },
	};

	check_rules(state, rules, COUNT(rules));
}

static void
rules__the_same_selector_serves_another_domain(void **state)
{
	sqlite3 *db = open_world(*state);

	must_allow(db, S("3", "alternate", "b.de", "s2", "09"));
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

#define CHECKED_SET(owner, domain, algorithm, bits, publication, state, test) \
	SET("'" owner "', '" domain "', '" algorithm "', " bits ", 'primary', '" publication "', '" \
	    state "', " test ", 1, 0, 0, 0")

static void
rules__values_are_what_they_can_be(void **state)
{
	static const struct rule rules[] = {
		{ CHECKED_SET("", "a.de", "rsa-sha256", "2048", "direct", "failed", "0"), "set_owner" },
		{ CHECKED_SET("m", "A.de", "rsa-sha256", "2048", "direct", "failed", "0"),
		    "set_domain" },
		{ CHECKED_SET("m", "a.de.", "rsa-sha256", "2048", "direct", "failed", "0"),
		    "set_domain" },
		{ CHECKED_SET("m", "", "rsa-sha256", "2048", "direct", "failed", "0"), "set_domain" },
		{ CHECKED_SET("m", "m\xc3\xbc.de", "rsa-sha256", "2048", "direct", "failed", "0"),
		    "set_domain" },
		{ CHECKED_SET("m", "a.de", "rsa-sha1", "2048", "direct", "failed", "0"),
		    "set_algorithm" },
		{ CHECKED_SET("m", "a.de", "rsa-sha256", "512", "direct", "failed", "0"),
		    "set_key_bits" },
		{ CHECKED_SET("m", "a.de", "ed25519-sha256", "2048", "direct", "failed", "0"),
		    "set_key_bits" },
		{ CHECKED_SET("m", "a.de", "rsa-sha256", "2048", "other", "failed", "0"),
		    "set_publication" },
		{ CHECKED_SET("m", "a.de", "rsa-sha256", "2048", "direct", "other", "0"),
		    "set_publish_state" },
		{ CHECKED_SET("m", "a.de", "rsa-sha256", "2048", "direct", "failed", "2"),
		    "set_test_mode" },
		{ CHECKED_SET("m", "a.de", "rsa-sha256", "'many'", "direct", "failed", "0"),
		    "cannot store TEXT" },
		{ "UPDATE key_slot SET handle = x'00'", "slot_handle" },
		{ "UPDATE key_slot SET public_key = x''", "slot_public_key" },
		{ "UPDATE key_slot SET public_key = zeroblob(561)", "slot_public_key" },
		{ "UPDATE key_slot SET sealed = zeroblob(1025)", "slot_sealed" },
		{ "UPDATE key_slot SET dns_state = 'maybe'", "slot_dns_state" },
		{ "UPDATE domain_key SET domain_match = 'All'", "key_domain_match" },
		{ "UPDATE domain_key SET is_active = 2", "key_is_active" },
		{ "UPDATE domain_key SET activated_at = -1", "activated_at" },
		{ K("02", "", "2", "a.de", "rsa-sha256", "DomainOnly", "0"), "key_org" },
		{ S("1", "third", "a.de", "s9", "09"), "slot_slot" },
		{ S("1", "alternate", "a.de", "", "09"), "slot_selector" },
		{ S("1", "alternate", "a.de", "S9", "09"), "slot_selector" },
		{ "INSERT INTO meta (one, generation) VALUES (2, zeroblob(16))", "meta_one_row" },
		{ "UPDATE meta SET master_check = x'00'", "master_check" },
		{ "INSERT INTO change (kind, org) VALUES ('table', 'main')", "change_kind" },
	};

	check_rules(state, rules, COUNT(rules));
}

static void
rules__what_cannot_change_does_not(void **state)
{
	static const struct rule rules[] = {
		{ "UPDATE key_set SET domain = 'b.de'", "cannot change" },
		{ "UPDATE key_set SET algorithm = 'ed25519-sha256'", "cannot change" },
		{ "UPDATE key_slot SET selector = 's7' WHERE set_number = 1", "cannot change" },
		{ "UPDATE domain_key SET org = 'acme'", "cannot change" },
		{ "UPDATE domain_key SET set_number = 2", "cannot change" },
		{ "INSERT INTO audit (at, actor, on_behalf_of, action, object, before, after)"
		  " VALUES (1, 'a', '', 'a', '', '', ''); UPDATE audit SET actor = 'b'",
		    "cannot change" },
		{ "INSERT INTO audit (at, actor, on_behalf_of, action, object, before, after)"
		  " VALUES (1, 'a', '', 'a', '', '', ''); DELETE FROM audit",
		    "cannot be removed" },
		{ "INSERT INTO audit (at, actor, on_behalf_of, action, object, before, after)"
		  " VALUES (1, '', '', 'a', '', '', '')",
		    "audit_actor" },
	};

	check_rules(state, rules, COUNT(rules));
}

static int64_t
get_number(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *stmt = NULL;
	int64_t number;

	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
	number = sqlite3_column_int64(stmt, 0);
	assert_int_equal(sqlite3_finalize(stmt), SQLITE_OK);
	return number;
}

/* A switch of the signing slot is seen by every active record of the set. */
static void
rules__a_switch_is_noted_for_each_active_record(void **state)
{
	sqlite3 *db = open_world(*state);
	int64_t before;

	must_allow(db, S("1", "alternate", "a.de", "s9", "09"));
	must_allow(db, K("02", "acme", "1", "a.de", "rsa-sha256", "DomainOnly", "1"));
	must_allow(db, K("03", "idle", "1", "a.de", "rsa-sha256", "DomainOnly", "0"));
	before = get_number(db, "SELECT max(number) FROM change");
	must_allow(db, "UPDATE key_set SET signing_slot = 'alternate' WHERE number = 1");
	assert_int_equal(
	    get_number(db, "SELECT max(number) FROM change WHERE kind = 'table'"), before + 2);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

/* A key replaced in a slot: the old handle goes, the new one comes. */
static void
rules__a_replaced_key_is_noted_under_both_handles(void **state)
{
	sqlite3 *db = open_world(*state);
	int64_t before = get_number(db, "SELECT max(number) FROM change");

	must_allow(db,
	    "UPDATE key_slot SET handle = x'" Z "55' WHERE set_number = 2");
	assert_int_equal(get_number(db, "SELECT max(number) FROM change"), before + 2);
	assert_int_equal(get_number(db, "SELECT count(DISTINCT handle) FROM change"), 4);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

/* ---- which file is ours ---- */

static void
rules__the_file_says_whose_it_is(void **state)
{
	sqlite3 *db = open_raw(*state);

	assert_int_equal(get_number(db, "PRAGMA application_id"), SCHEMA_APPLICATION_ID);
	assert_int_equal(get_number(db, "PRAGMA user_version"), (int64_t)schema_version);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void
rules__a_newer_store_is_refused(void **state)
{
	struct store_place *place = *state;
	sqlite3 *db = open_raw(place);
	struct store *store = NULL;
	struct error err = { "" };

	must_run(db, "PRAGMA user_version = 1000");
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	store_close(&place->store);
	assert_int_equal(store_open(place->directory, &store, &err), STATUS_REFUSED);
	assert_non_null(strstr(err.text, "newer version"));
}

static void
rules__another_programs_database_is_left_alone(void **state)
{
	struct store_place *place = *state;
	struct store *store = NULL;
	struct error err = { "" };
	sqlite3 *db;

	store_close(&place->store);
	assert_int_equal(unlink(place->file), 0);
	db = open_raw(place);
	must_run(db, "CREATE TABLE theirs (a)");
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	assert_int_equal(store_open(place->directory, &store, &err), STATUS_DAMAGED);
	db = open_raw(place);
	assert_int_equal(get_number(db, "SELECT count(*) FROM sqlite_schema"), 1);
	assert_int_equal(get_number(db, "PRAGMA user_version"), 0);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

/* The world in a store of an earlier version; besides, set 2 has signed, and set 3 has not. */
static void
make_older(const struct store_place *place, size_t version)
{
	sqlite3 *db = open_raw(place);
	char text[96];

	for (size_t i = 0; i < version; i++) {
		for (const char *const *sql = schema_migrations[i]; *sql != NULL; sql++)
			must_run(db, *sql);
	}
	(void)snprintf(text, sizeof(text), "PRAGMA application_id = %d; PRAGMA user_version = %zu",
	    SCHEMA_APPLICATION_ID, version);
	must_run(db, text);
	must_allow(db, world);
	must_allow(db,
	    KEY("x'" Z "02', 'main', 2, 'a.de', 'rsa-sha256', 'SubdomainsOnly', 0, 1, 30, 40")
	    KEY("x'" Z "03', 'acme', 2, 'a.de', 'rsa-sha256', 'SubdomainsOnly', 0, 1, 20, 50")
	    KEY("x'" Z "04', 'main', 3, 'b.de', 'ed25519-sha256', 'DomainOnly', 0, 1, 0, 0"));
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

/* They are watched then, and no record of theirs goes before the mail that needs it. */
static void
rules__what_signed_before_there_was_a_rotation_begins_one(void **state)
{
	static const struct {
		int64_t number, began_at, activated_at;
	} signed_sets[] = { { 1, 1, 1 }, { 2, 20, 30 } };
	struct store_place *place = *state;
	struct store_rotation rotation;
	struct error err = { "" };

	for (size_t version = 1; version < schema_version; version++) {
		store_close(&place->store);
		assert_int_equal(unlink(place->file), 0);
		make_older(place, version);
		assert_ok(store_open(place->directory, &place->store, &err), &err);
		for (size_t i = 0; i < COUNT(signed_sets); i++) {
			assert_ok(
			    store_find_rotation(place->store, signed_sets[i].number, &rotation, &err), &err);
			assert_int_equal(rotation.state.step, ROTATION_PUBLISHING);
			assert_int_equal(rotation.state.began_at, signed_sets[i].began_at);
			assert_int_equal(rotation.state.activated_at, signed_sets[i].activated_at);
			assert_int_equal(rotation.state.quiet_since, 0);
			assert_int_equal(rotation.look_at, 0);
		}
		assert_int_equal(store_find_rotation(place->store, 3, &rotation, &err), STATUS_NOT_FOUND);
	}
}

static void
rules__a_value_that_cannot_be_is_damage(void **state)
{
	struct store_place *place = *state;
	struct key_set set = place_add_set(place->store, 1, "example.com");
	struct domain_key key = place_add_key(place->store, 1, &set, MATCH_DOMAIN_ONLY, false);
	sqlite3 *db = open_raw(place);
	struct error err = { "" };

	must_run(db, "PRAGMA ignore_check_constraints = ON");
	must_run(db, "UPDATE domain_key SET domain_match = 'Everything'");
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	assert_int_equal(store_find_key(place->store, &key.id, &key, &err), STATUS_DAMAGED);
	assert_non_null(strstr(err.text, "domain_match"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(rules__two_active_keys_of_one_match_are_impossible),
		STORE_TEST(rules__what_retires_does_not_sign),
		STORE_TEST(rules__what_differs_in_one_part_may_be_active_beside_it),
		STORE_TEST(rules__a_key_is_its_sets),
		STORE_TEST(rules__selectors_and_handles_are_unique),
		STORE_TEST(rules__the_same_selector_serves_another_domain),
		STORE_TEST(rules__values_are_what_they_can_be),
		STORE_TEST(rules__what_cannot_change_does_not),
		STORE_TEST(rules__a_switch_is_noted_for_each_active_record),
		STORE_TEST(rules__a_replaced_key_is_noted_under_both_handles),
		STORE_TEST(rules__the_file_says_whose_it_is),
		STORE_TEST(rules__a_newer_store_is_refused),
		STORE_TEST(rules__another_programs_database_is_left_alone),
		STORE_TEST(rules__what_signed_before_there_was_a_rotation_begins_one),
		STORE_TEST(rules__a_value_that_cannot_be_is_damage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
