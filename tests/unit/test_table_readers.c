/* SPDX-License-Identifier: ISC */
/*
 * A hundred thousand domains looked up while the keeper changes them. The
 * readers are processes with threads, as milters are, and look at the table
 * and then at the keyring; the writer takes records through their lives in the
 * store and lets the views follow. A domain's life is a row of states known
 * beforehand; the writer tells which it has begun and which it has answered,
 * so that of each look is known what it may have seen:
 *
 *   the last state answered before the look … the last state begun after it
 *
 * Nothing here depends on speed: the time a removed key has to wait in the
 * keyring is over when every reader has ended the look it was in.
 *
 * The sealed keys are no keys: octets made of the handle, written into the
 * store with the record.
 */
#include "table_place.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>

#include "keys/match.h"

#define DOMAINS_MAX 100000
#define DOMAINS_SANITIZED 2000
#define STILL 4 /* each fourth domain never changes */
#define BUSY 64 /* the second of so many changes all the time */
#define BATCHES 200 /* that take all domains together */
#define BATCH_MAX (DOMAINS_MAX / BATCHES)
#define ROUNDS 200 /* of a batch each */

#define READERS 3
#define THREADS 2
#define LOOKS_AT_ONCE 256 /* by the first thread of each process the last of them is slow */
#define KILLS 4

#define SEALED_LEN 94 /* as of an Ed25519 key */

struct life {
	atomic_uint begun; /* the last state that may be seen */
	atomic_uint done;  /* the first state that may be seen */
};

struct shared {
	unsigned domains;
	atomic_bool is_over;
	atomic_uint published;   /* how often the views have followed */
	atomic_bool is_awaiting; /* that every look under way ends */
	atomic_uint looks[READERS][THREADS]; /* ended so far */
	atomic_uint found;
	atomic_uint missed;
	atomic_uint grown_kb[READERS]; /* private memory, from when it was warm to the end */
	atomic_bool is_wrong;
	char wrong[400];
	struct life lives[DOMAINS_MAX];
};

/* ---- the life of a domain ---- */

/* With PHASE_NEW another key set takes the place of the one before, in one transaction. */
enum phase { PHASE_NEW, PHASE_BOTH, PHASE_SUBS, PHASE_OFF, PHASE_BACK, PHASES };

static const struct {
	bool is_active;
	enum domain_match match;
} phases[PHASES] = {
	[PHASE_NEW] = { true, MATCH_DOMAIN_ONLY },
	[PHASE_BOTH] = { true, MATCH_DOMAIN_AND_SUBDOMAINS },
	[PHASE_SUBS] = { true, MATCH_SUBDOMAINS_ONLY },
	[PHASE_OFF] = { false, MATCH_SUBDOMAINS_ONLY },
	[PHASE_BACK] = { true, MATCH_DOMAIN_AND_SUBDOMAINS },
};

static enum phase
phase_of(unsigned state)
{
	return (enum phase)(state % PHASES);
}

static unsigned
key_number(unsigned state)
{
	return state / PHASES;
}

static void
print_domain(unsigned n, char text[64])
{
	(void)snprintf(text, 64, "d%u.example.com", n);
}

static void
print_selector(unsigned n, unsigned number, char text[SELECTOR_MAX + 1])
{
	(void)snprintf(text, SELECTOR_MAX + 1, "s%u-%u", n, number);
}

static enum algorithm
algorithm_of(unsigned n)
{
	return n % 2 == 0 ? ALGORITHM_ED25519_SHA256 : ALGORITHM_RSA_SHA256;
}

/* Scattered, as random ones are. */
static struct handle
handle_of(unsigned n, unsigned number)
{
	uint32_t parts[4] = { n * 2654435761U, number * 2246822519U, n, number };
	struct handle handle;

	memcpy(handle.bytes, parts, sizeof(handle.bytes));
	return handle;
}

static struct key_id
id_of(unsigned n, unsigned number)
{
	uint32_t parts[4] = { n * 3266489917U, number, n, 0xdd };
	struct key_id id;

	memcpy(id.bytes, parts, sizeof(id.bytes));
	return id;
}

static void
sealed_for(const struct handle *handle, uint8_t ret_sealed[SEALED_LEN])
{
	for (size_t i = 0; i < SEALED_LEN; i++)
		ret_sealed[i] = (uint8_t)(handle->bytes[i % ID_SIZE] ^ i);
}

