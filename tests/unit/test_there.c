/* SPDX-License-Identifier: ISC */
/* What is there is not made again, on a real store. */
#include "life.h"

#include "lifecycle/rotate.h"
#include "lifecycle/there.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Makes key number n unless it is there; was it? */
static bool
make(struct store *store, unsigned n, const struct lifecycle_request *request,
    struct domain_key *ret_key)
{
	uint8_t random[LIFECYCLE_RANDOM_SIZE];
	struct lifecycle_generated keys[SLOT_COUNT];
	bool was_there = false;
	struct error err = { "" };

	random_of(n, random);
	generated_of(n, keys);
	assert_ok(lifecycle_prepare(store, request, NOW + n, random, ret_key, NULL, &err), &err);
	assert_ok(lifecycle_there_or_create(store, &by, request, keys, ret_key, &was_there, &err),
	    &err);
	return was_there;
}

static uint64_t
count(struct store *store)
{
	struct store_counts counts = { 0 };
	struct error err = { "" };

	assert_ok(store_count(store, &counts, &err), &err);
	return counts.keys;
}

static void
there__is_the_same_request_again(void **state)
{
	struct store_place *place = *state;
	struct lifecycle_request request = { .domain = LIT("example.com") };
	struct lifecycle_request spelt = { .domain = LIT("Example.COM."), .org = LIT("main"),
		.domain_match = ONLY, .algorithm = ALGORITHM_RSA_SHA256 };
	struct domain_key first, second;
	struct error err = { "" };

	assert_int_equal(
	    lifecycle_there_find(place->store, &request, &first, NULL, &err), STATUS_NOT_FOUND);
	assert_false(make(place->store, 1, &request, &first));
	assert_true(make(place->store, 2, &spelt, &second));
	assert_memory_equal(&first, &second, sizeof(first));
	assert_int_equal(count(place->store), 1);
}

static void
there__is_no_other_request(void **state)
{
	static const struct lifecycle_request others[] = {
		{ .domain = LIT("a.example.com") },
		{ .domain = LIT("example.com"), .org = LIT("acme") },
		{ .domain = LIT("example.com"), .domain_match = SUBS },
		{ .domain = LIT("example.com"), .algorithm = ALGORITHM_ED25519_SHA256 },
		{ .domain = LIT("example.com"), .selectors = { LIT("other"), LIT("") } },
		{ .domain = LIT("example.com"), .selectors = { LIT(""), LIT("other2") } },
	};
	struct store_place *place = *state;
	struct lifecycle_request request = { .domain = LIT("example.com"),
		.selectors = { LIT("one"), LIT("two") } };
	struct domain_key key;

	assert_false(make(place->store, 1, &request, &key));
	for (unsigned i = 0; i < COUNT(others); i++) {
		assert_false(make(place->store, i + 2, &others[i], &key));
		assert_int_equal(count(place->store), i + 2);
	}
}

static void
there__is_named_by_its_selectors(void **state)
{
	struct store_place *place = *state;
	struct lifecycle_request request = { .domain = LIT("example.com"),
		.selectors = { LIT("one"), LIT("two") } };
	struct lifecycle_request one = { .domain = LIT("example.com"), .selectors = { LIT("ONE"), LIT("") } };
	struct domain_key key, found;
	struct error err = { "" };

	assert_false(make(place->store, 1, &request, &key));
	assert_ok(lifecycle_there_find(place->store, &request, &found, NULL, &err), &err);
	assert_ok(lifecycle_there_find(place->store, &one, &found, NULL, &err), &err);
	assert_memory_equal(&found.id, &key.id, sizeof(key.id));
}

static void
there__is_the_active_one_of_several(void **state)
{
	struct store_place *place = *state;
	struct lifecycle_request request = { .domain = LIT("example.com") };
	struct domain_key first, second, found;
	struct lifecycle_outcome outcome;
	struct error err = { "" };

	first = create(place->store, 1, &request);
	assert_false(make(place->store, 2, &(struct lifecycle_request){ .domain = LIT("example.com"),
	                                       .selectors = { LIT("new"), LIT("") } }, &second));
	assert_ok(lifecycle_there_find(place->store, &request, &found, NULL, &err), &err);
	assert_memory_equal(&found.id, &second.id, sizeof(found.id)); /* the youngest */
	activate(place->store, &first, &outcome);
	assert_ok(lifecycle_there_find(place->store, &request, &found, NULL, &err), &err);
	assert_memory_equal(&found.id, &first.id, sizeof(found.id));
}

/* It signed; afterwards it is deleted, or its key revoked. */
static struct domain_key
make_used(struct store *store)
{
	struct lifecycle_request request = { .domain = LIT("example.com") };
	struct lifecycle_outcome outcome;
	struct domain_key key;
	struct error err = { "" };

	assert_false(make(store, 1, &request, &key));
	activate(store, &key, &outcome);
	assert_ok(lifecycle_deactivate(store, &by, &key.id, &key, &err), &err);
	return key;
}

