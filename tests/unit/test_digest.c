/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "base/scan.h"
#include "dkim/digest.h"

static void
assert_hash(struct digest *digest, const char *hex)
{
	uint8_t expected[DIGEST_SIZE];
	uint8_t hash[DIGEST_SIZE];

	assert_int_equal(scan_hex(slice_from_text(hex), expected, sizeof(expected)), STATUS_OK);
	assert_int_equal(digest_end(digest, hash), STATUS_OK);
	assert_memory_equal(hash, expected, sizeof(hash));
}

#define HASH_OF_NOTHING "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define HASH_OF_ABC "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define HASH_OF_MILLION_A "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"

static int
make_digest(void **state)
{
	struct digest *digest;

	if (digest_prepare() != STATUS_OK || digest_new(&digest) != STATUS_OK)
		return -1;
	*state = digest;
	return 0;
}

static int
free_digest(void **state)
{
	struct digest *digest = *state;

	digest_free(&digest);
	return digest == NULL ? 0 : -1;
}

static void
digest__of_nothing(void **state)
{
	assert_hash(*state, HASH_OF_NOTHING);
}

static void
digest__is_used_again_after_begin(void **state)
{
	digest_put(*state, SLICE_LITERAL("something else"));
	digest_begin(*state);
	digest_put(*state, SLICE_LITERAL("abc"));
	assert_hash(*state, HASH_OF_ABC);
	digest_begin(*state);
	digest_put(*state, SLICE_LITERAL("a"));
	digest_put(*state, SLICE_EMPTY);
	digest_put(*state, SLICE_LITERAL("bc"));
	assert_hash(*state, HASH_OF_ABC);
}

/* FIPS 180-2 B.3, in pieces of every size around those that are gathered. */
static void
digest__is_the_same_however_cut(void **state)
{
	static char text[1000000];

	memset(text, 'a', sizeof(text));
	for (size_t size = 1000; size < 1050; size++) {
		struct slice rest = slice_of(text, sizeof(text));

		digest_begin(*state);
		while (rest.len > 0) {
			digest_put(*state, slice_first(rest, size));
			rest = slice_after(rest, size);
			digest_put(*state, slice_first(rest, 1));
			rest = slice_after(rest, 1);
		}
		assert_hash(*state, HASH_OF_MILLION_A);
	}
}

static void
digest__copy_goes_its_own_way(void **state)
{
	struct digest *copy;

	assert_int_equal(digest_new(&copy), STATUS_OK);
	digest_put(*state, SLICE_LITERAL("ab"));
	digest_copy(copy, *state);
	digest_put(copy, SLICE_LITERAL("c"));
	assert_hash(copy, HASH_OF_ABC);
	digest_copy(copy, *state);
	digest_put(*state, SLICE_LITERAL("c"));
	assert_hash(*state, HASH_OF_ABC);
	digest_put(copy, SLICE_LITERAL("c"));
	assert_hash(copy, HASH_OF_ABC);
	digest_free(&copy);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(digest__of_nothing, make_digest, free_digest),
		cmocka_unit_test_setup_teardown(
		    digest__is_used_again_after_begin, make_digest, free_digest),
		cmocka_unit_test_setup_teardown(
		    digest__is_the_same_however_cut, make_digest, free_digest),
		cmocka_unit_test_setup_teardown(
		    digest__copy_goes_its_own_way, make_digest, free_digest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
