/* SPDX-License-Identifier: ISC */
/* The store through its interface: what is written is found, and what is noted for the views. */
#include "store_place.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

/* ---- the file ---- */

static void
store__makes_a_private_file(void **state)
{
	static const char *const suffixes[] = { "", "-wal", "-shm" };
	struct store_place *place = *state;
	struct stat st;
	char path[96];

	(void)place_add_set(place->store, 1, "example.com");
	for (size_t i = 0; i < COUNT(suffixes); i++) {
		(void)snprintf(path, sizeof(path), "%s%s", place->file, suffixes[i]);
		assert_int_equal(stat(path, &st), 0);
		assert_int_equal(st.st_mode & 07777, 0600);
	}
}

static void
store__keeps_its_generation_and_no_two_share_it(void **state)
{
	struct store_place *place = *state;
	void *other_state = NULL;
	struct store_place *other;
	uint8_t first[STORE_GENERATION_SIZE];
	uint8_t second[STORE_GENERATION_SIZE];

	store_generation(place->store, first);
	store_place_reopen(place);
	store_generation(place->store, second);
	assert_memory_equal(first, second, sizeof(first));
	assert_int_equal(store_place_make(&other_state), 0);
	other = other_state;
	store_generation(other->store, second);
	assert_memory_not_equal(first, second, sizeof(first));
	assert_int_equal(store_place_remove(&other_state), 0);
}

static void
store__refuses_a_file_that_is_no_database(void **state)
{
	struct store_place *place = *state;
	struct store *store = NULL;
	struct error err = { "" };
	int fd;

	store_close(&place->store);
	fd = open(place->file, O_WRONLY | O_TRUNC | O_CLOEXEC);
	assert_true(fd >= 0);
	for (int i = 0; i < 100; i++)
		assert_int_equal(write(fd, "this is no database, not at all", 32), 32);
	assert_int_equal(close(fd), 0);
	assert_int_equal(store_open(place->directory, &store, &err), STATUS_DAMAGED);
	assert_null(store);
	assert_non_null(strstr(err.text, place->file));
}

/* As a full disk ends its shared memory: SQLite has no word for it, the system has. */
static void
store__says_what_the_system_says_of_an_io_error(void **state)
{
	struct store_place *place = *state;
	const struct rlimit none = { .rlim_cur = 0, .rlim_max = RLIM_INFINITY };
	struct rlimit before;
	struct error err = { "" };
	struct store *store = NULL;
	enum status status;

	store_close(&place->store);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	(void)signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
	status = store_open(place->directory, &store, &err);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_equal(status, STATUS_SYSTEM);
	assert_non_null(strstr(err.text, "disk I/O error: File too large"));
}

static void
store__says_where_it_cannot_be_made(void **state)
{
	struct store *store = NULL;
	struct error err = { "" };

	(void)state;
	assert_int_equal(store_open("/nonexistent/dir", &store, &err), STATUS_SYSTEM);
	assert_string_equal(err.text,
	    "/nonexistent/dir/signetd.db: cannot create it: No such file or directory");
}

static void
store__keeps_the_master_check(void **state)
{
	static const uint8_t check[STORE_CHECK_SIZE] = { 1, 2, 3 };
	struct store_place *place = *state;
	uint8_t found[STORE_CHECK_SIZE] = { 9 };
	struct error err = { "" };

	assert_int_equal(store_get_master_check(place->store, found, &err), STATUS_NOT_FOUND);
	assert_int_equal(found[0], 9);
	place_begin(place->store);
	assert_ok(store_set_master_check(place->store, check, &err), &err);
	place_commit(place->store);
	store_place_reopen(place);
	assert_ok(store_get_master_check(place->store, found, &err), &err);
	assert_memory_equal(found, check, sizeof(check));
}

/* ---- sets and keys ---- */

