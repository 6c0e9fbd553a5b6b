/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "view/entry.h"

#define LIT(text) SLICE_LITERAL(text)

static struct match_list
full_list(void)
{
	struct match_list list = { .count = MATCH_LIST_MAX };

	for (size_t i = 0; i < MATCH_LIST_MAX; i++) {
		struct match_entry *entry = &list.entries[i];

		entry->algorithm = i < 3 ? ALGORITHM_RSA_SHA256 : ALGORITHM_ED25519_SHA256;
		entry->domain_match = (enum domain_match)(i % 3 + 1);
		memset(entry->id.bytes, (int)i, ID_SIZE);
		memset(entry->handle.bytes, (int)(i + 100), ID_SIZE);
		memset(entry->selector, 's', i == 0 ? SELECTOR_MAX : i);
	}
	return list;
}

static struct entry_key
key_of(struct slice org, struct slice domain)
{
	struct entry_key key;

	assert_int_equal(entry_make_key(org, domain, &key), STATUS_OK);
	return key;
}

static void
view_entry__key_is_domain_backwards_and_org(void **state)
{
	struct entry_key key = key_of(LIT("main"), LIT("a.example.com"));

	(void)state;
	assert_true(slice_equal(entry_key_slice(&key), LIT("moc.elpmaxe.a\0main")));
}

static void
view_entry__longest_key_fits_lmdb(void **state)
{
	char domain[DOMAIN_MAX + 1];
	char org[ORG_MAX + 1];
	struct entry_key key;

	(void)state;
	memset(domain, 'd', sizeof(domain));
	memset(org, 'o', sizeof(org));
	key = key_of(slice_of(org, ORG_MAX), slice_of(domain, DOMAIN_MAX));
	assert_int_equal(key.len, 253 + 1 + 63);
	assert_true(key.len <= 511);
	assert_int_equal(
	    entry_make_key(slice_of(org, ORG_MAX + 1), LIT("d"), &key), STATUS_INVALID);
	assert_int_equal(
	    entry_make_key(LIT("o"), slice_of(domain, DOMAIN_MAX + 1), &key), STATUS_INVALID);
}

static void
view_entry__odd_names_are_no_key(void **state)
{
	struct entry_key key;

	(void)state;
	assert_int_equal(entry_make_key(LIT(""), LIT("d"), &key), STATUS_INVALID);
	assert_int_equal(entry_make_key(LIT("o"), LIT(""), &key), STATUS_INVALID);
	assert_int_equal(entry_make_key(LIT("o\0p"), LIT("d"), &key), STATUS_INVALID);
	assert_int_equal(entry_make_key(LIT("o"), LIT("d\0e"), &key), STATUS_INVALID);
}

static void
view_entry__list_round_trip(void **state)
{
	struct entry_key key = key_of(LIT("main"), LIT("example.com"));
	struct match_list list = full_list();
	struct match_list copy = { .count = 0 };
	char storage[ENTRY_LIST_MAX];
	struct buf b;

	(void)state;
	memset(list.entries[0].selector, 's', SELECTOR_MAX);
	buf_init_fixed(&b, storage, sizeof(storage));
	assert_int_equal(entry_encode_list(entry_key_slice(&key), &list, &b), STATUS_OK);
	assert_int_equal(
	    entry_decode_list(entry_key_slice(&key), buf_slice(&b), &copy), STATUS_OK);
	assert_int_equal(copy.count, list.count);
	for (size_t i = 0; i < list.count; i++) {
		assert_int_equal(copy.entries[i].algorithm, list.entries[i].algorithm);
		assert_int_equal(copy.entries[i].domain_match, list.entries[i].domain_match);
		assert_memory_equal(copy.entries[i].id.bytes, list.entries[i].id.bytes, ID_SIZE);
		assert_memory_equal(
		    copy.entries[i].handle.bytes, list.entries[i].handle.bytes, ID_SIZE);
		assert_string_equal(copy.entries[i].selector, list.entries[i].selector);
	}
}

/* What stands in a file must stay readable: version 1, octet by octet. */
static void
view_entry__list_is_written_as_documented(void **state)
{
	struct entry_key key = key_of(LIT("o"), LIT("d"));
	struct match_list list = { .count = 1 };
	char storage[ENTRY_LIST_MAX];
	struct buf b;

	(void)state;
	list.entries[0] = (struct match_entry){
		.algorithm = ALGORITHM_ED25519_SHA256,
		.domain_match = MATCH_DOMAIN_AND_SUBDOMAINS,
		.id = { "0123456789abcdef" },
		.handle = { "ABCDEFGHIJKLMNOP" },
		.selector = "sel",
	};
	buf_init_fixed(&b, storage, sizeof(storage));
	assert_int_equal(entry_encode_list(entry_key_slice(&key), &list, &b), STATUS_OK);
	assert_true(slice_equal(slice_first(buf_slice(&b), buf_slice(&b).len - 8),
	    LIT("\1\1\2\3" "0123456789abcdef" "ABCDEFGHIJKLMNOP" "\3sel")));
}

