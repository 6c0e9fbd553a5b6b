/* SPDX-License-Identifier: ISC */
/*
 * Which key signs, on the whole way of a key: random life of records in a real
 * store, followed into a real view, and random senders looked up there, as the
 * milter does. What is found is compared with a naive reading of the rule
 * (naive_keys.h). A failure tells the story of the names concerned.
 */
#include "naive_keys.h"
#include "table_place.h"

#include <stdio.h>

#include "base/buf.h"
#include "keys/domain.h"
#include "keys/match.h"
#include "lifecycle/lifecycle.h"

#define STEPS 600
#define TELLINGS 12
#define SENDERS 40 /* looked up each time the views have followed */
#define KEYS_ENOUGH 60

static const struct lifecycle_by by = { NOW, "uid 0 (root)", "" };
static const struct lifecycle_activation forced = { .without_dns_check = true,
	.allow_without_dns_check = true };

static const char *const orgs[] = { "main", "Main", "acme" };

static const enum algorithm algorithms[ALGORITHM_COUNT] = { ALGORITHM_RSA_SHA256,
	ALGORITHM_ED25519_SHA256 };

struct said {
	char domain[DOMAIN_MAX + 1];
	char text[400];
};

struct telling {
	struct table_place *place;
	uint32_t seed;
	uint32_t first_seed;
	unsigned made; /* keys and key sets so far: each is made of its number */
	struct naive_keys keys;
	struct said said[STEPS];
	size_t said_count;
	unsigned found, missed, refused, yielded; /* that it was no desert */
};

static uint32_t
draw(struct telling *t, uint32_t below)
{
	t->seed = t->seed * 1664525U + 1013904223U;
	return (t->seed >> 8) % below;
}

#define DRAW_FROM(t, array) ((array)[draw(t, COUNT(array))])

/* ---- names ---- */

/* Few, so that they nest and share suffixes; some end like others, some differ by an octet. */
static const char *const labels[] = { "a", "b", "ba", "a-b", "_a", "0", "example", "badexample",
	"exampla", "mail", "com", "xn--bcher-kva", "xn--fa-hia", "fass" };
static const char *const tops[] = { "com", "co", "example", "xn--p1ai" };

/* The same label as people write it. */
static const struct {
	const char *label;
	const char *spellings[3];
} unicode[] = {
	{ "xn--bcher-kva", { "b\xc3\xbc" "cher", "B\xc3\x9c" "CHER", "bu\xcc\x88" "cher" } },
	{ "xn--fa-hia", { "fa\xc3\x9f", "Fa\xc3\x9f", "FA\xc3\x9f" } },
	{ "xn--p1ai", { "\xd1\x80\xd1\x84", "\xd0\xa0\xd0\xa4", "\xd1\x80\xd0\xa4" } },
};

static void
prepend(char domain[DOMAIN_MAX + 1], const char *label, const char *between)
{
	char longer[2 * DOMAIN_MAX];
	int len = snprintf(longer, sizeof(longer), "%s%s%s", label, between, domain);

	if (len <= DOMAIN_MAX)
		memcpy(domain, longer, (size_t)len + 1);
}

static void
draw_domain(struct telling *t, char ret_domain[DOMAIN_MAX + 1])
{
	(void)snprintf(ret_domain, DOMAIN_MAX + 1, "%s", DRAW_FROM(t, tops));
	for (unsigned i = 1 + draw(t, 3); i > 0; i--)
		prepend(ret_domain, DRAW_FROM(t, labels), ".");
}

/* One near a record's: it, above it, below it, or one that only looks like it. */
static void
draw_near(struct telling *t, char ret_domain[DOMAIN_MAX + 1])
{
	struct slice domain;

	draw_domain(t, ret_domain);
	if (t->keys.count == 0 || draw(t, 5) == 0)
		return;
	domain = slice_from_text(t->keys.key[draw(t, (uint32_t)t->keys.count)].domain);
	if (draw(t, 4) == 0 && domain_parent(domain).len > 0)
		domain = domain_parent(domain);
	memcpy(ret_domain, domain.ptr, domain.len);
	ret_domain[domain.len] = '\0';
	for (unsigned i = draw(t, 3); i > 0; i--)
		prepend(ret_domain, DRAW_FROM(t, labels), ".");
	if (draw(t, 5) == 0)
		prepend(ret_domain, "bad", "");
}