static void
store__finds_a_key_as_it_was_written(void **state)
{
	struct store_place *place = *state;
	struct key_set set = place_add_set(place->store, 1, "example.com");
	struct domain_key key =
	    place_add_key(place->store, 1, &set, MATCH_SUBDOMAINS_ONLY, false);
	struct domain_key found;
	struct error err = { "" };

	store_place_reopen(place);
	memset(&found, 0xaa, sizeof(found));
	assert_ok(store_find_key(place->store, &key.id, &found, &err), &err);
	assert_memory_equal(&found.id, &key.id, sizeof(key.id));
	assert_string_equal(found.org, "main");
	assert_int_equal(found.domain_match, MATCH_SUBDOMAINS_ONLY);
	assert_int_equal(found.created_at, NOW);
	assert_int_equal(found.set.number, set.number);
	assert_string_equal(found.set.domain, "example.com");
	assert_int_equal(found.set.key_bits, 2048);
	for (int i = 0; i < SLOT_COUNT; i++) {
		assert_true(found.set.slots[i].has_key);
		assert_string_equal(found.set.slots[i].selector, set.slots[i].selector);
		assert_memory_equal(&found.set.slots[i].handle, &set.slots[i].handle, ID_SIZE);
		assert_int_equal(found.set.slots[i].public_key_len, 294);
		assert_memory_equal(
		    found.set.slots[i].public_key, set.slots[i].public_key, 294);
		assert_int_equal(found.set.slots[i].dns.state, DNS_UNCHECKED);
	}
}

static void
store__keeps_a_set_of_one_slot(void **state)
{
	struct store_place *place = *state;
	struct key_set set = set_of(1);
	struct key_set found;
	struct store_sealed sealed[SLOT_COUNT];
	enum slot slot = SLOT_ALTERNATE;
	struct error err = { "" };

	sealed_of(1, sealed);
	set.slots[SLOT_ALTERNATE].has_key = false;
	place_begin(place->store);
	assert_ok(store_insert_set(place->store, &set, sealed, &err), &err);
	place_commit(place->store);
	assert_ok(store_find_set_by_handle(
		      place->store, &set.slots[SLOT_PRIMARY].handle, &found, &slot, &err),
	    &err);
	assert_int_equal(slot, SLOT_PRIMARY);
	assert_false(found.slots[SLOT_ALTERNATE].has_key);
}

static void
store__finds_a_set_by_either_handle(void **state)
{
	struct store_place *place = *state;
	struct key_set set = place_add_set(place->store, 1, "example.com");
	struct key_set found;
	enum slot slot = SLOT_PRIMARY;
	struct handle unknown = { { 42 } };
	struct error err = { "" };

	(void)place_add_set(place->store, 2, "example.com");
	assert_ok(store_find_set_by_handle(
		      place->store, &set.slots[SLOT_ALTERNATE].handle, &found, &slot, &err),
	    &err);
	assert_int_equal(slot, SLOT_ALTERNATE);
	assert_int_equal(found.number, set.number);
	assert_int_equal(store_find_set_by_handle(place->store, &unknown, &found, &slot, &err),
	    STATUS_NOT_FOUND);
}

static void
store__knows_which_selectors_are_used(void **state)
{
	struct store_place *place = *state;
	struct error err;

	(void)place_add_set(place->store, 1, "example.com");
	assert_int_equal(
	    store_find_selector(place->store, "example.com", "s1b", &err), STATUS_OK);
	assert_int_equal(
	    store_find_selector(place->store, "example.com", "s1c", &err), STATUS_NOT_FOUND);
	assert_int_equal(
	    store_find_selector(place->store, "example.org", "s1b", &err), STATUS_NOT_FOUND);
}

