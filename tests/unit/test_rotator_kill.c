/* SPDX-License-Identifier: ISC */
/*
 * A keeper that is killed (SIGKILL) at each of its writes in turn, from the
 * activation of a delegated key through a round of its rotation to the day it
 * is gone: the one that is started after it completes what was begun, and the
 * states that were written are those of the step function.
 *
 * The keeper runs in a child of its own, on a clock of ours, with a real store
 * and real views; SQLite's own hooks say when it writes. What the lives of a
 * keeper share lies in memory that outlives them.
 */
#include "control_place.h"

#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "keeper/publisher.h"
#include "keeper/rotator.h"
#include "lifecycle/rotate.h"
#include "process/clock.h"
#include "settings/rotation_settings.h"

#define BEGIN INT64_C(1795219200)
#define EVERY_MS 20000
#define IDLE_TURNS 3
#define TURNS_MAX 5000
#define STATES_MAX 64
#define NAMES_MAX 8
#define KEYS_PER_LIFE 100
#define POINTS_MAX 400

/* When a life ends. */
enum death { DEATH_NONE, DEATH_BEFORE, DEATH_AFTER };

/* (step, retirement) as they were written, "ready", "leaving", … */
struct states {
	unsigned count;
	char words[STATES_MAX][16];
};

struct name {
	char text[256];
	size_t shown_len; /* of the record in the provider zone; 0: there is none */
};

/* What outlives the keeper. */
struct world {
	int64_t now;
	struct key_id key;
	struct states written;
	struct states pending; /* of the open transaction */
	struct name names[NAMES_MAX];
	unsigned name_count;
	unsigned lives;
	unsigned commits; /* of all lives */
	unsigned point;   /* which of them is the last of its keeper */
	enum death death;
	unsigned actions; /* what dns and the vault did */
	bool is_armed;    /* the key is there: from now on writes count */
};

static struct world *world;

/* ---- the clock ---- */

int64_t
clock_wall_s(void)
{
	return world->now;
}