static const char *
spell_unicode(struct telling *t, struct slice label)
{
	for (size_t i = 0; i < COUNT(unicode); i++) {
		if (slice_equal(label, slice_from_text(unicode[i].label)))
			return DRAW_FROM(t, unicode[i].spellings);
	}
	return NULL;
}

static void
spell_label(struct telling *t, struct slice label, struct buf *out)
{
	const char *spelling = draw(t, 2) == 0 ? spell_unicode(t, label) : NULL;

	if (spelling != NULL) {
		buf_put_text(out, spelling);
		return;
	}
	for (size_t i = 0; i < label.len; i++) {
		char c = label.ptr[i];

		buf_put_char(out, c >= 'a' && c <= 'z' && draw(t, 4) == 0 ? (char)(c - 'a' + 'A') : c);
	}
}

/* The domain as it may stand in a request or an address. */
static struct slice
spell(struct telling *t, const char *domain, char *storage, size_t size)
{
	struct slice rest = slice_from_text(domain);
	struct buf out;

	buf_init_fixed(&out, storage, size);
	while (rest.len > 0) {
		spell_label(t, slice_cut(&rest, '.'), &out);
		if (rest.len > 0 || draw(t, 8) == 0)
			buf_put_char(&out, '.');
	}
	assert_int_equal(buf_status(&out), STATUS_OK);
	return buf_slice(&out);
}

/* ---- the story ---- */

__attribute__((format(printf, 3, 4))) static void
say(struct telling *t, const char *domain, const char *format, ...)
{
	struct said *said = &t->said[t->said_count++];
	va_list arguments;

	assert_true(t->said_count <= STEPS);
	(void)snprintf(said->domain, sizeof(said->domain), "%s", domain);
	va_start(arguments, format);
	(void)vsnprintf(said->text, sizeof(said->text), format, arguments);
	va_end(arguments);
}

static const char *
text_of_id(const struct key_id *id)
{
	static char text[ID_TEXT_SIZE];

	key_id_print(id, text);
	return text;
}

static void
say_key(struct telling *t, const char *what, const struct naive_key *key)
{
	say(t, key->domain, "%s %s: %s %s %s %s set=%lld", what, text_of_id(&key->id), key->org,
	    key->domain, word_text(algorithm_words, (int)key->algorithm),
	    word_text(domain_match_words, (int)key->match), (long long)key->set);
}

/* Whatever the sender's text ends with, and what was found instead. */
static bool
is_concerned(const char *domain, const char *sender, const char *found)
{
	return slice_ends_with(slice_from_text(sender), slice_from_text(domain)) ||
	    strcmp(domain, found) == 0;
}

static void
tell_key(const char *who, const struct key_id *id, const char *domain)
{
	if (id == NULL)
		print_error("%s: no key\n", who);
	else
		print_error("%s: %s of %s\n", who, text_of_id(id), domain);
}

static void
tell(const struct telling *t, const char *org, const char *sender, const struct naive_key *expected,
    const struct match_choice *got)
{
	const char *found = got != NULL ? got->domain : "";

	print_error("seed %u, %zu steps; of these:\n", t->first_seed, t->said_count);
	for (size_t i = 0; i < t->said_count; i++) {
		if (is_concerned(t->said[i].domain, sender, found))
			print_error("  %zu. %s\n", i + 1, t->said[i].text);
	}
	print_error("active by now:\n");
	for (size_t i = 0; i < t->keys.count; i++) {
		const struct naive_key *key = &t->keys.key[i];

		if (key->is_active && is_concerned(key->domain, sender, found))
			print_error("  %s %s %s %s %s\n", text_of_id(&key->id), key->org, key->domain,
			    word_text(algorithm_words, (int)key->algorithm),
			    word_text(domain_match_words, (int)key->match));
	}
	print_error("sender: %s of %s\n", sender, org);
	tell_key("expected", expected != NULL ? &expected->id : NULL,
	    expected != NULL ? expected->domain : "");
	tell_key("got", got != NULL ? &got->entry.id : NULL, found);
}

/* ---- looking up ---- */

static enum status
find_in_view(void *context, struct slice org, struct slice domain, struct match_list *ret_list)
{
	return view_table_find(context, org, domain, ret_list);
}