static void
store__updates_what_may_change(void **state)
{
	struct store_place *place = *state;
	struct key_set set = place_add_set(place->store, 1, "example.com");
	struct domain_key key = place_add_key(place->store, 1, &set, MATCH_DOMAIN_ONLY, false);
	struct domain_key found;
	struct error err = { "" };

	key.domain_match = MATCH_DOMAIN_AND_SUBDOMAINS;
	key.is_active = true;
	key.activated_at = NOW + 1;
	key.deactivated_at = NOW + 2;
	place_begin(place->store);
	assert_ok(store_update_key(place->store, &key, &err), &err);
	place_commit(place->store);
	assert_ok(store_find_key(place->store, &key.id, &found, &err), &err);
	assert_int_equal(found.domain_match, MATCH_DOMAIN_AND_SUBDOMAINS);
	assert_true(found.is_active);
	assert_int_equal(found.activated_at, NOW + 1);
	assert_int_equal(found.deactivated_at, NOW + 2);
}

static void
store__says_not_found_for_what_is_not_there(void **state)
{
	struct store_place *place = *state;
	struct key_set set = set_of(1);
	struct domain_key key = key_of(1, &set);
	struct store_sealed sealed;
	struct error err;

	assert_int_equal(store_find_key(place->store, &key.id, &key, &err), STATUS_NOT_FOUND);
	assert_int_equal(store_find_sealed(place->store, &set.slots[0].handle, &sealed, &err),
	    STATUS_NOT_FOUND);
	place_begin(place->store);
	assert_int_equal(store_update_key(place->store, &key, &err), STATUS_NOT_FOUND);
	assert_int_equal(store_delete_key(place->store, &key.id, &err), STATUS_NOT_FOUND);
	assert_int_equal(store_delete_set(place->store, 7, &err), STATUS_NOT_FOUND);
	store_rollback(place->store);
}

static void
store__deletes_a_set_only_without_keys(void **state)
{
	struct store_place *place = *state;
	struct key_set set = place_add_set(place->store, 1, "example.com");
	struct domain_key key = place_add_key(place->store, 1, &set, MATCH_DOMAIN_ONLY, false);
	struct store_sealed sealed;
	struct error err = { "" };

	place_begin(place->store);
	assert_int_equal(store_delete_set(place->store, set.number, &err), STATUS_CONFLICT);
	assert_string_equal(err.text, "the key set is still used by a record");
	/* a refused statement has done nothing, and the transaction goes on */
	assert_ok(store_find_sealed(place->store, &set.slots[0].handle, &sealed, &err), &err);
	assert_ok(store_delete_key(place->store, &key.id, &err), &err);
	assert_ok(store_delete_set(place->store, set.number, &err), &err);
	place_commit(place->store);
	assert_int_equal(store_find_sealed(place->store, &set.slots[0].handle, &sealed, &err),
	    STATUS_NOT_FOUND);
}

static void
store__counts(void **state)
{
	struct store_place *place = *state;
	struct key_set set = place_add_set(place->store, 1, "example.com");
	struct store_counts counts;
	struct error err = { "" };

	(void)place_add_set(place->store, 2, "example.org");
	(void)place_add_key(place->store, 1, &set, MATCH_DOMAIN_ONLY, true);
	(void)place_add_key(place->store, 2, &set, MATCH_SUBDOMAINS_ONLY, false);
	assert_ok(store_count(place->store, &counts, &err), &err);
	assert_int_equal(counts.keys, 2);
	assert_int_equal(counts.active_keys, 1);
	assert_int_equal(counts.sets, 2);
}

/* ---- transactions ---- */

static void
store__forgets_what_is_rolled_back(void **state)
{
	struct store_place *place = *state;
	struct key_set set = set_of(1);
	struct store_sealed sealed[SLOT_COUNT];
	struct store_counts counts;
	struct error err = { "" };

	sealed_of(1, sealed);
	place_begin(place->store);
	assert_ok(store_insert_set(place->store, &set, sealed, &err), &err);
	store_rollback(place->store);
	store_rollback(place->store);
	assert_ok(store_count(place->store, &counts, &err), &err);
	assert_int_equal(counts.sets, 0);
	assert_int_equal(place_last_change(place->store), 0);
}

