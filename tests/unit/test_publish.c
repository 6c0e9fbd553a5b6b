/* SPDX-License-Identifier: ISC */
/*
 * The views follow a real store into views in memory. At every commit of
 * either the order is checked: no table names a handle the keyring lacks.
 */
#include "store_place.h"

#include <sqlite3.h>
#include <stdio.h>

#include "fake_view.h"
#include "follow/follower.h"
#include "follow/publish.h"

#define TIMEOUT_MS 5000
#define START_MS 1000000

struct world {
	struct store_place *place;
	struct store *store;
	struct view table;
	struct view keyring;
	struct publish *publish;
	int64_t now_ms;
	int64_t again_at_ms;
	unsigned told; /* that it gets on */
	int open; /* waits for a lock that the watcher was told of */
};

/* Whatever the milters can find, the vault must be able to sign with. */
static void
check_order(const struct world *world)
{
	const struct fake_content *c = &world->table.content;

	for (size_t i = 0; i < c->places; i++) {
		for (size_t j = 0; j < c->place[i].list.count; j++)
			assert_true(fake_view_has_handle(
			    &world->keyring, &c->place[i].list.entries[j].handle));
	}
}

static void
watch(void *context, enum publish_view view, bool is_waiting)
{
	struct world *world = context;
	const struct view *fake = view == PUBLISH_TABLE ? &world->table : &world->keyring;

	world->open += is_waiting ? 1 : -1;
	assert_in_range(world->open, 0, 1);
	if (!is_waiting)
		return;
	assert_null(fake->open);
	check_order(world);
}

static void
note_progress(void *context)
{
	struct world *world = context;

	world->told++;
}

static void
start_publish(struct world *world)
{
	struct publish_options options = {
		.store = world->store,
		.table = &world->table,
		.keyring = &world->keyring,
		.vault_timeout_ms = TIMEOUT_MS,
		.watch = watch,
		.gets_on = note_progress,
		.context = world,
	};

	assert_int_equal(publish_new(&options, &world->publish), STATUS_OK);
}

static int
world_make(void **state)
{
	struct world *world = calloc(1, sizeof(*world));
	void *place = NULL;

	assert_non_null(world);
	assert_int_equal(store_place_make(&place), 0);
	world->place = place;
	world->store = world->place->store;
	world->now_ms = START_MS;
	start_publish(world);
	*state = world;
	return 0;
}

static int
world_remove(void **state)
{
	struct world *world = *state;
	void *place = world->place;

	publish_free(&world->publish);
	assert_int_equal(store_place_remove(&place), 0);
	free(world);
	return 0;
}

#define WORLD_TEST(name) cmocka_unit_test_setup_teardown(name, world_make, world_remove)

static void
catch_up(struct world *world)
{
	struct error err = { "" };

	assert_ok(publish_catch_up(
		      world->publish, world->now_ms, &world->again_at_ms, &err),
	    &err);
	assert_int_equal(world->open, 0);
	check_order(world);
}

/* Comes whenever it is wanted, until nothing waits. */
static void
settle(struct world *world)
{
	catch_up(world);
	for (int i = 0; i < 100 && world->again_at_ms != 0; i++) {
		if (world->again_at_ms > world->now_ms)
			world->now_ms = world->again_at_ms;
		catch_up(world);
	}
	assert_int_equal(world->again_at_ms, 0);
}

/* As after a crash of the keeper: what was only in memory is gone. */
static void
restart(struct world *world)
{
	publish_free(&world->publish);
	start_publish(world);
}

/* ---- the truth, beside the views ---- */

static enum status
check_place(void *context, const char *org, const char *domain)
{
	const struct world *world = context;
	const struct fake_content *c = &world->table.content;
	struct match_list list;
	struct error err = { "" };

	assert_ok(store_active_at(world->store, org, domain, &list, &err), &err);
	for (size_t i = 0; i < c->places; i++) {
		if (strcmp(c->place[i].org, org) == 0 && strcmp(c->place[i].domain, domain) == 0) {
			assert_memory_equal(&c->place[i].list, &list, sizeof(list));
			return STATUS_OK;
		}
	}
	fail_msg("%s of %s is not in the table", domain, org);
	return STATUS_NOT_FOUND;
}