static const struct match_choice *
choice_of(const struct match_choices *choices, enum algorithm algorithm)
{
	for (size_t i = 0; i < choices->count; i++) {
		if (choices->choices[i].entry.algorithm == algorithm)
			return &choices->choices[i];
	}
	return NULL;
}

static bool
is_same(const struct naive_key *key, const struct match_choice *choice)
{
	if (key == NULL || choice == NULL)
		return key == NULL && choice == NULL;
	return memcmp(&key->id, &choice->entry.id, sizeof(key->id)) == 0 &&
	    memcmp(&key->handle, &choice->entry.handle, sizeof(key->handle)) == 0 &&
	    strcmp(key->selector, choice->entry.selector) == 0 &&
	    strcmp(key->domain, choice->domain) == 0 && key->match == choice->entry.domain_match;
}

/* What the milter may find, the vault must be able to open. */
static void
check_keyring(const struct telling *t, const struct match_choice *choice)
{
	uint8_t sealed[SEALED_MAX];
	size_t len;

	if (choice != NULL)
		assert_int_equal(
		    view_keyring_find(t->place->keyring, &choice->entry.handle, sealed, &len),
		    STATUS_OK);
}

static void
look_up(struct telling *t, const char *org, const char *sender)
{
	struct match_source source = { find_in_view, t->place->table };
	char spelling[4 * DOMAIN_MAX];
	char domain[DOMAIN_MAX + 1];
	struct match_choices choices = { 0 };
	enum status status;

	assert_int_equal(
	    domain_normalize(spell(t, sender, spelling, sizeof(spelling)), domain), STATUS_OK);
	status = match_find(&source, slice_from_text(org), slice_from_text(domain), &choices);
	assert_int_equal(status, choices.count > 0 ? STATUS_OK : STATUS_NOT_FOUND);
	for (size_t i = 0; i < ALGORITHM_COUNT; i++) {
		const struct naive_key *expected =
		    naive_keys_find(&t->keys, org, sender, algorithms[i]);
		const struct match_choice *got = choice_of(&choices, algorithms[i]);

		if (!is_same(expected, got)) {
			tell(t, org, sender, expected, got);
			fail_msg("another key signs than the rule says");
		}
		check_keyring(t, got);
		*(got != NULL ? &t->found : &t->missed) += 1;
	}
}

static void
look_around(struct telling *t)
{
	char sender[DOMAIN_MAX + 1];

	for (unsigned i = 0; i < SENDERS; i++) {
		size_t count = t->keys.count;
		const char *org = count > 0 && draw(t, 4) != 0
		    ? t->keys.key[draw(t, (uint32_t)count)].org
		    : DRAW_FROM(t, orgs);

		draw_near(t, sender);
		look_up(t, org, sender);
	}
}

/* ---- what happens to records ---- */

static void
generated_of(unsigned n, struct lifecycle_generated ret_keys[SLOT_COUNT])
{
	struct key_set set = set_of(n);
	struct store_sealed sealed[SLOT_COUNT];

	memset(ret_keys, 0, sizeof(*ret_keys) * SLOT_COUNT);
	sealed_of(n, sealed);
	for (unsigned i = 0; i < SLOT_COUNT; i++) {
		ret_keys[i].handle = set.slots[i].handle;
		ret_keys[i].sealed = sealed[i];
		ret_keys[i].public_key_len = set.slots[i].public_key_len;
		memcpy(ret_keys[i].public_key, set.slots[i].public_key, ret_keys[i].public_key_len);
	}
}

static void
random_of(unsigned n, uint8_t ret_random[LIFECYCLE_RANDOM_SIZE])
{
	memset(ret_random, 0, LIFECYCLE_RANDOM_SIZE);
	memcpy(ret_random, &n, sizeof(n));
	memcpy(ret_random + ID_SIZE, &n, sizeof(n));
	memcpy(ret_random + ID_SIZE + SELECTOR_RANDOM_SIZE, &n, sizeof(n));
}