/* ---- readers: in children, which tell what is wrong and never assert ---- */

struct reader {
	struct shared *shared;
	struct view *table;
	struct view *keyring;
	unsigned number;
};

struct looker {
	pthread_t thread;
	const struct reader *reader;
	unsigned number;
	uint32_t seed;
};

static void
say_wrong(struct shared *shared, const char *what, unsigned n, unsigned from, unsigned until)
{
	bool is_first = !atomic_exchange(&shared->is_wrong, true);

	if (is_first)
		(void)snprintf(shared->wrong, sizeof(shared->wrong),
		    "%s: domain %u, answered state %u, begun state %u", what, n, from, until);
	atomic_store(&shared->is_over, true);
}

static enum status
find_in_view(void *context, struct slice org, struct slice domain, struct match_list *ret_list)
{
	return view_table_find(context, org, domain, ret_list);
}

static bool
is_key_of(const struct match_choice *choice, unsigned n, unsigned state)
{
	struct handle handle = handle_of(n, key_number(state));
	struct key_id id = id_of(n, key_number(state));
	char selector[SELECTOR_MAX + 1];
	char domain[64];

	print_selector(n, key_number(state), selector);
	print_domain(n, domain);
	return choice->entry.domain_match == phases[phase_of(state)].match &&
	    choice->entry.algorithm == algorithm_of(n) &&
	    memcmp(&choice->entry.handle, &handle, sizeof(handle)) == 0 &&
	    memcmp(&choice->entry.id, &id, sizeof(id)) == 0 &&
	    strcmp(choice->entry.selector, selector) == 0 && strcmp(choice->domain, domain) == 0;
}

/* Is this what a look at, or below, the domain sees in a state? */
static bool
is_seen_in(const struct match_choices *choices, unsigned n, unsigned state, bool is_below)
{
	enum phase phase = phase_of(state);
	unsigned senders = is_below ? MATCH_SUBDOMAINS_ONLY : MATCH_DOMAIN_ONLY;

	if (!phases[phase].is_active || ((unsigned)phases[phase].match & senders) == 0)
		return choices->count == 0;
	return choices->count == 1 && is_key_of(&choices->choices[0], n, state);
}

static bool
is_possible(const struct match_choices *choices, unsigned n, unsigned from, unsigned until,
    bool is_below)
{
	for (unsigned state = from; state <= until; state++) {
		if (is_seen_in(choices, n, state, is_below))
			return true;
	}
	return false;
}

/* As the vault would, right after. */
static bool
is_in_keyring(struct view *keyring, const struct handle *handle)
{
	uint8_t sealed[SEALED_MAX];
	uint8_t wanted[SEALED_LEN];
	size_t len = 0;

	sealed_for(handle, wanted);
	return view_keyring_find(keyring, handle, sealed, &len) == STATUS_OK &&
	    len == SEALED_LEN && memcmp(sealed, wanted, len) == 0;
}

static void
rest(long milliseconds)
{
	const struct timespec while_ = { .tv_nsec = milliseconds * 1000000 };

	(void)nanosleep(&while_, NULL);
}

/*
 * A message may take its time between the choice of its key and its signature.
 * Here it is long enough for a removal to be made too early.
 */
static void
dawdle(const struct shared *shared)
{
	unsigned published = atomic_load(&shared->published);

	while (atomic_load(&shared->published) - published < 3 &&
	    !atomic_load(&shared->is_awaiting) && !atomic_load(&shared->is_over))
		rest(1);
}

static void
look_once(const struct reader *reader, unsigned n, bool is_below, bool is_slow)
{
	struct shared *shared = reader->shared;
	struct match_source source = { find_in_view, reader->table };
	struct match_choices choices = { .count = 0 };
	char domain[64], sender[80];
	unsigned from, until;
	enum status status;

	print_domain(n, domain);
	(void)snprintf(sender, sizeof(sender), "%s%s", is_below ? "mail." : "", domain);
	from = atomic_load(&shared->lives[n].done);
	status = match_find(&source, LIT("main"), slice_from_text(sender), &choices);
	until = atomic_load(&shared->lives[n].begun);
	if (status != STATUS_OK && status != STATUS_NOT_FOUND)
		say_wrong(shared, status_name(status), n, from, until);
	else if (!is_possible(&choices, n, from, until, is_below))
		say_wrong(shared, choices.count == 0 ? "not found" : "found what cannot be", n, from,
		    until);
	if (is_slow)
		dawdle(shared);
	if (choices.count > 0 && !is_in_keyring(reader->keyring, &choices.choices[0].entry.handle))
		say_wrong(shared, "not in the keyring", n, from, until);
	atomic_fetch_add(choices.count > 0 ? &shared->found : &shared->missed, 1);
}