static void
view_entry__bad_list_is_not_written(void **state)
{
	struct entry_key key = key_of(LIT("o"), LIT("d"));
	char storage[ENTRY_LIST_MAX];
	struct buf b;

	(void)state;
	for (int fault = 0; fault < 6; fault++) {
		struct match_list list = full_list();

		if (fault == 0)
			list.count = 0;
		else if (fault == 1)
			list.count = MATCH_LIST_MAX + 1;
		else if (fault == 2)
			list.entries[1].selector[0] = '\0';
		else if (fault == 3)
			memset(list.entries[1].selector, 's', sizeof(list.entries[1].selector));
		else if (fault == 4)
			list.entries[1].algorithm = (enum algorithm)3;
		else
			list.entries[1].domain_match = (enum domain_match)0;
		buf_init_fixed(&b, storage, sizeof(storage));
		assert_int_equal(
		    entry_encode_list(entry_key_slice(&key), &list, &b), STATUS_INVALID);
	}
}

static void
view_entry__list_with_any_flipped_bit_or_cut_is_damaged(void **state)
{
	struct entry_key key = key_of(LIT("o"), LIT("d"));
	struct match_list list = full_list();
	struct match_list copy = { .count = 77 };
	char storage[ENTRY_LIST_MAX];
	struct buf b;

	(void)state;
	buf_init_fixed(&b, storage, sizeof(storage));
	assert_int_equal(entry_encode_list(entry_key_slice(&key), &list, &b), STATUS_OK);
	for (size_t bit = 0; bit < 8 * b.len; bit++) {
		storage[bit / 8] = (char)(storage[bit / 8] ^ 1 << bit % 8);
		assert_int_equal(
		    entry_decode_list(entry_key_slice(&key), buf_slice(&b), &copy), STATUS_DAMAGED);
		storage[bit / 8] = (char)(storage[bit / 8] ^ 1 << bit % 8);
	}
	for (size_t len = 0; len < b.len; len++)
		assert_int_equal(entry_decode_list(entry_key_slice(&key),
		    slice_first(buf_slice(&b), len), &copy), STATUS_DAMAGED);
	assert_int_equal(copy.count, 77);
}

static void
view_entry__value_of_another_key_is_damaged(void **state)
{
	struct entry_key key = key_of(LIT("o"), LIT("d"));
	struct entry_key other = key_of(LIT("o"), LIT("e"));
	struct match_list list = full_list();
	struct match_list copy;
	char storage[ENTRY_LIST_MAX];
	struct buf b;

	(void)state;
	buf_init_fixed(&b, storage, sizeof(storage));
	assert_int_equal(entry_encode_list(entry_key_slice(&key), &list, &b), STATUS_OK);
	assert_int_equal(
	    entry_decode_list(entry_key_slice(&other), buf_slice(&b), &copy), STATUS_DAMAGED);
}

static void
view_entry__sealed_round_trip(void **state)
{
	struct slice key = LIT("0123456789abcdef");
	uint8_t sealed[SEALED_MAX];
	uint8_t copy[SEALED_MAX];
	char storage[ENTRY_SEALED_MAX];
	size_t len = 0;
	struct buf b;

	(void)state;
	memset(sealed, 0xa5, sizeof(sealed));
	buf_init_fixed(&b, storage, sizeof(storage));
	assert_int_equal(
	    entry_encode_sealed(key, slice_of(sealed, sizeof(sealed)), &b), STATUS_OK);
	assert_int_equal(entry_decode_sealed(key, buf_slice(&b), copy, &len), STATUS_OK);
	assert_int_equal(len, sizeof(sealed));
	assert_memory_equal(copy, sealed, sizeof(sealed));
	storage[500] = (char)(storage[500] ^ 1);
	assert_int_equal(entry_decode_sealed(key, buf_slice(&b), copy, &len), STATUS_DAMAGED);
	buf_init_fixed(&b, storage, sizeof(storage));
	assert_int_equal(entry_encode_sealed(key, SLICE_EMPTY, &b), STATUS_INVALID);
}

static void
view_entry__position_round_trip(void **state)
{
	struct view_position position = { .generation = { 1, 2, 3 }, .change = UINT64_MAX - 1 };
	struct view_position copy = { .change = 0 };
	char storage[ENTRY_POSITION_MAX];
	struct entry_key key;
	struct buf b;

	(void)state;
	entry_make_position_key(&key);
	buf_init_fixed(&b, storage, sizeof(storage));
	assert_int_equal(entry_encode_position(entry_key_slice(&key), &position, &b), STATUS_OK);
	assert_int_equal(
	    entry_decode_position(entry_key_slice(&key), buf_slice(&b), &copy), STATUS_OK);
	assert_true(copy.change == position.change);
	assert_memory_equal(copy.generation, position.generation, VIEW_GENERATION_SIZE);
	storage[0] = 2; /* of a version to come */
	assert_int_equal(
	    entry_decode_position(entry_key_slice(&key), buf_slice(&b), &copy), STATUS_DAMAGED);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(view_entry__key_is_domain_backwards_and_org),
		cmocka_unit_test(view_entry__longest_key_fits_lmdb),
		cmocka_unit_test(view_entry__odd_names_are_no_key),
		cmocka_unit_test(view_entry__list_round_trip),
		cmocka_unit_test(view_entry__list_is_written_as_documented),
		cmocka_unit_test(view_entry__bad_list_is_not_written),
		cmocka_unit_test(view_entry__list_with_any_flipped_bit_or_cut_is_damaged),
		cmocka_unit_test(view_entry__value_of_another_key_is_damaged),
		cmocka_unit_test(view_entry__sealed_round_trip),
		cmocka_unit_test(view_entry__position_round_trip),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
