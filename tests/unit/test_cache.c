/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <malloc.h>

#include "vault/cache.h"

static struct handle
name(uint8_t number)
{
	return (struct handle){ { number } };
}

static size_t
ed25519_bytes(void)
{
	struct key *key;
	size_t bytes;

	assert_int_equal(key_generate(ALGORITHM_ED25519_SHA256, 0, &key), STATUS_OK);
	bytes = key_bytes(key);
	key_release(&key);
	return bytes;
}

static void
add(struct cache *cache, uint8_t number)
{
	struct handle handle = name(number);
	struct key *key;

	assert_int_equal(key_generate(ALGORITHM_ED25519_SHA256, 0, &key), STATUS_OK);
	cache_add(cache, &handle, key);
	key_release(&key);
}

static bool
has(struct cache *cache, uint8_t number)
{
	struct handle handle = name(number);
	struct key *key = cache_find(cache, &handle);
	bool is_there = key != NULL;

	key_release(&key);
	return is_there;
}

static void
cache__drops_what_was_not_used_for_longest(void **state)
{
	struct cache *cache;

	(void)state;
	assert_int_equal(cache_new(3 * ed25519_bytes(), &cache), STATUS_OK);
	add(cache, 1);
	add(cache, 2);
	add(cache, 3);
	assert_true(has(cache, 1));
	add(cache, 4);
	assert_true(has(cache, 1));
	assert_false(has(cache, 2));
	assert_true(has(cache, 3));
	assert_true(has(cache, 4));
	cache_free(&cache);
}

static void
cache__a_dropped_key_in_use_still_signs(void **state)
{
	uint8_t signature[KEY_SIGNATURE_MAX];
	const uint8_t digest[KEY_DIGEST_SIZE] = { 1 };
	struct handle handle = name(1);
	struct cache *cache;
	struct key *key;
	size_t len;

	(void)state;
	assert_int_equal(cache_new(ed25519_bytes(), &cache), STATUS_OK);
	add(cache, 1);
	key = cache_find(cache, &handle);
	add(cache, 2);
	assert_false(has(cache, 1));
	assert_int_equal(key_sign(key, digest, signature, &len), STATUS_OK);
	key_release(&key);
	cache_free(&cache);
}

static void
cache__removed_is_gone(void **state)
{
	struct handle handle = name(1);
	struct cache *cache;

	(void)state;
	assert_int_equal(cache_new(2 * ed25519_bytes(), &cache), STATUS_OK);
	add(cache, 1);
	cache_remove(cache, &handle);
	cache_remove(cache, &handle);
	assert_false(has(cache, 1));
	cache_free(&cache);
}

static void
cache__keeps_the_key_it_has(void **state)
{
	struct handle handle = name(1);
	struct cache *cache;
	struct key *first;
	struct key *again;

	(void)state;
	assert_int_equal(cache_new(2 * ed25519_bytes(), &cache), STATUS_OK);
	add(cache, 1);
	first = cache_find(cache, &handle);
	add(cache, 1);
	again = cache_find(cache, &handle);
	assert_ptr_equal(first, again);
	key_release(&first);
	key_release(&again);
	cache_free(&cache);
}

static void
cache__a_large_key_takes_the_place_of_several(void **state)
{
	struct handle handle = name(9);
	struct cache *cache;
	struct key *rsa;

	(void)state;
	assert_int_equal(key_generate(ALGORITHM_RSA_SHA256, 2048, &rsa), STATUS_OK);
	assert_int_equal(cache_new(key_bytes(rsa) + ed25519_bytes(), &cache), STATUS_OK);
	for (uint8_t number = 1; number <= 3; number++)
		add(cache, number);
	assert_true(has(cache, 1));
	cache_add(cache, &handle, rsa);
	assert_true(has(cache, 9));
	assert_true(has(cache, 1)); /* used last */
	assert_false(has(cache, 2) || has(cache, 3));
	key_release(&rsa);
	cache_free(&cache);
}

static void
cache__keeps_one_key_however_large(void **state)
{
	struct cache *cache;

	(void)state;
	assert_int_equal(cache_new(0, &cache), STATUS_OK);
	add(cache, 1);
	assert_true(has(cache, 1));
	add(cache, 2);
	assert_false(has(cache, 1));
	assert_true(has(cache, 2));
	cache_free(&cache);
}

static void
cache__gives_up_what_was_not_used_for_longest(void **state)
{
	struct cache *cache;

	(void)state;
	assert_int_equal(cache_new(5 * ed25519_bytes(), &cache), STATUS_OK);
	for (uint8_t number = 1; number <= 5; number++)
		add(cache, number);
	assert_true(has(cache, 1));
	assert_int_equal(cache_drop_half(cache), 3);
	assert_true(has(cache, 1) && has(cache, 5));
	assert_false(has(cache, 2) || has(cache, 3) || has(cache, 4));
	assert_int_equal(cache_drop_half(cache), 1);
	assert_int_equal(cache_drop_half(cache), 1);
	assert_int_equal(cache_drop_half(cache), 0);
	cache_free(&cache);
}

#define MEASURED 20

/* A copy, as of an unsealed key, that has signed. */
static struct key *
used_copy(struct key *key)
{
	const uint8_t digest[KEY_DIGEST_SIZE] = { 1 };
	uint8_t signature[KEY_SIGNATURE_MAX];
	struct secret plain = { 0 };
	struct key *copy;
	size_t len;

	assert_int_equal(key_to_plain(key, &plain), STATUS_OK);
	assert_int_equal(key_from_plain(key_algorithm(key), &plain, &copy), STATUS_OK);
	assert_int_equal(key_sign(copy, digest, signature, &len), STATUS_OK);
	secret_wipe(&plain);
	return copy;
}

/* The bound of the cache is one of memory only if this holds. */
static void
cache__counts_a_key_as_no_less_than_it_takes(void **state)
{
	static const struct {
		enum algorithm algorithm;
		unsigned bits;
	} rows[] = { { ALGORITHM_ED25519_SHA256, 0 }, { ALGORITHM_RSA_SHA256, 2048 },
		{ ALGORITHM_RSA_SHA256, 3072 } };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct key *copies[MEASURED];
		struct key *key;
		struct key *first;
		size_t before, taken;

		assert_int_equal(key_generate(rows[i].algorithm, rows[i].bits, &key), STATUS_OK);
		first = used_copy(key); /* what OpenSSL makes once is made */
		before = mallinfo2().uordblks;
		for (size_t k = 0; k < MEASURED; k++)
			copies[k] = used_copy(key);
		taken = (mallinfo2().uordblks - before) / MEASURED;
		print_message("%u bits: %zu of %zu octets\n", key_bits(key), taken, key_bytes(key));
		assert_true(taken <= key_bytes(key));
		for (size_t k = 0; k < MEASURED; k++)
			key_release(&copies[k]);
		key_release(&first);
		key_release(&key);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cache__drops_what_was_not_used_for_longest),
		cmocka_unit_test(cache__a_dropped_key_in_use_still_signs),
		cmocka_unit_test(cache__removed_is_gone),
		cmocka_unit_test(cache__keeps_the_key_it_has),
		cmocka_unit_test(cache__a_large_key_takes_the_place_of_several),
		cmocka_unit_test(cache__keeps_one_key_however_large),
		cmocka_unit_test(cache__gives_up_what_was_not_used_for_longest),
		cmocka_unit_test(cache__counts_a_key_as_no_less_than_it_takes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