int64_t
clock_monotonic_us(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t
clock_monotonic_ms(void)
{
	return clock_monotonic_us() / 1000;
}

/* ---- what SQLite tells ---- */

static void
add_state(struct states *states, const char *word)
{
	bool is_same =
	    states->count > 0 && strcmp(states->words[states->count - 1], word) == 0;

	if (is_same || states->count == STATES_MAX)
		return;
	(void)snprintf(states->words[states->count], sizeof(states->words[0]), "%s", word);
	states->count++;
}

static int
on_commit(void *context)
{
	(void)context;
	if (world->is_armed && world->death == DEATH_BEFORE && world->commits + 1 == world->point)
		(void)raise(SIGKILL);
	if (world->is_armed)
		world->commits++;
	for (unsigned i = 0; i < world->pending.count; i++)
		add_state(&world->written, world->pending.words[i]);
	world->pending.count = 0;
	return 0;
}

static void
on_rollback(void *context)
{
	(void)context;
	world->pending.count = 0;
}

/* The first statement behind the commit: it is on the disk. */
static int
on_statement(unsigned type, void *context, void *statement, void *text)
{
	(void)type;
	(void)context;
	(void)statement;
	(void)text;
	if (world->is_armed && world->death == DEATH_AFTER && world->commits == world->point)
		(void)raise(SIGKILL);
	return 0;
}

static sqlite3 *database;

static int
on_open(sqlite3 *db, const char **error, const struct sqlite3_api_routines *routines)
{
	(void)error;
	(void)routines;
	database = db;
	(void)sqlite3_commit_hook(db, on_commit, NULL);
	(void)sqlite3_rollback_hook(db, on_rollback, NULL);
	return sqlite3_trace_v2(db, SQLITE_TRACE_STMT, on_statement, NULL);
}

static void
take_state(sqlite3_context *context, int count, sqlite3_value **values)
{
	const char *retirement = (const char *)sqlite3_value_text(values[1]);
	const char *word = (const char *)sqlite3_value_text(values[0]);

	(void)context;
	(void)count;
	if (retirement != NULL)
		word = retirement;
	if (word != NULL)
		add_state(&world->pending, word);
}

static void
watch_states(void)
{
	static const char trigger[] =
	    "CREATE TEMP TRIGGER state_written AFTER UPDATE ON main.key_set BEGIN"
	    "  SELECT take_state(NEW.rotation_step, NEW.retirement); END;";

	assert_int_equal(sqlite3_create_function(
	                     database, "take_state", 2, SQLITE_UTF8, NULL, take_state, NULL, NULL),
	    SQLITE_OK);
	assert_int_equal(sqlite3_exec(database, trigger, NULL, NULL, NULL), SQLITE_OK);
}

/* ---- the provider zone ---- */

static void
on_publish(const char *name, size_t text_len)
{
	unsigned i = 0;

	world->actions++;
	while (i < world->name_count && strcmp(world->names[i].text, name) != 0)
		i++;
	assert_true(i < NAMES_MAX);
	(void)snprintf(world->names[i].text, sizeof(world->names[i].text), "%s", name);
	world->names[i].shown_len = text_len;
	if (i == world->name_count)
		world->name_count++;
}

/* ---- a life ---- */

static void
open_place(struct control_place *place, const char *directory)
{
	struct error err = { "" };

	memset(place, 0, sizeof(*place));
	(void)snprintf(place->directory, sizeof(place->directory), "%s", directory);
	control_open(place);
	place->dns_code = DNS_CODE_PUBLISHED;
	place->dns_ttl_s = 1;
	place->on_publish = on_publish;
	place->generated = ++world->lives * KEYS_PER_LIFE;
	control_set_zone(place, "example.net");
	control_set_number(place, SETTING_ROTATION_EVERY, EVERY_MS);
	watch_states();
	assert_int_equal(publisher_new(&place->keeper, &place->keeper.publisher, &err), STATUS_OK);
	if (rotator_new(&place->keeper, &place->keeper.rotator, &err) != STATUS_OK)
		fail_msg("%s", err.text);
}

static void
make_key(struct control_place *place)
{
	struct control_peer peer;
	char id[ID_TEXT_SIZE];
	char parameters[128];

	control_connect(place, true, &peer);
	control_create(&peer, "example.com", id);
	(void)snprintf(parameters, sizeof(parameters), "{\"id\":\"%s\",\"without_dns_check\":true}", id);
	control_assert_error(control_call(&peer, "ActivateKey", parameters), NULL);
	control_hang_up(&peer);
	assert_int_equal(key_id_parse(slice_from_text(id), &world->key), STATUS_OK);
}

static bool
is_round_done(struct control_place *place, const struct domain_key *key)
{
	struct store_rotation rotation;
	struct error err = { "" };

	assert_int_equal(
	    store_find_rotation(place->keeper.store, key->set.number, &rotation, &err), STATUS_OK);
	return rotation.state.step == ROTATION_READY && rotation.state.switched_at != 0;
}

/* What somebody does when it is time, and does again when it was not done. False: the key is gone. */
static bool
play_administrator(struct control_place *place)
{
	struct lifecycle_by by = { clock_wall_s(), "uid 0 (root)", "" };
	struct rotation_policy policy;
	struct lifecycle_deletion how = { .policy = &policy };
	struct store *store = place->keeper.store;
	struct domain_key key;
	struct error err = { "" };
	enum status status = store_find_key(store, &world->key, &key, &err);

	if (status == STATUS_NOT_FOUND)
		return false;
	assert_int_equal(status, STATUS_OK);
	rotation_settings_read(place->settings, &policy);
	if (key.is_active && is_round_done(place, &key))
		assert_int_equal(lifecycle_deactivate(store, &by, &key.id, &key, &err), STATUS_OK);
	else if (!key.is_active && !key.set.is_retiring)
		assert_int_equal(lifecycle_delete(store, &by, &key.id, &how, NULL, &err), STATUS_OK);
	return true;
}

static enum status
take_first(void *context, int64_t number, int64_t look_at)
{
	int64_t *next = context;

	(void)number;
	if (look_at > world->now && look_at < *next)
		*next = look_at;
	return STATUS_OK;
}

/* Nobody does anything any more: it is later. */
static void
pass_time(struct control_place *place)
{
	int64_t next = ROTATION_NEVER;
	struct error err = { "" };

	assert_int_equal(
	    store_list_rotations(place->keeper.store, 10, take_first, &next, &err), STATUS_OK);
	world->now = next != ROTATION_NEVER ? next : world->now + 1;
	publisher_wake(place->keeper.publisher);
	rotator_wake(place->keeper.rotator);
}

static unsigned
activity(const struct control_place *place)
{
	return world->commits + world->actions + place->looks + place->generated;
}

static void
live(struct control_place *place)
{
	unsigned idle = 0;

	for (int i = 0; i < TURNS_MAX && play_administrator(place); i++) {
		unsigned before = activity(place);

		control_turn(place);
		idle = activity(place) == before ? idle + 1 : 0;
		if (idle == IDLE_TURNS) {
			pass_time(place);
			idle = 0;
		}
	}
	assert_false(play_administrator(place));
}

/* True when it was killed. */
static bool
run_keeper(const char *directory, enum death death, unsigned point)
{
	int code = 0;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		static struct control_place place;

		open_place(&place, directory);
		world->death = death;
		world->point = point;
		if (world->lives == 1)
			make_key(&place);
		world->is_armed = true;
		live(&place);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &code, 0), pid);
	world->is_armed = false;
	world->pending.count = 0;
	if (WIFEXITED(code))
		assert_int_equal(WEXITSTATUS(code), 0);
	else
		assert_int_equal(WTERMSIG(code), SIGKILL);
	return WIFSIGNALED(code);
}

/* ---- what the step function says ---- */

static void
expect(struct rotation_state *state, struct rotation_facts *facts,
    const struct rotation_policy *policy, int64_t *now, struct states *states,
    enum rotation_action until)
{
	struct rotation_order order = { .action = ROTATION_WAIT };