static void
store__rolls_back_what_cannot_be_committed(void **state)
{
	static const struct store_audit entry = { 0, NOW, "test", "", "test", "", "", "" };
	struct store_place *place = *state;
	struct key_set set = set_of(1);
	struct store_sealed sealed[SLOT_COUNT];
	struct store_counts counts;
	struct error err = { "" };

	/* the signing slot has no key */
	sealed_of(1, sealed);
	set.slots[SLOT_PRIMARY].has_key = false;
	place_begin(place->store);
	assert_ok(store_insert_set(place->store, &set, sealed, &err), &err);
	assert_ok(store_add_audit(place->store, &entry, &err), &err);
	assert_int_equal(store_commit(place->store, &err), STATUS_CONFLICT);
	assert_ok(store_count(place->store, &counts, &err), &err);
	assert_int_equal(counts.sets, 0);
	place_begin(place->store);
	place_commit(place->store);
}

/* In a child, because it is a programmer's error. */
static void
store__insists_on_an_audit_row(void **state)
{
	struct store_place *place = *state;
	int code = 0;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		struct key_set set = set_of(1);
		struct store_sealed sealed[SLOT_COUNT];
		struct store *store = NULL;
		int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

		sealed_of(1, sealed);
		(void)dup2(null, 2);
		signal(SIGABRT, SIG_DFL);
		if (store_open(place->directory, &store, NULL) != STATUS_OK ||
		    store_begin(store, NULL) != STATUS_OK ||
		    store_insert_set(store, &set, sealed, NULL) != STATUS_OK)
			_exit(1);
		_exit(store_commit(store, NULL) == STATUS_OK ? 2 : 3);
	}
	assert_int_equal(waitpid(pid, &code, 0), pid);
	assert_true(WIFSIGNALED(code));
	assert_int_equal(WTERMSIG(code), SIGABRT);
}

static enum status
count_entry(void *context, const struct store_audit *entry)
{
	unsigned *count = context;

	assert_string_equal(entry->actor, *count == 0 ? "second" : "first");
	assert_string_equal(entry->before, "{\"a\":1}");
	(*count)++;
	return STATUS_OK;
}

static void
store__lists_the_audit_of_an_object(void **state)
{
	struct store_place *place = *state;
	struct store_audit entry = { 0, NOW, "first", "acme", "key create", "dk_1", "{\"a\":1}", "" };
	struct store_audit_filter filter = { .object = "dk_1" };
	unsigned count = 0;
	struct error err = { "" };

	place_begin(place->store);
	assert_ok(store_add_audit(place->store, &entry, &err), &err);
	entry.actor = "second";
	assert_ok(store_add_audit(place->store, &entry, &err), &err);
	entry.object = "dk_2";
	assert_ok(store_add_audit(place->store, &entry, &err), &err);
	assert_ok(store_commit(place->store, &err), &err);
	assert_ok(store_list_audit(place->store, &filter, count_entry, &count, &err), &err);
	assert_int_equal(count, 2);
}

/* ---- lists ---- */

struct seen {
	unsigned count;
	unsigned ids[64];
};

static enum status
see(void *context, const struct domain_key *key)
{
	struct seen *seen = context;

	assert_true(seen->count < COUNT(seen->ids));
	assert_true(key->set.slots[0].has_key);
	memcpy(&seen->ids[seen->count++], key->id.bytes, sizeof(unsigned));
	return STATUS_OK;
}

/* Keys 1 to 4: b.example main, a.example main (active), a.example acme, a.example main. */
static void
fill_list(struct store *store)
{
	static const struct {
		const char *domain;
		const char *org;
		bool is_active;
	} rows[] = {
		{ "b.example", "main", false },
		{ "a.example", "main", true },
		{ "a.example", "acme", true },
		{ "a.example", "main", false },
	};
	struct error err = { "" };

	for (unsigned i = 0; i < COUNT(rows); i++) {
		struct key_set set = place_add_set(store, i + 1, rows[i].domain);
		struct domain_key key = key_of(i + 1, &set);

		(void)snprintf(key.org, sizeof(key.org), "%s", rows[i].org);
		key.is_active = rows[i].is_active;
		place_begin(store);
		assert_ok(store_insert_key(store, &key, &err), &err);
		place_commit(store);
	}
}