static unsigned
draw_domain(const struct shared *shared, uint32_t *seed, bool is_busy)
{
	*seed = *seed * 1664525U + 1013904223U;
	return is_busy ? (*seed >> 8) % (shared->domains / BUSY) * BUSY + 1
		       : (*seed >> 8) % shared->domains;
}

static void *
look(void *argument)
{
	struct looker *looker = argument;
	const struct reader *reader = looker->reader;
	struct shared *shared = reader->shared;

	while (!atomic_load(&shared->is_over)) {
		for (unsigned i = 0; i < LOOKS_AT_ONCE; i++) {
			unsigned n = draw_domain(shared, &looker->seed, i % 2 != 0);

			look_once(reader, n, (looker->seed >> 7) % 2 == 0,
			    looker->number == 0 && i == LOOKS_AT_ONCE - 1);
			atomic_fetch_add(&shared->looks[reader->number][looker->number], 1);
		}
		rest(1);
	}
	return NULL;
}

static unsigned
private_kb(void)
{
	FILE *file = fopen("/proc/self/status", "re");
	char line[128];
	unsigned kb = 0;

	while (file != NULL && fgets(line, sizeof(line), file) != NULL) {
		if (strncmp(line, "RssAnon:", 8) == 0)
			kb = (unsigned)strtoul(line + 8, NULL, 10);
	}
	if (file != NULL)
		(void)fclose(file);
	return kb;
}

static void
wait_until_warm(const struct reader *reader)
{
	struct shared *shared = reader->shared;

	for (unsigned i = 0; i < THREADS; i++) {
		while (atomic_load(&shared->looks[reader->number][i]) < 10 * LOOKS_AT_ONCE &&
		    !atomic_load(&shared->is_over))
			rest(1);
	}
}

static _Noreturn void
read_to_the_end(struct reader *reader, uint32_t seed)
{
	struct looker lookers[THREADS];
	unsigned warm_kb, end_kb;

	for (unsigned i = 0; i < THREADS; i++) {
		lookers[i] = (struct looker){ .reader = reader, .number = i, .seed = seed * 31 + i };
		if (pthread_create(&lookers[i].thread, NULL, look, &lookers[i]) != 0)
			_exit(3);
	}
	wait_until_warm(reader);
	warm_kb = private_kb();
	for (unsigned i = 0; i < THREADS; i++)
		(void)pthread_join(lookers[i].thread, NULL);
	end_kb = private_kb();
	atomic_store(&reader->shared->grown_kb[reader->number], end_kb > warm_kb ? end_kb - warm_kb : 0);
	view_close(&reader->table);
	view_close(&reader->keyring);
	_exit(0);
}

/* Fewer slots than threads: sometimes one waits for the other. */
static pid_t
start_reader(const struct table_place *place, struct shared *shared, unsigned number, uint32_t seed)
{
	struct reader reader = { .shared = shared, .number = number };
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid > 0)
		return pid;
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 ||
	    view_open_reader(place->table_place->directory, TABLE_MAP_BYTES, THREADS - 1,
	        &reader.table, NULL) != STATUS_OK ||
	    view_open_reader(place->keyring_place->directory, TABLE_MAP_BYTES, THREADS - 1,
	        &reader.keyring, NULL) != STATUS_OK)
		_exit(2);
	read_to_the_end(&reader, seed);
}

/* ---- the writer ---- */

struct writer {
	struct table_place *place;
	struct shared *shared;
	pid_t readers[READERS];
	uint32_t seed;
	int64_t sets[DOMAINS_MAX];
	bool in_batch[DOMAINS_MAX];
	unsigned batch[BATCH_MAX];
	unsigned batch_size;
	unsigned killed;
};