static const struct naive_key *
note_key(struct telling *t, const struct domain_key *key)
{
	struct naive_key *noted = &t->keys.key[t->keys.count++];
	const struct key_slot *slot = &key->set.slots[key->set.signing_slot];

	assert_true(t->keys.count <= NAIVE_KEYS_MAX);
	*noted = (struct naive_key){ .id = key->id, .algorithm = key->set.algorithm,
		.match = key->domain_match, .set = key->set.number, .handle = slot->handle };
	memcpy(noted->org, key->org, sizeof(noted->org));
	memcpy(noted->domain, key->set.domain, sizeof(noted->domain));
	memcpy(noted->selector, slot->selector, sizeof(noted->selector));
	return noted;
}

static enum domain_match
draw_match(struct telling *t)
{
	return (enum domain_match)(MATCH_DOMAIN_ONLY + (int)draw(t, DOMAIN_MATCH_COUNT));
}

/* What a new record is asked for: often one that will dispute another's senders. */
static const char *
draw_place(struct telling *t, char ret_domain[DOMAIN_MAX + 1], enum algorithm *ret_algorithm)
{
	const struct naive_key *key;

	*ret_algorithm = DRAW_FROM(t, algorithms);
	if (t->keys.count > 0 && draw(t, 2) == 0) {
		key = &t->keys.key[draw(t, (uint32_t)t->keys.count)];
		memcpy(ret_domain, key->domain, DOMAIN_MAX + 1);
		*ret_algorithm = key->algorithm;
		return key->org;
	}
	draw_near(t, ret_domain);
	/* nobody gets a key for a top-level name */
	if (domain_parent(slice_from_text(ret_domain)).len == 0)
		prepend(ret_domain, "a", ".");
	return DRAW_FROM(t, orgs);
}

static void
create(struct telling *t)
{
	unsigned n = ++t->made;
	char domain[DOMAIN_MAX + 1];
	char spelling[4 * DOMAIN_MAX];
	uint8_t random[LIFECYCLE_RANDOM_SIZE];
	struct lifecycle_generated keys[SLOT_COUNT];
	struct lifecycle_request request = { .domain_match = draw_match(t) };
	struct error err = { "" };
	struct domain_key key;

	request.org = slice_from_text(draw_place(t, domain, &request.algorithm));
	request.domain = spell(t, domain, spelling, sizeof(spelling));
	random_of(n, random);
	generated_of(n, keys);
	assert_ok(lifecycle_prepare(t->place->store, &request, NOW, random, &key, NULL, &err), &err);
	assert_ok(lifecycle_create(t->place->store, &by, keys, &key, &err), &err);
	assert_string_equal(key.set.domain, domain);
	say_key(t, "create", note_key(t, &key));
}

/* Another record, of another organization or with another match, for a key set that is there. */
static void
join(struct telling *t, size_t i)
{
	unsigned n = ++t->made;
	const struct naive_key *owner = &t->keys.key[i];
	const char *org = draw(t, 2) == 0 ? owner->org : DRAW_FROM(t, orgs);
	struct lifecycle_request request = { .org = slice_from_text(org),
		.domain = slice_from_text(owner->domain), .domain_match = draw_match(t) };
	uint8_t random[LIFECYCLE_RANDOM_SIZE];
	struct error err = { "" };
	struct domain_key key;
	enum status status;

	random_of(n, random);
	status = lifecycle_join(
	    t->place->store, &by, &request, &owner->handle, random, &key, &err);
	if (status == STATUS_OK) {
		say_key(t, "join", note_key(t, &key));
		return;
	}
	assert_int_equal(status, STATUS_CONFLICT);
	say(t, owner->domain, "join refused: %s", err.text);
}

static void
activate(struct telling *t, size_t i)
{
	struct naive_keys before = t->keys;
	struct naive_key *key = &t->keys.key[i];
	struct lifecycle_outcome outcome;
	struct error err = { "" };
	bool is_allowed = key->is_active || naive_keys_activate(&t->keys, i, key->match);
	enum status status =
	    lifecycle_activate(t->place->store, &by, &key->id, &forced, &outcome, &err);

	say_key(t, is_allowed ? "activate" : "activate (refused)", key);
	if (status != (is_allowed ? STATUS_OK : STATUS_CONFLICT))
		fail_msg("seed %u, step %zu: %s: %s", t->first_seed, t->said_count,
		    t->said[t->said_count - 1].text, err.text);
	t->refused += !is_allowed;
	for (size_t j = 0; j < t->keys.count; j++)
		t->yielded += j != i && (before.key[j].match != t->keys.key[j].match ||
					    before.key[j].is_active != t->keys.key[j].is_active);
}