static void
store__lists_keys_in_order_and_by_filter(void **state)
{
	static const struct {
		struct store_filter filter;
		unsigned count;
		unsigned ids[4];
	} cases[] = {
		{ { 0 }, 4, { 3, 2, 4, 1 } },
		{ { .org = "main" }, 3, { 2, 4, 1 } },
		{ { .domain = "a.example" }, 3, { 3, 2, 4 } },
		{ { .org = "main", .domain = "a.example" }, 2, { 2, 4 } },
		{ { .only_active = true }, 2, { 3, 2 } },
		{ { .set_number = 4 }, 1, { 4 } },
		{ { .limit = 2 }, 2, { 3, 2 } },
		{ { .org = "main", .domain = "a.example", .set_number = 2, .only_active = true,
		      .limit = 9 },
		    1, { 2 } },
		{ { .org = "nobody" }, 0, { 0 } },
	};
	struct store_place *place = *state;
	struct error err = { "" };

	fill_list(place->store);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct seen seen = { 0 };

		assert_ok(store_list_keys(place->store, &cases[i].filter, see, &seen, &err), &err);
		assert_int_equal(seen.count, cases[i].count);
		assert_memory_equal(seen.ids, cases[i].ids, seen.count * sizeof(unsigned));
	}
}

static void
store__lists_pages_without_gap_or_double(void **state)
{
	static const unsigned order[] = { 3, 2, 4, 1 };
	struct store_place *place = *state;
	struct domain_key last;
	struct key_set none = { 0 };
	struct error err = { "" };

	fill_list(place->store);
	for (unsigned i = 0; i < COUNT(order); i++) {
		struct store_filter filter = { .limit = 1, .after = i > 0 ? &last.id : NULL };
		struct seen seen = { 0 };

		assert_ok(store_list_keys(place->store, &filter, see, &seen, &err), &err);
		assert_int_equal(seen.count, 1);
		assert_int_equal(seen.ids[0], order[i]);
		last = key_of(order[i], &none);
	}
}

static void
store__does_not_end_a_list_silently(void **state)
{
	struct store_place *place = *state;
	struct key_set none = { 0 };
	struct domain_key gone = key_of(99, &none);
	struct store_filter filter = { .after = &gone.id };
	struct seen seen = { 0 };
	struct error err = { "" };

	fill_list(place->store);
	assert_int_equal(
	    store_list_keys(place->store, &filter, see, &seen, &err), STATUS_NOT_FOUND);
	assert_non_null(strstr(err.text, "gone"));
}

static enum status
stop(void *context, const struct domain_key *key)
{
	unsigned *count = context;

	(void)key;
	(*count)++;
	return STATUS_REFUSED;
}

static void
store__ends_a_list_when_the_visitor_says_so(void **state)
{
	struct store_place *place = *state;
	struct store_filter filter = { 0 };
	unsigned count = 0;

	fill_list(place->store);
	assert_int_equal(
	    store_list_keys(place->store, &filter, stop, &count, NULL), STATUS_REFUSED);
	assert_int_equal(count, 1);
}

/* ---- changes ---- */

struct log {
	unsigned count;
	struct store_change changes[32];
};

static enum status
note(void *context, const struct store_change *change)
{
	struct log *log = context;

	assert_true(log->count < COUNT(log->changes));
	log->changes[log->count++] = *change;
	return STATUS_OK;
}

static struct log
changes_after(struct store *store, enum store_change_kind kind, uint64_t after)
{
	struct log log = { 0 };
	struct error err = { "" };

	assert_ok(store_list_changes(store, kind, after, 100, note, &log, &err), &err);
	return log;
}