static struct domain_key
key_in(unsigned n, unsigned state)
{
	struct domain_key key = { .id = id_of(n, key_number(state)), .org = "main",
		.domain_match = phases[phase_of(state)].match, .is_active = phases[phase_of(state)].is_active,
		.created_at = NOW };
	struct key_slot *slot = &key.set.slots[SLOT_PRIMARY];

	memcpy(key.set.owner_org, "main", 5);
	print_domain(n, key.set.domain);
	key.set.algorithm = algorithm_of(n);
	key.set.key_bits = key.set.algorithm == ALGORITHM_RSA_SHA256 ? 2048 : 256;
	key.set.publication = PUBLICATION_DIRECT;
	key.set.publish_state = PUBLISH_IN_PROGRESS;
	key.set.created_at = NOW;
	slot->has_key = true;
	print_selector(n, key_number(state), slot->selector);
	slot->handle = handle_of(n, key_number(state));
	slot->public_key_len = 32;
	slot->dns.state = DNS_UNCHECKED;
	return key;
}

static void
insert(struct writer *w, unsigned n, unsigned state)
{
	struct domain_key key = key_in(n, state);
	struct store_sealed sealed[SLOT_COUNT] = { { .len = SEALED_LEN } };
	struct error err = { "" };

	sealed_for(&key.set.slots[SLOT_PRIMARY].handle, sealed[SLOT_PRIMARY].bytes);
	assert_ok(store_insert_set(w->place->store, &key.set, sealed, &err), &err);
	assert_ok(store_insert_key(w->place->store, &key, &err), &err);
	w->sets[n] = key.set.number;
}

static void
change(struct writer *w, unsigned n, unsigned state)
{
	struct domain_key key = key_in(n, state);
	struct error err = { "" };

	if (phase_of(state) != PHASE_NEW) {
		assert_ok(store_update_key(w->place->store, &key, &err), &err);
		return;
	}
	key = key_in(n, state - 1);
	assert_ok(store_delete_key(w->place->store, &key.id, &err), &err);
	assert_ok(store_delete_set(w->place->store, w->sets[n], &err), &err);
	insert(w, n, state);
}

static void
draw_batch(struct writer *w)
{
	for (unsigned i = 0; i < w->batch_size;) {
		unsigned n = draw_domain(w->shared, &w->seed, i % 2 != 0);

		if (n % STILL == 0 || w->in_batch[n])
			continue;
		w->in_batch[n] = true;
		w->batch[i++] = n;
	}
}

static void
change_batch(struct writer *w)
{
	draw_batch(w);
	place_begin(w->place->store);
	for (unsigned i = 0; i < w->batch_size; i++) {
		unsigned n = w->batch[i];

		change(w, n, atomic_fetch_add(&w->shared->lives[n].begun, 1) + 1);
	}
	place_commit(w->place->store);
	table_place_publish(w->place);
	atomic_fetch_add(&w->shared->published, 1);
	for (unsigned i = 0; i < w->batch_size; i++) {
		atomic_fetch_add(&w->shared->lives[w->batch[i]].done, 1);
		w->in_batch[w->batch[i]] = false;
	}
}

/* Until each look that is under way has ended. */
static void
wait_for_readers(struct writer *w)
{
	struct shared *shared = w->shared;

	atomic_store(&shared->is_awaiting, true);
	for (unsigned i = 0; i < READERS; i++) {
		for (unsigned j = 0; j < THREADS; j++) {
			unsigned ended = atomic_load(&shared->looks[i][j]);

			while (atomic_load(&shared->looks[i][j]) == ended && !atomic_load(&shared->is_over)) {
				assert_int_equal(waitpid(w->readers[i], NULL, WNOHANG), 0);
				rest(1);
			}
		}
	}
	atomic_store(&shared->is_awaiting, false);
}

/* The waiting of removed keys begins, is waited for by those it protects, and is over. */
static void
let_removals_be_made(struct writer *w)
{
	struct table_place *place = w->place;

	table_place_publish(place);
	wait_for_readers(w);
	place->now_ms += TABLE_TIMEOUT_MS + 1;
	table_place_publish(place);
}

/* In the middle of whatever it does; its slots are free before the next one comes. */
static void
replace_reader(struct writer *w)
{
	unsigned i = w->killed++ % READERS;
	unsigned reaped = 0;
	struct error err = { "" };

	assert_int_equal(kill(w->readers[i], SIGKILL), 0);
	assert_int_equal(waitpid(w->readers[i], NULL, 0), w->readers[i]);
	assert_ok(view_reap_readers(w->place->table, &reaped, &err), &err);
	assert_int_equal(reaped, THREADS - 1);
	assert_ok(view_reap_readers(w->place->keyring, &reaped, &err), &err);
	assert_int_equal(reaped, THREADS - 1);
	w->readers[i] = start_reader(w->place, w->shared, i, 100 + w->killed);
}

