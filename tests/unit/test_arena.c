/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdalign.h>

#include "base/arena.h"

static void
arena__pieces_are_aligned_and_apart(void **state)
{
	struct arena a;
	char *before = NULL;

	(void)state;
	arena_init(&a, 100000);
	for (size_t size = 1; size < 100; size++) {
		char *at = arena_alloc(&a, size);

		assert_non_null(at);
		assert_int_equal((uintptr_t)at % alignof(max_align_t), 0);
		memset(at, (int)size, size);
		if (before != NULL)
			assert_int_equal(before[size - 2], size - 1);
		before = at;
	}
	arena_done(&a);
}

static void
arena__cap_is_kept(void **state)
{
	struct arena a;

	(void)state;
	arena_init(&a, 1008);
	assert_non_null(arena_alloc(&a, 600)); /* rounded up to 608 */
	assert_null(arena_alloc(&a, 401));
	assert_non_null(arena_alloc(&a, 400));
	assert_null(arena_alloc(&a, 1));
	assert_null(arena_alloc(&a, SIZE_MAX));
	arena_done(&a);
}

static void
arena__piece_larger_than_a_block(void **state)
{
	struct arena a;
	char *at;

	(void)state;
	arena_init(&a, 1 << 20);
	assert_non_null(arena_alloc(&a, 10));
	at = arena_alloc(&a, 100000);
	assert_non_null(at);
	memset(at, 1, 100000);
	assert_non_null(arena_alloc(&a, 10));
	arena_done(&a);
}

static void
arena__reset_gives_the_cap_back(void **state)
{
	struct arena a;

	(void)state;
	arena_init(&a, 50000);
	for (int round = 0; round < 3; round++) {
		assert_non_null(arena_alloc(&a, 100));
		assert_non_null(arena_alloc(&a, 30000));
		assert_null(arena_alloc(&a, 30000));
		arena_reset(&a);
	}
	assert_non_null(arena_alloc(&a, 50000));
	arena_done(&a);
}

static void
arena__reset_of_the_unused_does_nothing(void **state)
{
	struct arena a;

	(void)state;
	arena_init(&a, 112);
	arena_reset(&a);
	assert_non_null(arena_alloc(&a, 100));
	arena_done(&a);
}

static void
arena__copy_ends_with_nul(void **state)
{
	struct slice copy = SLICE_EMPTY;
	struct arena a;

	(void)state;
	arena_init(&a, 100);
	assert_int_equal(arena_copy(&a, SLICE_LITERAL("abc"), &copy), STATUS_OK);
	assert_int_equal(copy.len, 3);
	assert_string_equal(copy.ptr, "abc");
	assert_int_equal(arena_copy(&a, (struct slice){ NULL, 0 }, &copy), STATUS_OK);
	assert_int_equal(copy.len, 0);
	assert_string_equal(copy.ptr, "");
	arena_done(&a);
}

static void
arena__copy_over_the_cap_is_too_large(void **state)
{
	struct slice copy = SLICE_LITERAL("before");
	struct arena a;

	(void)state;
	arena_init(&a, 16);
	assert_int_equal(arena_copy(&a, SLICE_LITERAL("0123456789abcdef"), &copy), STATUS_TOO_LARGE);
	assert_string_equal(copy.ptr, "before");
	assert_int_equal(arena_copy(&a, SLICE_LITERAL("0123456789abcde"), &copy), STATUS_OK);
	arena_done(&a);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(arena__pieces_are_aligned_and_apart),
		cmocka_unit_test(arena__cap_is_kept),
		cmocka_unit_test(arena__piece_larger_than_a_block),
		cmocka_unit_test(arena__reset_gives_the_cap_back),
		cmocka_unit_test(arena__reset_of_the_unused_does_nothing),
		cmocka_unit_test(arena__copy_ends_with_nul),
		cmocka_unit_test(arena__copy_over_the_cap_is_too_large),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