static void
store__notes_both_handles_of_a_set(void **state)
{
	struct store_place *place = *state;
	struct key_set set = place_add_set(place->store, 1, "example.com");
	struct log log = changes_after(place->store, STORE_CHANGE_KEYRING, 0);

	assert_int_equal(log.count, 2);
	for (int i = 0; i < SLOT_COUNT; i++) {
		assert_int_equal(log.changes[i].number, i + 1);
		assert_memory_equal(&log.changes[i].handle, &set.slots[i].handle, ID_SIZE);
	}
	assert_int_equal(changes_after(place->store, STORE_CHANGE_TABLE, 0).count, 0);
}

static void
store__notes_the_place_of_what_signing_sees(void **state)
{
	static const struct {
		bool was_active;
		bool is_active;
		enum domain_match match;
		unsigned count;
	} cases[] = {
		{ false, false, MATCH_SUBDOMAINS_ONLY, 0 },
		{ false, true, MATCH_DOMAIN_ONLY, 1 },
		{ true, false, MATCH_DOMAIN_ONLY, 1 },
		{ true, true, MATCH_SUBDOMAINS_ONLY, 1 },
	};
	struct store_place *place = *state;
	struct error err = { "" };

	for (unsigned i = 0; i < COUNT(cases); i++) {
		struct key_set set = place_add_set(place->store, i + 1, i % 2 ? "a.de" : "b.de");
		struct domain_key key = place_add_key(place->store, i + 1, &set,
		    i < 2 ? MATCH_DOMAIN_ONLY : MATCH_DOMAIN_AND_SUBDOMAINS, cases[i].was_active);
		uint64_t before = place_last_change(place->store);
		struct log log;

		key.domain_match = cases[i].match;
		key.is_active = cases[i].is_active;
		place_begin(place->store);
		assert_ok(store_update_key(place->store, &key, &err), &err);
		place_commit(place->store);
		log = changes_after(place->store, STORE_CHANGE_TABLE, before);
		assert_int_equal(log.count, cases[i].count);
		if (log.count > 0) {
			assert_string_equal(log.changes[0].domain, set.domain);
			assert_string_equal(log.changes[0].org, "main");
		}
	}
}

static void
store__notes_the_handles_of_a_deleted_set(void **state)
{
	struct store_place *place = *state;
	struct key_set set = place_add_set(place->store, 1, "example.com");
	uint64_t before = place_last_change(place->store);
	struct error err = { "" };

	place_begin(place->store);
	assert_ok(store_delete_set(place->store, set.number, &err), &err);
	place_commit(place->store);
	assert_int_equal(changes_after(place->store, STORE_CHANGE_KEYRING, before).count, 2);
}

static void
store__never_gives_a_number_twice(void **state)
{
	struct store_place *place = *state;
	uint64_t last;
	uint64_t forgotten = 99;
	struct error err = { "" };

	assert_ok(store_forgotten_change(place->store, &forgotten, &err), &err);
	assert_int_equal(forgotten, 0);
	(void)place_add_set(place->store, 1, "example.com");
	last = place_last_change(place->store);
	assert_int_equal(last, 2);
	assert_ok(store_forget_changes(place->store, last, &err), &err);
	store_place_reopen(place);
	assert_int_equal(place_last_change(place->store), last);
	assert_ok(store_forgotten_change(place->store, &forgotten, &err), &err);
	assert_int_equal(forgotten, last);
	assert_int_equal(changes_after(place->store, STORE_CHANGE_KEYRING, 0).count, 0);
	(void)place_add_set(place->store, 2, "example.com");
	assert_int_equal(place_last_change(place->store), last + 2);
	assert_int_equal(
	    changes_after(place->store, STORE_CHANGE_KEYRING, 0).changes[0].number, last + 1);
}

