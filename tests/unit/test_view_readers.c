/* SPDX-License-Identifier: ISC */
/* Readers and writers beside each other, and what the death of one does to the other. */
#include "view_place.h"

#include <dlfcn.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>

static void
say(int fd)
{
	assert_int_equal(write(fd, "x", 1), 1);
}

static void
hear(int fd)
{
	char c;

	assert_int_equal(read(fd, &c, 1), 1);
}

static void
wait_for_exit(pid_t pid)
{
	int code = -1;

	assert_int_equal(waitpid(pid, &code, 0), pid);
	assert_true(WIFEXITED(code));
	assert_int_equal(WEXITSTATUS(code), 0);
}

/* ---- in a child: it never returns into the tests, and ends with them ---- */

static void
begin_child(void)
{
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0)
		_exit(10);
}

static struct view *
child_open_writer(const struct place *place)
{
	struct view *view = NULL;

	begin_child();
	if (view_open_writer(place->directory, MAP_BYTES, &view, NULL) != STATUS_OK)
		_exit(11);
	return view;
}

static void
child_write(struct view *view, struct slice domain, unsigned n)
{
	struct match_list list = list_of(n);

	if (list_write(view, domain, &list, n) != STATUS_OK)
		_exit(12);
}

/* ---- a reader that stops inside its read transaction ---- */

static int stop_in_get = -1; /* the descriptor it speaks on before it stops */

/* Stands before LMDB's: the look-up that runs is the real one, until here. */
int mdb_get(void *txn, unsigned dbi, void *key, void *data);

int
mdb_get(void *txn, unsigned dbi, void *key, void *data)
{
	int (*real)(void *, unsigned, void *, void *);
	void *symbol = dlsym(RTLD_NEXT, "mdb_get");

	if (stop_in_get >= 0) {
		(void)!write(stop_in_get, "x", 1);
		for (;;)
			pause();
	}
	memcpy(&real, &symbol, sizeof(real));
	return real(txn, dbi, key, data);
}

/* Returns when the child is inside the transaction. Root becomes another uid. */
static pid_t
start_stopped_reader(const struct place *place, uint64_t map_bytes)
{
	int ends[2];
	pid_t pid;

	assert_int_equal(pipe(ends), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		struct view *view = NULL;
		struct match_list list;

		if (geteuid() == 0 && (setgid(OTHER_ID) != 0 || setuid(OTHER_ID) != 0))
			_exit(1);
		begin_child();
		if (view_open_reader(place->directory, map_bytes, 4, &view, NULL) != STATUS_OK)
			_exit(2);
		stop_in_get = ends[1];
		_exit(list_find(view, LIT("example.com"), &list) == STATUS_OK ? 3 : 4);
	}
	close(ends[1]);
	hear(ends[0]);
	close(ends[0]);
	return pid;
}

