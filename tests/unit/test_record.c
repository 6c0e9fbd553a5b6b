/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "keys/record.h"
#include "keys/selector.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define NOVEMBER INT64_C(1795219200) /* 2026-11-21 00:00 UTC */

static void
record__prints_ids_and_reads_them_back(void **state)
{
	static const struct key_id id = { { 0xde, 0xad, 0xbe, 0xef, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9,
	    10, 255 } };
	struct handle handle;
	struct key_id back;
	char text[ID_TEXT_SIZE];

	(void)state;
	memcpy(handle.bytes, id.bytes, ID_SIZE);
	key_id_print(&id, text);
	assert_string_equal(text, "dk_deadbeef000102030405060708090aff");
	assert_int_equal(key_id_parse(slice_from_text(text), &back), STATUS_OK);
	assert_memory_equal(&back, &id, sizeof(id));
	handle_print(&handle, text);
	assert_string_equal(text, "sk_deadbeef000102030405060708090aff");
	assert_int_equal(handle_parse(slice_from_text(text), &handle), STATUS_OK);
	assert_memory_equal(&handle, &id, sizeof(id));
}

static void
record__reads_nothing_else_as_an_id(void **state)
{
	static const char *const bad[] = {
		"",
		"dk_",
		"dk_deadbeef000102030405060708090af",
		"dk_deadbeef000102030405060708090aff0",
		"sk_deadbeef000102030405060708090aff",
		"DK_deadbeef000102030405060708090aff",
		"dk_deadbeef000102030405060708090afg",
		" dk_deadbeef000102030405060708090aff",
		"deadbeef000102030405060708090aff",
	};
	struct key_id id;

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_int_equal(key_id_parse(slice_from_text(bad[i]), &id), STATUS_INVALID);
}

static void
selector__is_made_of_month_slot_and_random(void **state)
{
	static const uint8_t low[SELECTOR_RANDOM_SIZE] = { 0 };
	static const uint8_t high[SELECTOR_RANDOM_SIZE] = { 255, 255, 255, 255, 255 };
	char selector[SELECTOR_MAX + 1];

	(void)state;
	selector_make(NOVEMBER, SLOT_PRIMARY, low, selector);
	assert_string_equal(selector, "s202611a-aaaaaaaa");
	selector_make(NOVEMBER, SLOT_ALTERNATE, high, selector);
	assert_string_equal(selector, "s202611b-99999999");
	selector_make(0, SLOT_PRIMARY, high, selector);
	assert_string_equal(selector, "s197001a-99999999");
}

static void
selector__uses_every_random_bit(void **state)
{
	char all[SELECTOR_RANDOM_SIZE * 8][SELECTOR_MAX + 1];

	(void)state;
	for (size_t i = 0; i < COUNT(all); i++) {
		uint8_t random[SELECTOR_RANDOM_SIZE] = { 0 };

		random[i / 8] = (uint8_t)(1U << (i % 8));
		selector_make(NOVEMBER, SLOT_PRIMARY, random, all[i]);
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(all[i], all[j]);
	}
}

static void
selector__differs_between_slots(void **state)
{
	static const uint8_t random[SELECTOR_RANDOM_SIZE] = { 7, 7, 7, 7, 7 };
	char primary[SELECTOR_MAX + 1];
	char alternate[SELECTOR_MAX + 1];

	(void)state;
	selector_make(NOVEMBER, SLOT_PRIMARY, random, primary);
	selector_make(NOVEMBER, SLOT_ALTERNATE, random, alternate);
	assert_string_not_equal(primary, alternate);
}

static void
selector__made_up_passes_its_own_check(void **state)
{
	uint8_t random[SELECTOR_RANDOM_SIZE];
	char made[SELECTOR_MAX + 1];
	char checked[SELECTOR_MAX + 1];

	(void)state;
	for (unsigned i = 0; i < 256; i++) {
		memset(random, (int)i, sizeof(random));
		selector_make(NOVEMBER + i * 86400, SLOT_PRIMARY, random, made);
		assert_int_equal(
		    selector_check(slice_from_text(made), "example.com", checked, NULL), STATUS_OK);
		assert_string_equal(made, checked);
	}
}

static void
selector__checks_what_was_given(void **state)
{
	static const struct {
		const char *text;
		const char *selector; /* NULL: refused */
	} cases[] = {
		{ "s1", "s1" },
		{ "2024", "2024" }, /* a number is a selector */
		{ "MAIL", "mail" },
		{ "a.b", "a.b" },
		{ "k1_x", "k1_x" },
		{ "b\xc3\xbc" "ro", "xn--bro-hoa" }, /* RFC 8616 §4 */
		{ "", NULL },
		{ "a..b", NULL },
		{ ".a", NULL },
		{ "-a", NULL },
		{ "a b", NULL },
		{ "a;b", NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char selector[SELECTOR_MAX + 1] = "untouched";
		struct error err;
		enum status status = selector_check(
		    slice_from_text(cases[i].text), "example.com", selector, &err);

		assert_int_equal(
		    status, cases[i].selector != NULL ? STATUS_OK : STATUS_INVALID);
		assert_string_equal(
		    selector, cases[i].selector != NULL ? cases[i].selector : "untouched");
	}
}

static void
selector__must_leave_room_for_the_domain(void **state)
{
	char domain[DOMAIN_MAX + 1];
	char selector[SELECTOR_MAX + 1];
	struct error err;

	(void)state;
	/* with a selector of one octet and "._domainkey." 13 are taken */
	memset(domain, 'a', sizeof(domain));
	for (size_t i = 60; i < DOMAIN_MAX - 13; i += 60)
		domain[i] = '.';
	domain[DOMAIN_MAX - 13] = '\0';
	assert_int_equal(
	    selector_check(SLICE_LITERAL("s"), domain, selector, &err), STATUS_OK);
	assert_int_equal(
	    selector_check(SLICE_LITERAL("ss"), domain, selector, &err), STATUS_TOO_LARGE);
	assert_non_null(strstr(err.text, "254"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(record__prints_ids_and_reads_them_back),
		cmocka_unit_test(record__reads_nothing_else_as_an_id),
		cmocka_unit_test(selector__is_made_of_month_slot_and_random),
		cmocka_unit_test(selector__uses_every_random_bit),
		cmocka_unit_test(selector__differs_between_slots),
		cmocka_unit_test(selector__made_up_passes_its_own_check),
		cmocka_unit_test(selector__checks_what_was_given),
		cmocka_unit_test(selector__must_leave_room_for_the_domain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