static void
store__tells_the_present_truth_of_a_place(void **state)
{
	struct store_place *place = *state;
	struct key_set rsa = place_add_set(place->store, 1, "example.com");
	struct match_list list;
	struct error err = { "" };

	(void)place_add_key(place->store, 1, &rsa, MATCH_DOMAIN_ONLY, true);
	(void)place_add_key(place->store, 2, &rsa, MATCH_SUBDOMAINS_ONLY, false);
	assert_ok(store_active_at(place->store, "main", "example.com", &list, &err), &err);
	assert_int_equal(list.count, 1);
	assert_int_equal(list.entries[0].algorithm, ALGORITHM_RSA_SHA256);
	assert_int_equal(list.entries[0].domain_match, MATCH_DOMAIN_ONLY);
	assert_string_equal(list.entries[0].selector, "s1a");
	assert_memory_equal(&list.entries[0].handle, &rsa.slots[0].handle, ID_SIZE);
	assert_ok(store_active_at(place->store, "acme", "example.com", &list, &err), &err);
	assert_int_equal(list.count, 0);
}

/* The name's tails, of which the organizations have keys at some. */
#define DEEP "a.b.bb.example.com"

static void
store__knows_at_which_domains_above_there_are_keys(void **state)
{
	struct store_place *place = *state;
	struct key_set sets[] = {
		place_add_set(place->store, 1, "example.com"),
		place_add_set(place->store, 2, DEEP),
		place_add_set(place->store, 3, "x.b.bb.example.com"), /* as long as DEEP */
		place_add_set(place->store, 4, "b.example.com"),      /* no tail */
	};
	struct store_above above;
	struct error err = { "" };

	for (unsigned i = 0; i < 4; i++)
		(void)place_add_key(place->store, i + 1, &sets[i], MATCH_DOMAIN_ONLY, i % 2 == 0);
	assert_ok(store_keys_above(place->store, "main", DEEP, &above, &err), &err);
	for (size_t len = 0; len <= DOMAIN_MAX; len++)
		assert_int_equal(above.has_keys[len], len == strlen("example.com") || len == strlen(DEEP));
	assert_ok(store_keys_above(place->store, "main", "bb.example.com", &above, &err), &err);
	for (size_t len = 0; len <= DOMAIN_MAX; len++)
		assert_int_equal(above.has_keys[len], len == strlen("example.com"));
	assert_ok(store_keys_above(place->store, "acme", DEEP, &above, &err), &err);
	for (size_t len = 0; len <= DOMAIN_MAX; len++)
		assert_false(above.has_keys[len]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(store__makes_a_private_file),
		STORE_TEST(store__keeps_its_generation_and_no_two_share_it),
		STORE_TEST(store__refuses_a_file_that_is_no_database),
		STORE_TEST(store__says_what_the_system_says_of_an_io_error),
		STORE_TEST(store__says_where_it_cannot_be_made),
		STORE_TEST(store__keeps_the_master_check),
		STORE_TEST(store__finds_a_key_as_it_was_written),
		STORE_TEST(store__keeps_a_set_of_one_slot),
		STORE_TEST(store__finds_a_set_by_either_handle),
		STORE_TEST(store__knows_which_selectors_are_used),
		STORE_TEST(store__updates_what_may_change),
		STORE_TEST(store__says_not_found_for_what_is_not_there),
		STORE_TEST(store__deletes_a_set_only_without_keys),
		STORE_TEST(store__counts),
		STORE_TEST(store__forgets_what_is_rolled_back),
		STORE_TEST(store__rolls_back_what_cannot_be_committed),
		STORE_TEST(store__insists_on_an_audit_row),
		STORE_TEST(store__lists_the_audit_of_an_object),
		STORE_TEST(store__lists_keys_in_order_and_by_filter),
		STORE_TEST(store__lists_pages_without_gap_or_double),
		STORE_TEST(store__does_not_end_a_list_silently),
		STORE_TEST(store__ends_a_list_when_the_visitor_says_so),
		STORE_TEST(store__notes_both_handles_of_a_set),
		STORE_TEST(store__notes_the_place_of_what_signing_sees),
		STORE_TEST(store__notes_the_handles_of_a_deleted_set),
		STORE_TEST(store__never_gives_a_number_twice),
		STORE_TEST(store__tells_the_present_truth_of_a_place),
		STORE_TEST(store__knows_at_which_domains_above_there_are_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
