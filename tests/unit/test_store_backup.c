/* SPDX-License-Identifier: ISC */
/* A copy of the store that is in use, and the life it begins. */
#include "store_place.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <sys/stat.h>

#include "store/backup.h"
#include "store/rotation.h"

#define MANY 1500 /* sets: more than one step's worth */

/* Where a copy is made, as a store of its own. */
struct copy {
	char directory[64];
	char file[80];
	int fd;
	struct store *store;
};

static void
make_copy(struct copy *copy)
{
	*copy = (struct copy){ .fd = -1 };
	(void)snprintf(copy->directory, sizeof(copy->directory), "/tmp/signetd-copy-XXXXXX");
	assert_non_null(mkdtemp(copy->directory));
	(void)snprintf(copy->file, sizeof(copy->file), "%s/signetd.db", copy->directory);
	copy->fd = open(copy->file, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	assert_true(copy->fd >= 0);
}

static void
remove_copy(struct copy *copy)
{
	static const char *const suffixes[] = { "", "-wal", "-shm" };
	char path[96];

	store_close(&copy->store);
	(void)close(copy->fd);
	for (size_t i = 0; i < COUNT(suffixes); i++) {
		(void)snprintf(path, sizeof(path), "%s%s", copy->file, suffixes[i]);
		(void)unlink(path);
	}
	assert_int_equal(rmdir(copy->directory), 0);
}

static void
open_copy(struct copy *copy)
{
	struct error err = { "" };

	assert_ok(store_open(copy->directory, &copy->store, &err), &err);
}

/* The rest of the steps; how many. */
static unsigned
complete(struct store_backup *backup)
{
	struct store_backup_progress progress = { .is_complete = false };
	struct error err = { "" };
	unsigned steps = 0;

	for (; !progress.is_complete; steps++) {
		uint64_t before = progress.done;

		assert_ok(store_backup_step(backup, &progress, &err), &err);
		assert_true(progress.done > before || progress.is_complete);
		assert_true(progress.done <= progress.total);
	}
	assert_int_equal(progress.done, progress.total);
	return steps;
}

static void
back_up(struct store *store, struct copy *copy)
{
	struct store_backup *backup;
	struct error err = { "" };

	assert_ok(store_backup_begin(store, copy->fd, &backup, &err), &err);
	(void)complete(backup);
	store_backup_free(&backup);
	open_copy(copy);
	assert_ok(store_check(copy->store, &err), &err);
}

static void
add_many(struct store *store)
{
	struct store_sealed sealed[SLOT_COUNT];
	struct error err = { "" };

	place_begin(store);
	for (unsigned n = 1; n <= MANY; n++) {
		struct key_set set = set_of(n);

		sealed_of(n, sealed);
		assert_ok(store_insert_set(store, &set, sealed, &err), &err);
	}
	place_commit(store);
}

static uint64_t
count_sets(struct store *store)
{
	struct store_counts counts = { 0 };
	struct error err = { "" };

	assert_ok(store_count(store, &counts, &err), &err);
	return counts.sets;
}

/* ---- copying ---- */

static void
backup__is_the_store(void **state)
{
	struct store_place *place = *state;
	struct key_set set = place_add_set(place->store, 1, "example.com");
	struct domain_key key = place_add_key(place->store, 1, &set, MATCH_DOMAIN_ONLY, true);
	struct store_sealed sealed[SLOT_COUNT];
	struct store_sealed found;
	struct domain_key there;
	struct error err = { "" };
	struct copy copy;

	sealed_of(1, sealed);
	make_copy(&copy);
	back_up(place->store, &copy);
	assert_ok(store_find_key(copy.store, &key.id, &there, &err), &err);
	assert_true(there.is_active);
	for (int i = 0; i < SLOT_COUNT; i++) {
		assert_ok(store_find_sealed(copy.store, &set.slots[i].handle, &found, &err), &err);
		assert_int_equal(found.len, sealed[i].len);
		assert_memory_equal(found.bytes, sealed[i].bytes, found.len);
	}
	remove_copy(&copy);
}

static void
backup__goes_in_steps_and_holds_what_is_written_between_them(void **state)
{
	struct store_place *place = *state;
	struct store_backup_progress progress = { .is_complete = false };
	struct store_backup *backup;
	struct error err = { "" };
	struct key_set removed = place_add_set(place->store, MANY + 1, "example.com");
	struct copy copy;

	add_many(place->store);
	make_copy(&copy);
	assert_ok(store_backup_begin(place->store, copy.fd, &backup, &err), &err);
	assert_ok(store_backup_step(backup, &progress, &err), &err);
	assert_false(progress.is_complete);
	/* in pages that are copied already, and in others */
	(void)place_add_set(place->store, MANY + 2, "example.org");
	place_begin(place->store);
	assert_ok(store_delete_set(place->store, removed.number, &err), &err);
	place_commit(place->store);
	assert_true(complete(backup) > 1);
	store_backup_free(&backup);
	open_copy(&copy);
	assert_ok(store_check(copy.store, &err), &err);
	assert_int_equal(count_sets(copy.store), MANY + 1);
	assert_int_equal(store_find_selector(copy.store, "example.org", "s1502a", &err), STATUS_OK);
	assert_int_equal(
	    store_find_set(copy.store, removed.number, &removed, &err), STATUS_NOT_FOUND);
	remove_copy(&copy);
}

static void
backup__given_up_leaves_the_store_as_it_was(void **state)
{
	struct store_place *place = *state;
	struct store_backup_progress progress;
	struct store_backup *backup;
	struct error err = { "" };
	struct copy copy;

	add_many(place->store);
	make_copy(&copy);
	assert_ok(store_backup_begin(place->store, copy.fd, &backup, &err), &err);
	assert_ok(store_backup_step(backup, &progress, &err), &err);
	store_backup_free(&backup);
	remove_copy(&copy);
	(void)place_add_set(place->store, MANY + 1, "example.com");
	assert_ok(store_check(place->store, &err), &err);
}

static void
backup__says_when_it_cannot_be_written(void **state)
{
	struct store_place *place = *state;
	struct store_backup_progress progress;
	struct store_backup *backup = NULL;
	struct error err = { "" };
	int fd = open("/dev/full", O_RDWR | O_CLOEXEC);

	assert_true(fd >= 0);
	(void)place_add_set(place->store, 1, "example.com");
	assert_ok(store_backup_begin(place->store, fd, &backup, &err), &err);
	assert_int_not_equal(store_backup_step(backup, &progress, &err), STATUS_OK);
	assert_non_null(strstr(err.text, "cannot write the copy"));
	store_backup_free(&backup);
	(void)close(fd);
	(void)place_add_set(place->store, 2, "example.com");
}

/* ---- a life of its own ---- */

static void
backup__begins_a_life_that_no_view_has_seen(void **state)
{
	struct store_place *place = *state;
	uint8_t before[STORE_GENERATION_SIZE];
	uint8_t after[STORE_GENERATION_SIZE];
	uint8_t kept[STORE_GENERATION_SIZE];
	struct error err = { "" };

	store_generation(place->store, before);
	place_begin(place->store);
	assert_ok(store_begin_life(place->store, &err), &err);
	place_commit(place->store);
	store_generation(place->store, after);
	assert_memory_not_equal(before, after, sizeof(before));
	store_place_reopen(place);
	store_generation(place->store, kept);
	assert_memory_equal(after, kept, sizeof(after));
}

static void
backup__believes_no_verdict_and_no_publication_of_its_past_life(void **state)
{
	struct store_place *place = *state;
	struct dns_status seen = { .state = DNS_VERIFIED, .code = DNS_CODE_PUBLISHED, .checked_at = NOW };
	struct publish_status published = { .state = PUBLISH_PUBLISHED, .next_at = NOW };
	struct key_set set = set_of(1);
	struct store_sealed sealed[SLOT_COUNT];
	struct error err = { "" };

	sealed_of(1, sealed);
	(void)snprintf(set.slots[0].txt_record_name, sizeof(set.slots[0].txt_record_name), "s.x.example");
	place_begin(place->store);
	assert_ok(store_insert_set(place->store, &set, sealed, &err), &err);
	assert_ok(store_set_dns(place->store, set.number, SLOT_PRIMARY, &seen, &err), &err);
	assert_ok(store_set_publish(place->store, set.number, SLOT_PRIMARY, &published, &err), &err);
	place_commit(place->store);
	place_begin(place->store);
	assert_ok(store_begin_life(place->store, &err), &err);
	place_commit(place->store);
	assert_ok(store_find_set(place->store, set.number, &set, &err), &err);
	assert_int_equal(set.slots[0].dns.checked_at, 0);
	assert_int_equal(set.slots[0].publish.state, PUBLISH_IN_PROGRESS);
	assert_int_equal(set.slots[0].publish.next_at, 0);
}

/* A set that stopped to sign long ago, with a next key that was proved. */
static struct store_rotation
quiet_rotation(void)
{
	return (struct store_rotation){
		.state = { .step = ROTATION_READY,
		    .signing_slot = SLOT_PRIMARY,
		    .began_at = NOW,
		    .since = NOW,
		    .proved_at = NOW,
		    .seen_key_sha256 = { 7 },
		    .activated_at = NOW,
		    .quiet_since = NOW + 1 },
		.safe_to_remove_at = NOW + 2,
		.look_at = ROTATION_NEVER,
	};
}

static void
relive(struct store *store, int64_t number, struct store_rotation *rotation)
{
	struct error err = { "" };

	place_begin(store);
	assert_ok(store_set_rotation(store, number, rotation, &err), &err);
	assert_ok(store_begin_life(store, &err), &err);
	place_commit(store);
	assert_ok(store_find_rotation(store, number, rotation, &err), &err);
}

static void
backup__proves_its_next_key_anew(void **state)
{
	static const enum rotation_step steps[ROTATION_STEP_COUNT + 1] = {
		[ROTATION_PUBLISHING] = ROTATION_PUBLISHING,
		[ROTATION_APPEARING] = ROTATION_PUBLISHING,
		[ROTATION_SETTLING] = ROTATION_PUBLISHING,
		[ROTATION_READY] = ROTATION_PUBLISHING,
		[ROTATION_SWITCHING] = ROTATION_SWITCHING,
		[ROTATION_RETIRING] = ROTATION_RETIRING,
	};
	static const uint8_t nothing[ROTATION_DIGEST_SIZE];
	struct store_place *place = *state;
	struct key_set set = place_add_set(place->store, 1, "example.com");

	for (int step = ROTATION_PUBLISHING; step <= ROTATION_STEP_COUNT; step++) {
		struct store_rotation rotation = quiet_rotation();

		rotation.state.step = (enum rotation_step)step;
		relive(place->store, set.number, &rotation);
		assert_int_equal(rotation.state.step, steps[step]);
		assert_int_equal(rotation.state.proved_at, 0);
		assert_memory_equal(rotation.state.seen_key_sha256, nothing, sizeof(nothing));
		assert_int_equal(rotation.look_at, 0);
	}
}

/* What nobody signed with when the copy was made may have signed until it was restored. */
static void
backup__does_not_know_since_when_a_set_is_quiet(void **state)
{
	struct store_place *place = *state;
	struct key_set set = place_add_set(place->store, 1, "example.com");
	struct store_rotation rotation = quiet_rotation();

	relive(place->store, set.number, &rotation);
	assert_int_equal(rotation.state.quiet_since, 0);
	assert_int_equal(rotation.safe_to_remove_at, 0);
	rotation = quiet_rotation();
	rotation.state.retirement = ROTATION_LEAVING;
	relive(place->store, set.number, &rotation);
	assert_int_equal(rotation.state.quiet_since, NOW + 1);
	assert_int_equal(rotation.safe_to_remove_at, NOW + 2);
}

/* ---- damage ---- */

static void
break_file(const struct store_place *place, const char *sql)
{
	sqlite3 *db = NULL;

	assert_int_equal(sqlite3_open(place->file, &db), SQLITE_OK);
	if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
		fail_msg("%s", sqlite3_errmsg(db));
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void
check__finds_an_index_that_is_not_its_tables(void **state)
{
	struct store_place *place = *state;
	struct error err = { "" };

	(void)place_add_set(place->store, 1, "example.com");
	assert_ok(store_check(place->store, &err), &err);
	store_close(&place->store);
	break_file(place,
	    "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET"
	    " sql = replace(sql, '(seal)', '(set_number)') WHERE name = 'key_slot_by_seal'");
	store_place_reopen(place);
	assert_int_equal(store_check(place->store, &err), STATUS_DAMAGED);
	assert_non_null(strstr(err.text, "the store is damaged"));
}

static void
check__finds_a_slot_without_its_set(void **state)
{
	struct store_place *place = *state;
	struct error err = { "" };

	(void)place_add_set(place->store, 1, "example.com");
	break_file(place, "PRAGMA foreign_keys = OFF; DELETE FROM key_set");
	assert_int_equal(store_check(place->store, &err), STATUS_DAMAGED);
	assert_non_null(strstr(err.text, "belong to rows that are not there"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(backup__is_the_store),
		STORE_TEST(backup__goes_in_steps_and_holds_what_is_written_between_them),
		STORE_TEST(backup__given_up_leaves_the_store_as_it_was),
		STORE_TEST(backup__says_when_it_cannot_be_written),
		STORE_TEST(backup__begins_a_life_that_no_view_has_seen),
		STORE_TEST(backup__believes_no_verdict_and_no_publication_of_its_past_life),
		STORE_TEST(backup__proves_its_next_key_anew),
		STORE_TEST(backup__does_not_know_since_when_a_set_is_quiet),
		STORE_TEST(check__finds_an_index_that_is_not_its_tables),
		STORE_TEST(check__finds_a_slot_without_its_set),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
