/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "base/buf.h"

static void
assert_holds(struct buf *b, const char *text)
{
	assert_int_equal(buf_status(b), STATUS_OK);
	assert_int_equal(buf_slice(b).len, strlen(text));
	assert_string_equal(buf_text(b), text);
}

static void
buf__puts_follow_each_other(void **state)
{
	static const uint8_t bytes[] = { 0x00, 0x9f, 0xff };
	struct buf b;

	(void)state;
	buf_init(&b, 1000);
	buf_put(&b, SLICE_LITERAL("a"));
	buf_put(&b, SLICE_EMPTY);
	buf_put_text(&b, "bc ");
	buf_put_char(&b, '=');
	buf_put_u64(&b, 0);
	buf_put_char(&b, ' ');
	buf_put_u64(&b, UINT64_MAX);
	buf_put_char(&b, ' ');
	buf_put_hex(&b, bytes, sizeof(bytes));
	buf_put_format(&b, " %s-%d", "x", 5);
	assert_holds(&b, "abc =0 18446744073709551615 009fff x-5");
	buf_done(&b);
}

/* RFC 4648 §10 */
static void
buf__base64_vectors(void **state)
{
	static const char *const rows[][2] = {
		{ "", "" }, { "f", "Zg==" }, { "fo", "Zm8=" }, { "foo", "Zm9v" },
		{ "foob", "Zm9vYg==" }, { "fooba", "Zm9vYmE=" }, { "foobar", "Zm9vYmFy" },
		{ "\xfb\xff\xbf", "+/+/" },
	};
	struct buf b;

	(void)state;
	buf_init(&b, 100);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		buf_reset(&b);
		buf_put_base64(&b, (const uint8_t *)rows[i][0], strlen(rows[i][0]));
		assert_holds(&b, rows[i][1]);
	}
	buf_done(&b);
}

static void
buf__grows_to_its_cap_and_no_further(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 1000);
	for (int i = 0; i < 1000; i++)
		buf_put_char(&b, 'x');
	assert_int_equal(buf_status(&b), STATUS_OK);
	assert_int_equal(buf_slice(&b).len, 1000);
	buf_put_char(&b, 'y');
	assert_int_equal(buf_status(&b), STATUS_TOO_LARGE);
	assert_int_equal(buf_slice(&b).len, 1000);
	buf_done(&b);
}

static void
buf__failure_is_sticky_until_reset(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 4);
	buf_put_text(&b, "12345");
	assert_int_equal(buf_status(&b), STATUS_TOO_LARGE);
	buf_put_text(&b, "1"); /* would fit */
	assert_int_equal(buf_slice(&b).len, 0);
	assert_null(buf_extend(&b, 1));
	assert_string_equal(buf_text(&b), "");
	buf_reset(&b);
	buf_put_text(&b, "abc");
	assert_holds(&b, "abc");
	buf_done(&b);
}

static void
buf__length_near_the_end_of_memory_is_too_large(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 1000);
	buf_put_char(&b, 'x');
	assert_null(buf_extend(&b, SIZE_MAX));
	assert_int_equal(buf_status(&b), STATUS_TOO_LARGE);
	buf_done(&b);
}

static void
buf__fixed_storage_is_filled_and_never_left(void **state)
{
	char storage[8] = "-------";
	struct buf b;

	(void)state;
	buf_init_fixed(&b, storage, 4);
	buf_put_text(&b, "abcd");
	assert_int_equal(buf_status(&b), STATUS_OK);
	assert_ptr_equal(buf_slice(&b).ptr, storage);
	buf_put_char(&b, 'e');
	assert_int_equal(buf_status(&b), STATUS_TOO_LARGE);
	assert_memory_equal(storage, "abcd---", 8);
	buf_done(&b);
}

static void
buf__extend_gives_room_that_counts(void **state)
{
	struct buf b;
	char *at;

	(void)state;
	buf_init(&b, 100);
	buf_put_char(&b, 'a');
	at = buf_extend(&b, 2);
	assert_non_null(at);
	memcpy(at, "bc", 2);
	assert_holds(&b, "abc");
	buf_done(&b);
}

static void
buf__text_of_nothing_is_empty(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 10);
	assert_string_equal(buf_text(&b), "");
	assert_int_equal(buf_slice(&b).len, 0);
	buf_done(&b);
}

static void
buf__keeps_nul_octets(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 10);
	buf_put(&b, SLICE_LITERAL("a\0b"));
	assert_true(slice_equal(buf_slice(&b), SLICE_LITERAL("a\0b")));
	buf_done(&b);
}

/* In one go where there is room, in two where there is none yet: what is written is the same. */
static void
buf__formats_the_same_whatever_room_there_is(void **state)
{
	char text[300];

	(void)state;
	for (size_t filled = 0; filled < 200; filled++) {
		struct buf b;

		buf_init(&b, sizeof(text));
		memset(text, 'x', filled);
		buf_put(&b, slice_of(text, filled));
		(void)snprintf(text + filled, sizeof(text) - filled, "%s=%d", "a-word-of-some-length", 7);
		buf_put_format(&b, "%s=%d", "a-word-of-some-length", 7);
		assert_string_equal(buf_text(&b), text);
		assert_int_equal(buf_slice(&b).len, strlen(text));
		buf_done(&b);
	}
}

/* Of what does not fit nothing counts, and nothing follows it. */
static void
buf__formats_all_or_nothing(void **state)
{
	(void)state;
	for (size_t room = 0; room < 12; room++) {
		char storage[16] = "";
		struct buf b;

		buf_init_fixed(&b, storage, room);
		buf_put_format(&b, "%d", 1234567);
		assert_int_equal(buf_status(&b), room > 7 ? STATUS_OK : STATUS_TOO_LARGE);
		assert_int_equal(buf_slice(&b).len, room > 7 ? 7 : 0);
		buf_put_format(&b, "%s", "");
		assert_int_equal(buf_slice(&b).len, room > 7 ? 7 : 0);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(buf__puts_follow_each_other),
		cmocka_unit_test(buf__base64_vectors),
		cmocka_unit_test(buf__grows_to_its_cap_and_no_further),
		cmocka_unit_test(buf__failure_is_sticky_until_reset),
		cmocka_unit_test(buf__length_near_the_end_of_memory_is_too_large),
		cmocka_unit_test(buf__fixed_storage_is_filled_and_never_left),
		cmocka_unit_test(buf__extend_gives_room_that_counts),
		cmocka_unit_test(buf__text_of_nothing_is_empty),
		cmocka_unit_test(buf__keeps_nul_octets),
		cmocka_unit_test(buf__formats_the_same_whatever_room_there_is),
		cmocka_unit_test(buf__formats_all_or_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
