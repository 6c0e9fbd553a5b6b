/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/checksum.h"

/* Vectors of the FNV-1a reference, 64 bits. */
static void
checksum__known_values(void **state)
{
	(void)state;
	assert_true(checksum_of(SLICE_EMPTY) == UINT64_C(0xcbf29ce484222325));
	assert_true(checksum_of(SLICE_LITERAL("a")) == UINT64_C(0xaf63dc4c8601ec8c));
	assert_true(checksum_of(SLICE_LITERAL("foobar")) == UINT64_C(0x85944171f73967e8));
}

static void
checksum__every_flipped_bit_shows(void **state)
{
	char bytes[64] = { 1, 2, 3 };
	uint64_t sum = checksum_of(slice_of(bytes, sizeof(bytes)));

	(void)state;
	for (size_t bit = 0; bit < 8 * sizeof(bytes); bit++) {
		bytes[bit / 8] = (char)(bytes[bit / 8] ^ 1 << bit % 8);
		assert_true(checksum_of(slice_of(bytes, sizeof(bytes))) != sum);
		bytes[bit / 8] = (char)(bytes[bit / 8] ^ 1 << bit % 8);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(checksum__known_values),
		cmocka_unit_test(checksum__every_flipped_bit_shows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
