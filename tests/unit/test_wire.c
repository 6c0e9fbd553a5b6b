/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/wire.h"

static void
wire__is_little_endian(void **state)
{
	char storage[16];
	struct buf b;

	(void)state;
	buf_init_fixed(&b, storage, sizeof(storage));
	wire_put(&b, 0x11, 1);
	wire_put(&b, 0x2233, 2);
	wire_put(&b, UINT64_C(0x8877665544332211), 8);
	assert_int_equal(buf_status(&b), STATUS_OK);
	assert_true(slice_equal(
	    buf_slice(&b), SLICE_LITERAL("\x11\x33\x22\x11\x22\x33\x44\x55\x66\x77\x88")));
}

static void
wire__gets_what_was_put(void **state)
{
	struct wire w = wire_of(SLICE_LITERAL("\xff\x33\x82" "abc" "\1\0\0\0\0\0\0\x80"));

	(void)state;
	assert_int_equal(wire_get(&w, 1), 0xff);
	assert_int_equal(wire_get(&w, 2), 0x8233);
	assert_true(slice_equal(wire_take(&w, 3), SLICE_LITERAL("abc")));
	assert_false(wire_is_done(&w));
	assert_true(wire_get(&w, 8) == UINT64_C(0x8000000000000001));
	assert_true(wire_is_done(&w));
}

static void
wire__too_short_is_sticky(void **state)
{
	struct wire w = wire_of(SLICE_LITERAL("abc"));

	(void)state;
	assert_int_equal(wire_get(&w, 4), 0);
	assert_true(w.is_short);
	assert_int_equal(wire_get(&w, 1), 0); /* would be there */
	assert_int_equal(wire_take(&w, 1).len, 0);
	assert_false(wire_is_done(&w));
}

static void
wire__length_of_everything_is_refused(void **state)
{
	struct wire w = wire_of(SLICE_LITERAL("abc"));

	(void)state;
	assert_int_equal(wire_take(&w, SIZE_MAX).len, 0);
	assert_true(w.is_short);
}

static void
wire__full_buffer_is_sticky(void **state)
{
	char storage[3];
	struct buf b;

	(void)state;
	buf_init_fixed(&b, storage, sizeof(storage));
	wire_put(&b, 1, 4);
	assert_int_equal(buf_status(&b), STATUS_TOO_LARGE);
	assert_int_equal(buf_slice(&b).len, 0);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(wire__is_little_endian),
		cmocka_unit_test(wire__gets_what_was_put),
		cmocka_unit_test(wire__too_short_is_sticky),
		cmocka_unit_test(wire__length_of_everything_is_refused),
		cmocka_unit_test(wire__full_buffer_is_sticky),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