/* Another match: of an active key that is an activation. */
static void
rematch(struct telling *t, size_t i)
{
	struct naive_keys before = t->keys;
	struct naive_key *key = &t->keys.key[i];
	struct lifecycle_change change = { .domain_match = draw_match(t) };
	struct lifecycle_outcome outcome;
	struct error err = { "" };
	bool is_allowed = true;
	enum status status;

	if (key->match != change.domain_match)
		is_allowed = naive_keys_rematch(&t->keys, i, change.domain_match);
	status = lifecycle_update(
	    t->place->store, &by, &before.key[i].id, &change, &forced, &outcome, &err);
	say_key(t, is_allowed ? "rematch" : "rematch (refused)", key);
	if (status != (is_allowed ? STATUS_OK : STATUS_CONFLICT))
		fail_msg("seed %u, step %zu: %s: %s", t->first_seed, t->said_count,
		    t->said[t->said_count - 1].text, err.text);
}

static void
deactivate(struct telling *t, size_t i)
{
	struct naive_key *key = &t->keys.key[i];
	struct domain_key changed;
	struct error err = { "" };

	assert_ok(lifecycle_deactivate(t->place->store, &by, &key->id, &changed, &err), &err);
	key->is_active = false;
	say_key(t, "deactivate", key);
}

static void
delete(struct telling *t, size_t i)
{
	static const struct rotation_policy policy = { .retire_after_s = 1 };
	static const struct lifecycle_deletion at_once = { .policy = &policy, .at_once = true };
	const struct naive_key *key = &t->keys.key[i];
	struct error err = { "" };
	enum status status = lifecycle_delete(t->place->store, &by, &key->id, &at_once, NULL, &err);

	assert_int_equal(status, key->is_active ? STATUS_REFUSED : STATUS_OK);
	say_key(t, "delete", key);
	if (status == STATUS_OK)
		naive_keys_remove(&t->keys, i);
}

typedef void happening(struct telling *t, size_t i);

/* As often as they are named. */
static happening *const happenings[] = { join, activate, activate, activate, activate, rematch,
	rematch, deactivate, deactivate, delete, delete };

static void
happen(struct telling *t)
{
	if (t->keys.count < KEYS_ENOUGH && (t->keys.count < 4 || draw(t, 3) == 0))
		create(t);
	else
		DRAW_FROM(t, happenings)(t, draw(t, (uint32_t)t->keys.count));
}

/* Mostly at once; sometimes later, after a crash of the keeper, or from nothing. */
static void
follow(struct telling *t)
{
	unsigned how = draw(t, 100);

	if (how < 45)
		return;
	if (how >= 95)
		table_place_restart(t->place);
	if (how == 99)
		table_place_rebuild(t->place);
	if (how < 80)
		table_place_publish(t->place);
	else
		table_place_settle(t->place);
	look_around(t);
}

/* ---- tests ---- */

static void
tell_story(struct table_place *place, uint32_t seed, struct telling *t)
{
	*t = (struct telling){ .place = place, .seed = seed, .first_seed = seed, .made = t->made };
	for (unsigned step = 0; step < STEPS; step++) {
		happen(t);
		follow(t);
	}
	table_place_settle(place);
	look_around(t);
	/* nothing is left for the next story */
	for (size_t i = t->keys.count; i > 0; i--) {
		t->said_count = 0;
		deactivate(t, i - 1);
		delete(t, i - 1);
	}
	table_place_settle(place);
	look_around(t);
}

static void
table__names_the_key_the_rule_names(void **state)
{
	struct telling *t = calloc(1, sizeof(*t));
	unsigned found = 0, missed = 0, refused = 0, yielded = 0;

	assert_non_null(t);
	for (uint32_t seed = 1; seed <= TELLINGS; seed++) {
		tell_story(*state, seed, t);
		found += t->found;
		missed += t->missed;
		refused += t->refused;
		yielded += t->yielded;
	}
	/* the stories were worth telling */
	assert_in_range(found, 10000, UINT32_MAX);
	assert_in_range(missed, 10000, UINT32_MAX);
	assert_in_range(refused, 3, UINT32_MAX);
	assert_in_range(yielded, 50, UINT32_MAX);
	free(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TABLE_TEST(table__names_the_key_the_rule_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
