/* SPDX-License-Identifier: ISC */
/*
 * The writer is killed (SIGKILL) before each of its statements in turn: what
 * is found afterwards is all of the transaction or nothing of it.
 */
#include "store_place.h"

#include <signal.h>
#include <sys/wait.h>

/* The writer's statements; it dies before number `last`. */
struct script {
	int step;
	int last;
};

static void
step(struct script *script)
{
	if (script->step++ == script->last)
		(void)raise(SIGKILL);
}

static void
must(enum status status)
{
	if (status != STATUS_OK)
		_exit(3);
}

/* A new set and its active key, in place of the key that was active. */
static void
write_all(struct store *store, struct domain_key *old, struct script *script)
{
	static const struct store_audit entry = { 0, NOW, "test", "", "test", "", "", "" };
	struct key_set set = set_of(2);
	struct store_sealed sealed[SLOT_COUNT];
	struct domain_key key;

	sealed_of(2, sealed);
	step(script);
	must(store_begin(store, NULL));
	step(script);
	must(store_insert_set(store, &set, sealed, NULL));
	step(script);
	old->is_active = false;
	must(store_update_key(store, old, NULL));
	step(script);
	key = key_of(2, &set);
	key.is_active = true;
	must(store_insert_key(store, &key, NULL));
	step(script);
	must(store_add_audit(store, &entry, NULL));
	step(script);
	must(store_commit(store, NULL));
	step(script);
}

#define STEPS 7

/* Runs the writer in a child; true when it was killed. */
static bool
run_writer(const struct store_place *place, struct domain_key *old, int last)
{
	struct script script = { 0, last };
	struct store *store = NULL;
	int code = 0;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		must(store_open(place->directory, &store, NULL));
		write_all(store, old, &script);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &code, 0), pid);
	if (WIFEXITED(code))
		assert_int_equal(WEXITSTATUS(code), 0);
	else
		assert_int_equal(WTERMSIG(code), SIGKILL);
	return WIFSIGNALED(code);
}

static void
check_found(const struct store_place *place, const struct domain_key *old, bool is_done)
{
	struct store_counts counts;
	struct match_list list;
	struct error err = { "" };

	assert_ok(store_count(place->store, &counts, &err), &err);
	assert_int_equal(counts.sets, is_done ? 2 : 1);
	assert_int_equal(counts.keys, is_done ? 2 : 1);
	assert_ok(store_active_at(place->store, "main", "example.com", &list, &err), &err);
	assert_int_equal(list.count, 1);
	assert_string_equal(list.entries[0].selector, is_done ? "s2a" : "s1a");
	if (!is_done)
		assert_memory_equal(&list.entries[0].id, &old->id, sizeof(old->id));
	/* set 1: two handles and an activation; the writer: two handles and two at the place */
	assert_int_equal(place_last_change(place->store), is_done ? 7 : 3);
}

static void
crash__leaves_all_or_nothing(void **state)
{
	(void)state;
	for (int last = 0; last < STEPS; last++) {
		void *at = NULL;
		struct store_place *place;
		struct domain_key old;
		struct key_set set;

		assert_int_equal(store_place_make(&at), 0);
		place = at;
		set = place_add_set(place->store, 1, "example.com");
		old = place_add_key(place->store, 1, &set, MATCH_DOMAIN_ONLY, true);
		/* a SQLite handle must not cross a fork */
		store_close(&place->store);
		assert_true(run_writer(place, &old, last));
		store_place_reopen(place);
		check_found(place, &old, last == STEPS - 1);
		assert_int_equal(store_place_remove(&at), 0);
	}
}

static void
crash__the_writer_gets_through_when_it_is_let(void **state)
{
	struct store_place *place = *state;
	struct key_set set = place_add_set(place->store, 1, "example.com");
	struct domain_key old = place_add_key(place->store, 1, &set, MATCH_DOMAIN_ONLY, true);

	store_close(&place->store);
	assert_false(run_writer(place, &old, STEPS));
	store_place_reopen(place);
	check_found(place, &old, true);
}

/* Killed while the file is made: the next start makes it. */
static void
crash__of_the_first_start_is_made_good(void **state)
{
	struct store_place *place = *state;
	int code = 0;
	pid_t pid;

	store_close(&place->store);
	assert_int_equal(truncate(place->file, 0), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		struct store *store = NULL;

		must(store_open(place->directory, &store, NULL));
		(void)raise(SIGKILL);
	}
	assert_int_equal(waitpid(pid, &code, 0), pid);
	assert_true(WIFSIGNALED(code));
	store_place_reopen(place);
	(void)place_add_set(place->store, 1, "example.com");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(crash__leaves_all_or_nothing),
		STORE_TEST(crash__the_writer_gets_through_when_it_is_let),
		STORE_TEST(crash__of_the_first_start_is_made_good),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
