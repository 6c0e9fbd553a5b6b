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

/* Blocks have 8192 octets at least. */
static void
arena__pool_bounds_what_all_hold_beyond_their_own(void **state)
{
	struct arena_pool pool = { .own_bytes = 16384, .max_bytes = 20000 };
	struct arena a, b;

	(void)state;
	arena_init(&a, 1 << 20);
	arena_init(&b, 1 << 20);
	arena_share(&a, &pool);
	arena_share(&b, &pool);
	assert_non_null(arena_alloc(&a, 16384));
	assert_int_equal(pool.held_bytes, 0);
	assert_non_null(arena_alloc(&a, 12000));
	assert_int_equal(pool.held_bytes, 12000);
	assert_null(arena_alloc(&a, 12000));
	assert_true(a.was_refused);
	assert_int_equal(pool.held_bytes, 12000);
	assert_non_null(arena_alloc(&b, 10000)); /* its own, whoever holds what */
	assert_non_null(arena_alloc(&b, 8192));  /* 1808 beyond it */
	assert_false(b.was_refused);
	assert_int_equal(pool.held_bytes, 13808);
	arena_done(&b);
	assert_int_equal(pool.held_bytes, 12000);
	arena_reset(&a);
	assert_false(a.was_refused);
	assert_int_equal(pool.held_bytes, 0);
	arena_done(&a);
}

static void
arena__pool_gets_all_back_whatever_is_done(void **state)
{
	struct arena_pool pool = { .own_bytes = 1000, .max_bytes = 100000 };
	unsigned seed = 1;
	struct arena a[4];

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		arena_init(&a[i], 90000);
		arena_share(&a[i], &pool);
	}
	for (unsigned step = 0; step < 20000; step++) {
		struct arena *one = &a[step % 4];

		seed = seed * 1103515245 + 12345;
		if ((seed >> 16) % 23 == 0)
			arena_reset(one);
		else
			(void)arena_alloc(one, (seed >> 16) % 20000);
		assert_true(pool.held_bytes <= pool.max_bytes);
	}
	for (size_t i = 0; i < 4; i++)
		arena_done(&a[i]);
	assert_int_equal(pool.held_bytes, 0);
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
		cmocka_unit_test(arena__pool_bounds_what_all_hold_beyond_their_own),
		cmocka_unit_test(arena__pool_gets_all_back_whatever_is_done),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