static void
kill_reader(pid_t pid)
{
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

/* Rewrites one entry, commit by commit: each wants fresh pages while a reader pins the old. */
static enum status
rewrite_until_full(struct view *view, unsigned times)
{
	enum status status = STATUS_OK;

	for (unsigned n = 1; n <= times && status == STATUS_OK; n++) {
		struct match_list list = list_of(n);

		status = list_write(view, LIT("example.com"), &list, n);
	}
	return status;
}

/* More commits than a small map has pages: each uses two or more. */
#define REWRITES 600

static void
view__reader_sees_commit_at_next_look(void **state)
{
	const struct place *place = *state;
	struct match_list list;
	struct view *view;
	int go[2], done[2];
	pid_t pid;

	assert_int_equal(pipe(go), 0);
	assert_int_equal(pipe(done), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		view = child_open_writer(place);
		for (unsigned n = 1; n <= 20; n++) {
			child_write(view, LIT("example.com"), n);
			say(done[1]);
			hear(go[0]);
		}
		view_close(&view);
		_exit(0);
	}
	hear(done[0]);
	view = place_open_reader(place, MAP_BYTES, 1);
	for (unsigned n = 1; n <= 20; n++) {
		char selector[16];

		(void)snprintf(selector, sizeof(selector), "sel%u", n);
		assert_int_equal(list_find(view, LIT("example.com"), &list), STATUS_OK);
		assert_string_equal(list.entries[0].selector, selector);
		say(go[1]);
		if (n < 20)
			hear(done[0]);
	}
	wait_for_exit(pid);
	view_close(&view);
}

struct looker {
	pthread_t thread;
	struct view *view;
	unsigned seed;
	unsigned bad;
	unsigned changes; /* how often another value than before was seen */
};

#define LOOKERS 8
#define LOOKS 20000
#define DOMAINS 10

static struct slice
domain_of(unsigned n, char text[32])
{
	return slice_of(text, (size_t)snprintf(text, 32, "d%u.example", n % DOMAINS));
}

static void *
look(void *argument)
{
	struct looker *looker = argument;
	char last[SELECTOR_MAX + 1] = "";
	struct match_list list;
	char text[32];

	for (unsigned n = 0; n < LOOKS; n++) {
		struct slice domain = domain_of(n + looker->seed, text);

		if (list_find(looker->view, domain, &list) != STATUS_OK || !list_is_whole(&list))
			looker->bad++;
		else if (strcmp(last, list.entries[0].selector) != 0)
			looker->changes++;
		memcpy(last, list.entries[0].selector, sizeof(last));
	}
	return NULL;
}

static void
write_for_ever(const struct place *place, int ready)
{
	struct view *view = child_open_writer(place);
	char text[32];

	for (unsigned n = 0;; n++) {
		child_write(view, domain_of(n, text), n);
		if (n == DOMAINS)
			say(ready);
	}
}

/* Fewer slots than threads: some wait for their turn. */
static void
view__lookups_beside_a_writer_see_old_or_new(void **state)
{
	struct looker lookers[LOOKERS] = { { 0 } };
	struct view *view;
	int ready[2];
	pid_t pid;

	assert_int_equal(pipe(ready), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		write_for_ever(*state, ready[1]);
	hear(ready[0]);
	view = place_open_reader(*state, MAP_BYTES, LOOKERS - 3);
	for (unsigned i = 0; i < LOOKERS; i++) {
		lookers[i] = (struct looker){ .view = view, .seed = i };
		assert_int_equal(pthread_create(&lookers[i].thread, NULL, look, &lookers[i]), 0);
	}
	for (unsigned i = 0; i < LOOKERS; i++) {
		assert_int_equal(pthread_join(lookers[i].thread, NULL), 0);
		assert_int_equal(lookers[i].bad, 0);
		assert_true(lookers[i].changes > 0);
	}
	kill_reader(pid);
	view_close(&view);
}

static void
view__writer_killed_in_the_middle_leaves_last_commit(void **state)
{
	struct match_list list;
	struct view *view;
	int ready[2];

	for (unsigned round = 0; round < 5; round++) {
		pid_t pid;

		assert_int_equal(pipe(ready), 0);
		pid = fork();
		assert_true(pid >= 0);
		if (pid == 0)
			write_for_ever(*state, ready[1]);
		hear(ready[0]);
		kill_reader(pid);
		close(ready[0]);
		close(ready[1]);
		view = place_open_writer(*state, MAP_BYTES);
		assert_int_equal(list_find(view, LIT("d0.example"), &list), STATUS_OK);
		assert_true(list_is_whole(&list));
		list_must_write(view, LIT("example.com"), round);
		view_close(&view);
	}
}

static void
view__dead_reader_of_another_uid_pins_nothing_after_reap(void **state)
{
	struct view *view = place_open_writer(*state, SMALL_MAP_BYTES);
	unsigned dead = 0;
	pid_t pid;

	if (geteuid() != 0)
		print_message("NOTE: not root, the reader has our own uid\n");
	list_must_write(view, LIT("example.com"), 0);
	pid = start_stopped_reader(*state, SMALL_MAP_BYTES);
	kill_reader(pid);
	assert_int_equal(view_reap_readers(view, &dead, NULL), STATUS_OK);
	assert_int_equal(dead, 4);
	assert_int_equal(rewrite_until_full(view, REWRITES), STATUS_OK);
	view_close(&view);
}

/* That the test before can fail: alive, the same reader fills the map. */
static void
view__living_reader_pins_until_killed(void **state)
{
	struct view *view = place_open_writer(*state, SMALL_MAP_BYTES);
	pid_t pid;

	list_must_write(view, LIT("example.com"), 0);
	pid = start_stopped_reader(*state, SMALL_MAP_BYTES);
	assert_int_equal(rewrite_until_full(view, REWRITES), STATUS_TOO_LARGE);
	kill_reader(pid);
	assert_int_equal(rewrite_until_full(view, REWRITES), STATUS_OK);
	view_close(&view);
}

/* It dies after the transaction began, so that beginning cannot have freed its slot. */
static void
view__full_map_frees_dead_readers_and_asks_to_begin_again(void **state)
{
	struct view *view = place_open_writer(*state, SMALL_MAP_BYTES);
	struct match_list list = list_of(1);
	enum status status = STATUS_OK;
	struct view_write *write = NULL;
	struct error err = { "" };
	char text[32];
	pid_t pid;

	list_must_write(view, LIT("example.com"), 0);
	pid = start_stopped_reader(*state, SMALL_MAP_BYTES);
	assert_int_equal(view_write_begin(view, &write, &err), STATUS_OK);
	kill_reader(pid);
	for (unsigned n = 0; status == STATUS_OK; n++) {
		struct slice domain =
		    slice_of(text, (size_t)snprintf(text, sizeof(text), "d%u.example", n));

		status = view_table_put(write, LIT("main"), domain, &list, &err);
	}
	assert_int_equal(status, STATUS_UNAVAILABLE);
	assert_non_null(strstr(err.text, "begin again"));
	view_write_abort(&write);
	list_must_write(view, LIT("example.com"), 2);
	view_close(&view);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		VIEW_TEST(view__reader_sees_commit_at_next_look),
		VIEW_TEST(view__lookups_beside_a_writer_see_old_or_new),
		VIEW_TEST(view__writer_killed_in_the_middle_leaves_last_commit),
		VIEW_TEST(view__dead_reader_of_another_uid_pins_nothing_after_reap),
		VIEW_TEST(view__living_reader_pins_until_killed),
		VIEW_TEST(view__full_map_frees_dead_readers_and_asks_to_begin_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