static void
there__is_no_set_that_retires(void **state)
{
	struct store_place *place = *state;
	struct lifecycle_request request = { .domain = LIT("example.com") };
	struct domain_key old = make_used(place->store);
	struct domain_key key, found;
	struct error err = { "" };

	assert_ok(lifecycle_delete(place->store, &by, &old.id, &gently, NULL, &err), &err);
	assert_true(again(place->store, &old).set.is_retiring);
	assert_false(make(place->store, 2, &request, &key));
	assert_ok(lifecycle_there_find(place->store, &request, &found, NULL, &err), &err);
	assert_memory_equal(&found.id, &key.id, sizeof(key.id));
}

static void
there__is_no_set_whose_signing_key_is_revoked(void **state)
{
	struct store_place *place = *state;
	struct lifecycle_request request = { .domain = LIT("example.com") };
	struct domain_key old = make_used(place->store);
	struct lifecycle_revocation revocation;
	struct domain_key key;
	struct error err = { "" };

	assert_ok(lifecycle_revoke(place->store, &by, &usual_policy, &old.id, SLOT_ALTERNATE, &revocation,
	              &err),
	    &err);
	assert_true(make(place->store, 2, &request, &key));
	assert_ok(
	    lifecycle_revoke(place->store, &by, &usual_policy, &old.id, SLOT_PRIMARY, &revocation, &err),
	    &err);
	assert_false(make(place->store, 3, &request, &key));
}

static void
there__names_the_wrong_field(void **state)
{
	struct store_place *place = *state;
	struct lifecycle_request request = { .domain = LIT("example.com"),
		.selectors = { LIT(""), LIT("a b") } };
	const char *field = "";
	struct domain_key found;
	struct error err = { "" };

	assert_int_equal(
	    lifecycle_there_find(place->store, &request, &found, &field, &err), STATUS_INVALID);
	assert_string_equal(field, "alternate_selector");
	request.domain = LIT("example");
	assert_int_equal(
	    lifecycle_there_find(place->store, &request, &found, &field, &err), STATUS_INVALID);
	assert_string_equal(field, "domain");
}

/* ---- join ---- */

static enum status
join(struct store *store, unsigned n, const struct lifecycle_request *request,
    const struct handle *handle, struct domain_key *ret_key, bool *ret_was_there)
{
	uint8_t random[LIFECYCLE_RANDOM_SIZE];
	struct error err;

	random_of(n, random);
	return lifecycle_there_or_join(
	    store, &by, request, handle, random, ret_key, ret_was_there, &err);
}

static void
there__joins_a_key_set_once(void **state)
{
	struct store_place *place = *state;
	struct lifecycle_request request = { .domain = LIT("example.com"), .org = LIT("acme") };
	struct lifecycle_request wider = { .domain = LIT("example.com"), .org = LIT("acme"),
		.domain_match = BOTH };
	struct domain_key owner = create_match(place->store, 1, ONLY);
	const struct handle *handle = &owner.set.slots[SLOT_ALTERNATE].handle;
	struct domain_key first, second;
	bool was_there = true;

	assert_int_equal(join(place->store, 2, &request, handle, &first, &was_there), STATUS_OK);
	assert_false(was_there);
	assert_int_equal(join(place->store, 3, &request, handle, &second, &was_there), STATUS_OK);
	assert_true(was_there);
	assert_memory_equal(&first, &second, sizeof(first));
	assert_int_equal(join(place->store, 4, &wider, handle, &second, &was_there), STATUS_OK);
	assert_false(was_there);
	assert_int_equal(join(place->store, 5, &request, &(struct handle){ { 9 } }, &second, &was_there),
	    STATUS_NOT_FOUND);
	assert_int_equal(count(place->store), 3);
}

static void
there__joins_nothing_in_a_dry_run(void **state)
{
	struct store_place *place = *state;
	struct lifecycle_request request = { .domain = LIT("example.com"), .org = LIT("acme"),
		.dry_run = true };
	struct domain_key owner = create_match(place->store, 1, ONLY);
	struct domain_key key;
	bool was_there = true;

	assert_int_equal(join(place->store, 2, &request, &owner.set.slots[SLOT_PRIMARY].handle, &key,
	                     &was_there),
	    STATUS_OK);
	assert_false(was_there);
	assert_int_equal(count(place->store), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(there__is_the_same_request_again),
		STORE_TEST(there__is_no_other_request),
		STORE_TEST(there__is_named_by_its_selectors),
		STORE_TEST(there__is_the_active_one_of_several),
		STORE_TEST(there__is_no_set_that_retires),
		STORE_TEST(there__is_no_set_whose_signing_key_is_revoked),
		STORE_TEST(there__names_the_wrong_field),
		STORE_TEST(there__joins_a_key_set_once),
		STORE_TEST(there__joins_nothing_in_a_dry_run),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