	for (int i = 0; i < STATES_MAX && order.action != until; i++) {
		struct rotation_state before = *state;

		rotation_next(state, facts, policy, *now, &order);
		if (order.action == ROTATION_WAIT)
			*now = order.at;
		else if (order.action >= ROTATION_SWITCH)
			assert_int_equal(
			    rotation_done(&before, facts, policy, &order, ROTATION_DONE, *now, state),
			    STATUS_OK);
		add_state(states, state->retirement != ROTATION_STAYS
		        ? word_text(rotation_retirement_words, (int)state->retirement)
		        : word_text(rotation_step_words, (int)state->step));
	}
	assert_int_equal(order.action, until);
}

/* A life without failures. The keys are told apart by their digests, all the same here. */
static void
expect_states(struct states *states)
{
	static const struct rotation_policy policy = { .every_s = EVERY_MS / 1000,
		.retire_after_s = 10, .ttl_s = 1, .proof_life_s = 86400 };
	struct rotation_facts facts = { .publication = PUBLICATION_DELEGATED, .is_active = true,
		.has_key = { true, true }, .can_publish = true };
	struct rotation_state state;
	struct rotation_end end;
	int64_t now = BEGIN;

	rotation_begin(SLOT_PRIMARY, now, &state);
	add_state(states, "publishing");
	expect(&state, &facts, &policy, &now, states, ROTATION_GENERATE);
	while (state.step != ROTATION_READY)
		expect(&state, &facts, &policy, &now, states,
		    state.step == ROTATION_PUBLISHING ? ROTATION_PUBLISH : ROTATION_CHECK_DNS);
	facts.is_active = false;
	expect(&state, &facts, &policy, &now, states, ROTATION_REST);
	rotation_retire(&state, &facts, &policy, false, now, &end);
	add_state(states, "leaving");
	expect(&end.state, &facts, &policy, &now, states, ROTATION_DELETE);
}

/* ---- the tests ---- */

static void
remove_all(const char *directory)
{
	static const char *const paths[] = { "store/signetd.db", "store/signetd.db-wal",
		"store/signetd.db-shm", "table/data.mdb", "table/lock.mdb", "keyring/data.mdb",
		"keyring/lock.mdb", "control", "store", "table", "keyring", "" };
	char path[128];

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", directory, paths[i]);
		(void)remove(path);
	}
}

static void
check_end(enum death death, unsigned point)
{
	struct states expected = { .count = 0 };

	expect_states(&expected);
	for (unsigned i = 0; i < expected.count || i < world->written.count; i++) {
		const char *want = i < expected.count ? expected.words[i] : "the end";
		const char *got = i < world->written.count ? world->written.words[i] : "the end";

		if (strcmp(want, got) != 0)
			fail_msg("killed %s write %u: state %u is %s, not %s",
			    death == DEATH_BEFORE ? "before" : "after", point, i, got, want);
	}
	assert_int_equal(world->name_count, SLOT_COUNT);
	for (unsigned i = 0; i < world->name_count; i++)
		assert_int_equal(world->names[i].shown_len, 0);
}

/* From the first life on; how many writes there were. *ret_was_killed: it came as far as that. */
static unsigned
run_story(enum death death, unsigned point, bool *ret_was_killed)
{
	char directory[] = "/tmp/signetd-kill-XXXXXX";

	memset(world, 0, sizeof(*world));
	world->now = BEGIN;
	assert_non_null(mkdtemp(directory));
	assert_int_equal(chmod(directory, 0755), 0);
	*ret_was_killed = run_keeper(directory, death, point);
	if (*ret_was_killed)
		assert_false(run_keeper(directory, DEATH_NONE, 0));
	check_end(death, point);
	remove_all(directory);
	return world->commits;
}

static void
killed_at_each(enum death death)
{
	bool was_killed = true;
	unsigned point = 1;

	for (; was_killed; point++) {
		assert_true(point < POINTS_MAX);
		(void)run_story(death, point, &was_killed);
	}
	assert_true(point > 30); /* a round and an end have more writes */
	print_message("killed at %u writes\n", point - 2);
}

static void
rotator__that_is_let_live_writes_what_the_step_function_says(void **state)
{
	bool was_killed;

	(void)state;
	assert_true(run_story(DEATH_NONE, 0, &was_killed) > 30);
	assert_false(was_killed);
}

static void
rotator__killed_after_any_write_completes(void **state)
{
	(void)state;
	killed_at_each(DEATH_AFTER);
}

static void
rotator__killed_before_any_write_completes(void **state)
{
	(void)state;
	killed_at_each(DEATH_BEFORE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rotator__that_is_let_live_writes_what_the_step_function_says),
		cmocka_unit_test(rotator__killed_after_any_write_completes),
		cmocka_unit_test(rotator__killed_before_any_write_completes),
	};

	world = mmap(NULL, sizeof(*world), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (world == MAP_FAILED ||
	    sqlite3_auto_extension((void (*)(void))(void *)on_open) != SQLITE_OK)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