struct counter {
	const struct world *world;
	size_t count;
};

static enum status
count_place(void *context, const char *org, const char *domain)
{
	struct counter *counter = context;

	counter->count++;
	return check_place(
	    &(struct world){ .store = counter->world->store, .table = counter->world->table }, org,
	    domain);
}

static enum status
count_handle(void *context, const struct handle *handle, const struct store_sealed *sealed)
{
	struct counter *counter = context;

	(void)sealed;
	counter->count++;
	assert_true(fake_view_has_handle(&counter->world->keyring, handle));
	return STATUS_OK;
}

/* Everything of the store is in the views, and nothing else. */
static void
check_same(const struct world *world)
{
	struct counter places = { world, 0 };
	struct counter handles = { world, 0 };
	struct error err = { "" };

	assert_ok(store_list_places(world->store, count_place, &places, &err), &err);
	assert_int_equal(places.count, world->table.content.places);
	assert_ok(store_list_sealed(world->store, count_handle, &handles, &err), &err);
	assert_int_equal(handles.count, world->keyring.content.handles);
}

/* ---- changes ---- */

static void
set_active(struct store *store, struct domain_key *key, bool is_active)
{
	struct error err = { "" };

	key->is_active = is_active;
	place_begin(store);
	assert_ok(store_update_key(store, key, &err), &err);
	place_commit(store);
}

static void
delete_all(struct store *store, const struct domain_key *key)
{
	struct error err = { "" };

	place_begin(store);
	assert_ok(store_delete_key(store, &key->id, &err), &err);
	assert_ok(store_delete_set(store, key->set.number, &err), &err);
	place_commit(store);
}

static struct domain_key
add_active(struct store *store, unsigned n, const char *domain)
{
	struct key_set set = place_add_set(store, n, domain);

	return place_add_key(store, n, &set, MATCH_DOMAIN_ONLY, true);
}