static void
fill(struct writer *w)
{
	place_begin(w->place->store);
	for (unsigned n = 0; n < w->shared->domains; n++)
		insert(w, n, PHASE_NEW);
	place_commit(w->place->store);
	table_place_settle(w->place);
}

static struct view_usage
measure(struct view *view)
{
	struct view_usage usage = { 0 };
	struct error err = { "" };

	assert_ok(view_measure(view, &usage, &err), &err);
	return usage;
}

static void
await_first_looks(struct writer *w)
{
	for (unsigned i = 0; i < READERS; i++) {
		for (unsigned j = 0; j < THREADS; j++) {
			while (atomic_load(&w->shared->looks[i][j]) == 0) {
				assert_int_equal(waitpid(w->readers[i], NULL, WNOHANG), 0);
				rest(1);
			}
		}
	}
}

static void
end_readers(struct writer *w)
{
	atomic_store(&w->shared->is_over, true);
	for (unsigned i = 0; i < READERS; i++) {
		int code = -1;

		assert_int_equal(waitpid(w->readers[i], &code, 0), w->readers[i]);
		assert_true(WIFEXITED(code));
		assert_int_equal(WEXITSTATUS(code), 0);
	}
	if (atomic_load(&w->shared->is_wrong))
		fail_msg("%s", w->shared->wrong);
}

static bool
is_sanitized(void)
{
	return getenv("SIGNETD_SANITIZED") != NULL;
}

static struct writer *
make_writer(struct table_place *place)
{
	struct writer *w = calloc(1, sizeof(*w));

	assert_non_null(w);
	w->place = place;
	w->seed = 20261121;
	w->shared = mmap(NULL, sizeof(*w->shared), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(w->shared != MAP_FAILED);
	w->shared->domains = is_sanitized() ? DOMAINS_SANITIZED : DOMAINS_MAX;
	w->batch_size = w->shared->domains / BATCHES;
	return w;
}

static void
free_writer(struct writer *w)
{
	assert_int_equal(munmap(w->shared, sizeof(*w->shared)), 0);
	free(w);
}

/* What the allocators of a process keep for themselves, in octets and pages. */
#define SLACK_KB 4096

static void
check_growth(const struct writer *w, const struct view_usage *early, unsigned early_kb)
{
	struct view_usage late = measure(w->place->table);

	assert_int_equal(late.reader_slots, early->reader_slots);
	/* old pages are used again, although somebody always reads */
	assert_in_range(late.file_bytes, 0, early->file_bytes + early->file_bytes / 2);
	if (is_sanitized())
		return; /* a sanitizer keeps what was freed */
	for (unsigned i = 0; i < READERS; i++)
		assert_in_range(atomic_load(&w->shared->grown_kb[i]), 0, SLACK_KB);
	assert_in_range(private_kb(), 0, early_kb + SLACK_KB);
}

/* ---- tests ---- */

static void
table__shows_each_domain_as_it_is_while_others_change(void **state)
{
	struct writer *w = make_writer(*state);
	struct view_usage early = { 0 };
	unsigned early_kb = 0;

	fill(w);
	for (unsigned i = 0; i < READERS; i++)
		w->readers[i] = start_reader(w->place, w->shared, i, i + 1);
	await_first_looks(w);
	for (unsigned round = 0; round < ROUNDS && !atomic_load(&w->shared->is_over); round++) {
		change_batch(w);
		if (round % 10 == 9)
			let_removals_be_made(w);
		if (round % (ROUNDS / KILLS) == 3)
			replace_reader(w);
		if (round == ROUNDS / 2) {
			early = measure(w->place->table);
			early_kb = private_kb();
		}
	}
	end_readers(w);
	check_growth(w, &early, early_kb);
	/* there was something to see */
	assert_in_range(atomic_load(&w->shared->found), 10000, UINT32_MAX);
	assert_in_range(atomic_load(&w->shared->missed), 5000, UINT32_MAX);
	free_writer(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TABLE_TEST(table__shows_each_domain_as_it_is_while_others_change),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
