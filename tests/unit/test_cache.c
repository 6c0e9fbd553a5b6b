/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "vault/cache.h"

static struct handle
name(uint8_t number)
{
	return (struct handle){ { number } };
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
	assert_int_equal(cache_new(3, &cache), STATUS_OK);
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
	assert_int_equal(cache_new(1, &cache), STATUS_OK);
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
	assert_int_equal(cache_new(2, &cache), STATUS_OK);
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
	assert_int_equal(cache_new(2, &cache), STATUS_OK);
	add(cache, 1);
	first = cache_find(cache, &handle);
	add(cache, 1);
	again = cache_find(cache, &handle);
	assert_ptr_equal(first, again);
	key_release(&first);
	key_release(&again);
	cache_free(&cache);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cache__drops_what_was_not_used_for_longest),
		cmocka_unit_test(cache__a_dropped_key_in_use_still_signs),
		cmocka_unit_test(cache__removed_is_gone),
		cmocka_unit_test(cache__keeps_the_key_it_has),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