/* What no CHECK of the schema would let pass. */
static void
damage_store(const struct store_place *place, const char *sql)
{
	sqlite3 *db = NULL;

	assert_int_equal(sqlite3_open(place->file, &db), SQLITE_OK);
	assert_int_equal(
	    sqlite3_exec(db, "PRAGMA ignore_check_constraints = ON", NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	(void)sqlite3_close(db);
}

/* ---- tests ---- */

static void
publish__shows_an_activation_at_once(void **state)
{
	struct world *world = *state;
	struct domain_key key;

	catch_up(world);
	key = add_active(world->store, 1, "example.com");
	catch_up(world);
	assert_int_equal(world->again_at_ms, 0);
	check_same(world);
	assert_int_equal(world->table.position.change, place_last_change(world->store));
	set_active(world->store, &key, false);
	catch_up(world);
	assert_int_equal(world->table.content.places, 0);
	check_same(world);
}

static void
publish__does_nothing_when_nothing_changed(void **state)
{
	struct world *world = *state;
	unsigned commits;

	(void)add_active(world->store, 1, "example.com");
	settle(world);
	commits = world->table.commits + world->keyring.commits;
	settle(world);
	restart(world);
	settle(world);
	assert_int_equal(world->table.commits + world->keyring.commits, commits);
}

static void
publish__keeps_a_removed_key_for_longer_than_the_vault_timeout(void **state)
{
	struct world *world = *state;
	struct domain_key key = add_active(world->store, 1, "example.com");
	const struct handle *handle = &key.set.slots[0].handle;

	settle(world);
	delete_all(world->store, &key);
	catch_up(world);
	/* the table has dropped it; the time runs from the next call, which comes after the commit */
	assert_int_equal(world->table.content.places, 0);
	assert_true(fake_view_has_handle(&world->keyring, handle));
	assert_int_equal(world->again_at_ms, world->now_ms);
	world->now_ms += 100;
	catch_up(world);
	assert_int_equal(world->again_at_ms, START_MS + 100 + TIMEOUT_MS + 1);
	world->now_ms = START_MS + 100 + TIMEOUT_MS;
	catch_up(world);
	assert_true(fake_view_has_handle(&world->keyring, handle));
	world->now_ms++;
	catch_up(world);
	assert_false(fake_view_has_handle(&world->keyring, handle));
	assert_int_equal(world->again_at_ms, 0);
	check_same(world);
}

static void
publish__starts_the_waiting_again_with_the_keeper(void **state)
{
	struct world *world = *state;
	struct domain_key key = add_active(world->store, 1, "example.com");
	const struct handle *handle = &key.set.slots[0].handle;

	settle(world);
	delete_all(world->store, &key);
	catch_up(world);
	world->now_ms += 1;
	catch_up(world);
	restart(world);
	world->now_ms += TIMEOUT_MS + 100;
	catch_up(world);
	assert_true(fake_view_has_handle(&world->keyring, handle));
	settle(world);
	assert_false(fake_view_has_handle(&world->keyring, handle));
	check_same(world);
}

static void
publish__adds_keys_while_a_removal_waits(void **state)
{
	struct world *world = *state;
	struct domain_key old = add_active(world->store, 1, "example.com");
	struct domain_key new;

	settle(world);
	delete_all(world->store, &old);
	catch_up(world);
	new = add_active(world->store, 2, "example.org");
	catch_up(world);
	assert_int_equal(world->table.content.places, 1);
	assert_true(fake_view_has_handle(&world->keyring, &new.set.slots[0].handle));
	assert_true(fake_view_has_handle(&world->keyring, &old.set.slots[0].handle));
	/* the position says where to go on after a crash: before the removal */
	assert_true(world->keyring.position.change < world->table.position.change);
	settle(world);
	check_same(world);
}

static void
publish__makes_a_later_removal_wait_for_itself(void **state)
{
	struct world *world = *state;
	struct domain_key first = add_active(world->store, 1, "example.com");
	struct domain_key second = add_active(world->store, 2, "example.org");

	settle(world);
	delete_all(world->store, &first);
	catch_up(world);
	catch_up(world);
	world->now_ms = world->again_at_ms - 1;
	delete_all(world->store, &second);
	catch_up(world);
	world->now_ms++;
	catch_up(world);
	assert_false(fake_view_has_handle(&world->keyring, &first.set.slots[0].handle));
	assert_true(fake_view_has_handle(&world->keyring, &second.set.slots[0].handle));
	assert_int_not_equal(world->again_at_ms, 0);
	settle(world);
	check_same(world);
}

static void
publish__goes_on_after_a_failure(void **state)
{
	struct world *world = *state;

	catch_up(world);
	for (unsigned i = 1; i <= 6; i++) {
		struct view *view = i % 2 == 0 ? &world->table : &world->keyring;
		struct domain_key key = add_active(world->store, i, "example.com");
		struct error err = { "" };

		view->fail_after = 1;
		assert_int_equal(publish_catch_up(world->publish, world->now_ms,
				     &world->again_at_ms, &err),
		    STATUS_SYSTEM);
		assert_non_null(strstr(err.text, "fake failure"));
		assert_int_equal(world->open, 0);
		assert_null(view->open);
		settle(world);
		check_same(world);
		delete_all(world->store, &key);
	}
	settle(world);
	check_same(world);
}

/* A view that is damaged is made anew; the store cannot be. */
static void
publish__tells_damage_of_a_view_from_damage_of_the_store(void **state)
{
	struct world *world = *state;
	struct publish_progress progress;
	struct error err = { "" };

	(void)add_active(world->store, 1, "example.com");
	world->table.fail_after = 1;
	world->table.fail_status = STATUS_DAMAGED;
	assert_int_equal(
	    publish_step(world->publish, world->now_ms, &progress, &err), STATUS_DAMAGED);
	damage_store(world->place, "UPDATE key_slot SET handle = x'00' WHERE slot = 'alternate'");
	assert_int_equal(
	    publish_step(world->publish, world->now_ms, &progress, &err), STATUS_REFUSED);
	assert_non_null(strstr(err.text, "the store is damaged"));
}

/* ---- rebuild ---- */

static void
publish__rebuilds_a_view_of_another_store(void **state)
{
	struct world *world = *state;
	struct handle stale = { { 0xee } };
	struct domain_key key = add_active(world->store, 1, "example.com");

	settle(world);
	/* both views as another store left them, with a key that store had */
	world->keyring.position.generation[0] ^= 1;
	world->table.position.generation[0] ^= 1;
	memset(&world->keyring.content, 0, sizeof(world->keyring.content));
	world->keyring.content.handles = 1;
	world->keyring.content.handle[0] = stale;
	memset(&world->table.content, 0, sizeof(world->table.content));
	restart(world);
	catch_up(world);
	assert_int_equal(world->table.content.places, 1);
	assert_true(fake_view_has_handle(&world->keyring, &key.set.slots[0].handle));
	/* the milters may have looked the stale one up a moment ago */
	assert_true(fake_view_has_handle(&world->keyring, &stale));
	settle(world);
	assert_false(fake_view_has_handle(&world->keyring, &stale));
	check_same(world);
}

static void
publish__goes_on_while_a_rebuild_waits(void **state)
{
	struct world *world = *state;
	struct domain_key gone = add_active(world->store, 1, "example.com");

	settle(world);
	world->keyring.position.generation[0] ^= 1;
	restart(world);
	catch_up(world);
	(void)add_active(world->store, 2, "example.org");
	catch_up(world);
	assert_int_equal(world->table.content.places, 2);
	/* a key removed meanwhile gets its own time */
	delete_all(world->store, &gone);
	world->now_ms = world->again_at_ms;
	catch_up(world);
	assert_true(fake_view_has_handle(&world->keyring, &gone.set.slots[0].handle));
	settle(world);
	check_same(world);
}

static void
publish__rebuilds_a_view_ahead_of_the_store_or_damaged(void **state)
{
	struct world *world = *state;

	(void)add_active(world->store, 1, "example.com");
	for (unsigned i = 0; i < 4; i++) {
		struct view *view = i % 2 == 0 ? &world->table : &world->keyring;

		settle(world);
		if (i < 2)
			view->position.change = place_last_change(world->store) + 1;
		else
			view->is_damaged = true;
		memset(&view->content, 0, sizeof(view->content));
		if (view == &world->keyring)
			memset(&world->table.content, 0, sizeof(world->table.content));
		if (view == &world->keyring)
			world->table.position.change = 0;
		restart(world);
		settle(world);
		check_same(world);
		assert_int_equal(view->position.change, place_last_change(world->store));
	}
}

static void
publish__rebuilds_what_the_store_has_forgotten(void **state)
{
	struct world *world = *state;
	struct domain_key key = add_active(world->store, 1, "example.com");
	struct error err = { "" };

	settle(world);
	set_active(world->store, &key, false);
	assert_ok(store_forget_changes(
		      world->store, place_last_change(world->store), &err),
	    &err);
	restart(world);
	settle(world);
	assert_int_equal(world->table.content.places, 0);
	check_same(world);
}

/* ---- forgetting ---- */

static void
publish__forgets_only_what_both_views_have(void **state)
{
	struct world *world = *state;
	struct domain_key key = add_active(world->store, 1, "example.com");
	struct error err = { "" };
	uint64_t forgotten = 0;

	for (unsigned i = 0; i < 600; i++) {
		set_active(world->store, &key, i % 2 != 0);
		if (i % 50 == 0)
			catch_up(world);
	}
	settle(world);
	assert_ok(store_forgotten_change(world->store, &forgotten, &err), &err);
	assert_in_range(forgotten, 256, world->keyring.position.change);
	assert_in_range(forgotten, 256, world->table.position.change);
	restart(world);
	settle(world);
	check_same(world);
}

/* ---- replay from every position ---- */

/* The views as they were after each change of a history. */
struct snapshots {
	struct world *world;
	size_t count;
	struct {
		struct view table;
		struct view keyring;
	} views[16];
};

static void
snapshot(struct snapshots *s)
{
	assert_true(s->count < COUNT(s->views));
	settle(s->world);
	s->views[s->count].table = s->world->table;
	s->views[s->count++].keyring = s->world->keyring;
}

static void
write_history(struct snapshots *s)
{
	struct store *store = s->world->store;
	struct domain_key a;
	struct domain_key b;
	struct domain_key c;

	snapshot(s);
	a = add_active(store, 1, "a.de");
	snapshot(s);
	b = add_active(store, 2, "b.de");
	snapshot(s);
	set_active(store, &a, false);
	snapshot(s);
	c = add_active(store, 3, "a.de");
	snapshot(s);
	delete_all(store, &a);
	snapshot(s);
	set_active(store, &b, false);
	snapshot(s);
	set_active(store, &b, true);
	snapshot(s);
	delete_all(store, &c);
	snapshot(s);
	(void)add_active(store, 4, "c.de");
	snapshot(s);
}

static void
publish__replays_to_the_same_from_every_position(void **state)
{
	struct world *world = *state;
	struct snapshots *s = calloc(1, sizeof(*s));

	assert_non_null(s);
	s->world = world;
	write_history(s);
	assert_int_equal(s->count, 10);
	for (size_t i = 0; i < s->count; i++) {
		world->table = s->views[i].table;
		world->keyring = s->views[i].keyring;
		restart(world);
		settle(world);
		check_same(world);
	}
	free(s);
}

/* A position too low does no harm: what is there already is written again. */
static void
publish__replays_what_it_has_already(void **state)
{
	struct world *world = *state;
	uint64_t last;

	catch_up(world);
	for (unsigned i = 1; i <= 4; i++) {
		struct domain_key key = add_active(world->store, i, "a.de");

		set_active(world->store, &key, false);
		if (i % 2 == 0)
			delete_all(world->store, &key);
	}
	last = place_last_change(world->store);
	assert_in_range(last, 15, 40);
	for (uint64_t position = 0; position <= last; position++) {
		settle(world);
		check_same(world);
		world->table.position.change = position;
		world->keyring.position.change = position;
		restart(world);
	}
}

/* Step by step, stopping anywhere, with a restart at each change. */
static void
publish__ends_the_same_however_often_it_stops(void **state)
{
	struct world *world = *state;
	struct domain_key keys[8];

	for (unsigned i = 0; i < 8; i++) {
		keys[i] = add_active(world->store, i + 1, i % 2 == 0 ? "a.de" : "b.de");
		if (i % 3 == 0)
			catch_up(world);
		set_active(world->store, &keys[i], false);
		if (i % 3 == 1)
			restart(world);
		if (i > 1)
			delete_all(world->store, &keys[i - 2]);
		catch_up(world);
		if (i % 3 == 2)
			world->now_ms += TIMEOUT_MS;
	}
	settle(world);
	check_same(world);
}

/* ---- in steps ---- */

/* One step; what it wrote is little. */
static struct publish_progress
take_step(struct world *world)
{
	struct publish_progress progress = { .is_current = false };
	struct error err = { "" };

	world->table.puts = 0;
	world->keyring.puts = 0;
	assert_ok(publish_step(world->publish, world->now_ms, &progress, &err), &err);
	check_order(world);
	assert_in_range(world->table.puts, 0, FOLLOWER_STEP);
	/* a step may both add and remove */
	assert_in_range(world->keyring.puts, 0, 2 * FOLLOWER_STEP);
	/* whoever is not current wants to come again at once */
	assert_true(progress.is_current || progress.again_at_ms == world->now_ms);
	return progress;
}

/* Steps until the views are current, or nothing is to be done at once; how many. */
static unsigned
take_steps(struct world *world)
{
	unsigned steps = 1;

	while (!take_step(world).is_current)
		assert_in_range(++steps, 1, 100);
	return steps;
}

/* So many changes of the table, in few transactions. */
static void
switch_often(struct store *store, struct domain_key *key, unsigned times)
{
	struct error err = { "" };

	place_begin(store);
	for (unsigned i = 0; i < times; i++) {
		key->is_active = !key->is_active;
		assert_ok(store_update_key(store, key, &err), &err);
	}
	place_commit(store);
}

/* Key sets that come and go: each is four changes of the keyring. */
static void
come_and_go(struct store *store, unsigned first, unsigned count)
{
	struct store_sealed sealed[SLOT_COUNT];
	struct error err = { "" };

	place_begin(store);
	for (unsigned n = first; n < first + count; n++) {
		struct key_set set = set_of(n);

		sealed_of(n, sealed);
		assert_ok(store_insert_set(store, &set, sealed, &err), &err);
		assert_ok(store_delete_set(store, set.number, &err), &err);
	}
	place_commit(store);
}

static void
publish__takes_many_changes_in_steps(void **state)
{
	struct world *world = *state;
	struct domain_key key = add_active(world->store, 1, "example.com");

	catch_up(world);
	switch_often(world->store, &key, 3 * FOLLOWER_STEP + 1);
	/* without a commit between, a keeper that is killed would begin at the beginning */
	assert_int_equal(take_steps(world), 4);
	assert_in_range(world->table.commits, 5, 6);
	assert_int_equal(world->table.content.places, 0);
	settle(world);
	check_same(world);
}

/* A start that takes long is not taken for one that hangs: in one transaction, and over several. */
static void
publish__says_that_it_gets_on(void **state)
{
	struct world *world = *state;
	struct domain_key key = add_active(world->store, 1, "example.com");

	catch_up(world);
	world->told = 0;
	switch_often(world->store, &key, 4 * FOLLOWER_TOLD_EVERY);
	_Static_assert(4 * FOLLOWER_TOLD_EVERY < FOLLOWER_STEP_ALONE, "one transaction");
	catch_up(world);
	assert_in_range(world->told, 4, 6);
	world->told = 0;
	switch_often(world->store, &key, 2 * FOLLOWER_STEP_ALONE);
	catch_up(world);
	assert_in_range(world->told, 2 * FOLLOWER_STEP_ALONE / FOLLOWER_TOLD_EVERY, 30);
}

/* The last change is read at the first: the keyring must be there before. */
static void
publish__adds_every_key_before_a_table_of_many_changes(void **state)
{
	struct world *world = *state;
	struct domain_key old = add_active(world->store, 1, "example.com");
	struct domain_key new;

	catch_up(world);
	set_active(world->store, &old, false);
	come_and_go(world->store, 100, FOLLOWER_STEP);
	new = add_active(world->store, 2, "example.com");
	for (unsigned steps = 0; !take_step(world).is_current; steps++)
		assert_in_range(steps, 0, 20);
	assert_memory_equal(&world->table.content.place[0].list.entries[0].handle,
	    &new.set.slots[0].handle, sizeof(struct handle));
	settle(world);
	check_same(world);
}

/* Keys that are made while others wait do not wait for them. */
static void
publish__serves_changes_that_come_between_steps(void **state)
{
	struct world *world = *state;
	struct domain_key key = add_active(world->store, 1, "example.com");

	catch_up(world);
	switch_often(world->store, &key, 2 * FOLLOWER_STEP);
	for (unsigned n = 10; n < 30; n++) {
		char domain[16];

		(void)snprintf(domain, sizeof(domain), "d%u.de", n);
		(void)add_active(world->store, n, domain);
		(void)take_step(world);
		if (n % 10 == 0)
			restart(world);
	}
	assert_true(take_step(world).is_current);
	settle(world);
	check_same(world);
}

static void
publish__removes_many_keys_in_steps_after_their_time(void **state)
{
	struct world *world = *state;
	struct domain_key first = add_active(world->store, 1, "a.de");
	struct domain_key last = add_active(world->store, 2, "b.de");
	struct domain_key later = add_active(world->store, 3, "c.de");

	settle(world);
	delete_all(world->store, &first);
	come_and_go(world->store, 100, FOLLOWER_STEP);
	delete_all(world->store, &last);
	(void)take_steps(world);
	world->now_ms++;
	(void)take_step(world); /* their time begins */
	delete_all(world->store, &later);
	world->now_ms += TIMEOUT_MS + 1;
	assert_true(fake_view_has_handle(&world->keyring, &first.set.slots[0].handle));
	(void)take_step(world);
	assert_false(fake_view_has_handle(&world->keyring, &first.set.slots[0].handle));
	assert_true(fake_view_has_handle(&world->keyring, &last.set.slots[0].handle));
	for (unsigned steps = 0; take_step(world).again_at_ms <= world->now_ms; steps++)
		assert_in_range(steps, 0, 20);
	assert_false(fake_view_has_handle(&world->keyring, &last.set.slots[0].handle));
	/* it was deleted when their time was running already */
	assert_true(fake_view_has_handle(&world->keyring, &later.set.slots[0].handle));
	settle(world);
	check_same(world);
}

static void
publish__forgets_many_changes_in_steps(void **state)
{
	struct world *world = *state;
	struct domain_key key = add_active(world->store, 1, "example.com");
	uint64_t before = 0, after = 0;
	struct error err = { "" };
	unsigned steps = 0;

	catch_up(world);
	switch_often(world->store, &key, 7000);
	do {
		struct publish_progress progress = take_step(world);

		assert_ok(store_forgotten_change(world->store, &after, &err), &err);
		assert_in_range(after - before, 0, 2000);
		steps += after > before;
		before = after;
		world->again_at_ms = progress.again_at_ms;
	} while (world->again_at_ms != 0);
	assert_in_range(steps, 3, 4);
	assert_in_range(place_last_change(world->store) - after, 0, 256);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(publish__shows_an_activation_at_once),
		WORLD_TEST(publish__does_nothing_when_nothing_changed),
		WORLD_TEST(publish__keeps_a_removed_key_for_longer_than_the_vault_timeout),
		WORLD_TEST(publish__starts_the_waiting_again_with_the_keeper),
		WORLD_TEST(publish__adds_keys_while_a_removal_waits),
		WORLD_TEST(publish__makes_a_later_removal_wait_for_itself),
		WORLD_TEST(publish__goes_on_after_a_failure),
		WORLD_TEST(publish__tells_damage_of_a_view_from_damage_of_the_store),
		WORLD_TEST(publish__rebuilds_a_view_of_another_store),
		WORLD_TEST(publish__goes_on_while_a_rebuild_waits),
		WORLD_TEST(publish__rebuilds_a_view_ahead_of_the_store_or_damaged),
		WORLD_TEST(publish__rebuilds_what_the_store_has_forgotten),
		WORLD_TEST(publish__forgets_only_what_both_views_have),
		WORLD_TEST(publish__replays_to_the_same_from_every_position),
		WORLD_TEST(publish__replays_what_it_has_already),
		WORLD_TEST(publish__ends_the_same_however_often_it_stops),
		WORLD_TEST(publish__takes_many_changes_in_steps),
		WORLD_TEST(publish__says_that_it_gets_on),
		WORLD_TEST(publish__adds_every_key_before_a_table_of_many_changes),
		WORLD_TEST(publish__serves_changes_that_come_between_steps),
		WORLD_TEST(publish__removes_many_keys_in_steps_after_their_time),
		WORLD_TEST(publish__forgets_many_changes_in_steps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
