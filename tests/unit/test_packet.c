/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <malloc.h>

#include "dns/packet.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define POINTER "\xc0\x0c" /* to the name of the question */

static const struct question question = {
	.name = "s1._domainkey.example.com",
	.type = RECORD_TXT,
	.id = 0x1234,
	.wants_recursion = true,
};

/* The answer to the question above: a header, the question, then what is given. */
static void
put_answer(struct buf *b, uint8_t flags, uint8_t rcode, uint8_t count, struct slice records)
{
	size_t at = b->len;
	char *head;

	assert_int_equal(packet_put(b, &question), STATUS_OK);
	head = b->ptr + at;
	head[2] = (char)(0x80 | flags);
	head[3] = (char)rcode;
	head[7] = (char)count;
	buf_put(b, records);
}

struct place {
	struct arena arena;
	struct answer answer;
	char octets[4096];
	struct buf wire;
};

static void
begin(struct place *place)
{
	arena_init(&place->arena, 1 << 20);
	buf_init_fixed(&place->wire, place->octets, sizeof(place->octets));
}

static enum status
read_it(struct place *place)
{
	return packet_read(buf_slice(&place->wire), &question, &place->arena, &place->answer);
}

#define TXT_HEAD POINTER "\0\x10\0\x01\0\0\0\x3c"

static void
packet__joins_the_strings_of_a_text(void **state)
{
	struct place place;

	(void)state;
	begin(&place);
	put_answer(&place.wire, 0x04, 0, 1,
	    SLICE_LITERAL(TXT_HEAD "\0\x0a" "\x03" "v=D" "\0" "\x04" "KIM1"));
	assert_int_equal(read_it(&place), STATUS_OK);
	assert_true(place.answer.is_authoritative);
	assert_false(place.answer.is_truncated);
	assert_int_equal(place.answer.record_count, 1);
	assert_string_equal(place.answer.records[0].owner, question.name);
	assert_int_equal(place.answer.records[0].ttl, 60);
	assert_int_equal(place.answer.records[0].string_count, 3);
	assert_true(slice_equal(place.answer.records[0].text, SLICE_LITERAL("v=DKIM1")));
	assert_true(slice_equal(
	    place.answer.records[0].strings, SLICE_LITERAL("\x03" "v=D" "\0" "\x04" "KIM1")));
	arena_done(&place.arena);
}

static void
packet__follows_names_in_lower_case(void **state)
{
	struct place place;

	(void)state;
	begin(&place);
	put_answer(&place.wire, 0, 0, 1,
	    SLICE_LITERAL(POINTER "\0\x05\0\x01\0\0\0\x01\0\x08" "\x02" "K1" "\x03" "EsP" "\0"));
	assert_int_equal(read_it(&place), STATUS_OK);
	assert_string_equal(place.answer.records[0].target, "k1.esp");
	assert_int_equal(place.answer.records[0].type, RECORD_CNAME);
	arena_done(&place.arena);
}

static void
packet__says_how_long_absence_lasts(void **state)
{
	/* SOA in the authority section: its own ttl is 600, its minimum 300 */
	static const char soa[] = POINTER "\0\x06\0\x01\0\0\x02\x58\0\x16" "\0" "\0"
	                                  "\0\0\0\x01\0\0\0\x02\0\0\0\x03\0\0\0\x04\0\0\x01\x2c";
	struct place place;

	(void)state;
	begin(&place);
	put_answer(&place.wire, 0, RCODE_NXDOMAIN, 0, slice_of(soa, sizeof(soa) - 1));
	place.octets[9] = 1;
	assert_int_equal(read_it(&place), STATUS_OK);
	assert_int_equal(place.answer.rcode, RCODE_NXDOMAIN);
	assert_true(place.answer.has_soa);
	assert_int_equal(place.answer.negative_ttl, 300);
	arena_done(&place.arena);
}

/* One octet of a good answer changed. */
static void
packet__takes_no_answer_to_another_question(void **state)
{
	static const struct {
		const char *what;
		size_t at;
		char octet;
	} cases[] = {
		{ "another id", 0, 0x13 },
		{ "a query", 2, 0x01 },
		{ "another opcode", 2, (char)0xa8 },
		{ "another name", 13, 't' },
		{ "another type", 12 + 27 + 1, RECORD_A },
		{ "another class", 12 + 27 + 3, 3 },
		{ "two questions", 5, 2 },
		{ "no question", 5, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct place place;

		begin(&place);
		put_answer(&place.wire, 0, 0, 0, SLICE_EMPTY);
		assert_int_equal(read_it(&place), STATUS_OK);
		place.octets[cases[i].at] = cases[i].octet;
		if (read_it(&place) != STATUS_INVALID)
			fail_msg("took %s", cases[i].what);
		arena_done(&place.arena);
	}
}

static void
packet__takes_a_refusal_without_the_question(void **state)
{
	struct place place;

	(void)state;
	begin(&place);
	put_answer(&place.wire, 0, RCODE_FORMERR, 0, SLICE_EMPTY);
	place.octets[5] = 0;
	place.wire.len = 12;
	assert_int_equal(read_it(&place), STATUS_OK);
	assert_int_equal(place.answer.rcode, RCODE_FORMERR);
	arena_done(&place.arena);
}

static void
packet__takes_no_half_of_an_answer(void **state)
{
	struct place place;
	size_t whole;

	(void)state;
	begin(&place);
	put_answer(&place.wire, 0, 0, 1, SLICE_LITERAL(TXT_HEAD "\0\x04" "\x03" "abc"));
	whole = place.wire.len;
	for (size_t len = 0; len < whole; len++) {
		place.wire.len = len;
		assert_int_equal(read_it(&place), STATUS_INVALID);
	}
	arena_done(&place.arena);
}

static void
packet__is_not_led_in_circles(void **state)
{
	struct place place;

	(void)state;
	begin(&place);
	/* the owner points to itself */
	put_answer(&place.wire, 0, 0, 1,
	    SLICE_LITERAL("\xc0\x2b\0\x10\0\x01\0\0\0\x3c\0\x04" "\x03" "abc"));
	assert_int_equal(read_it(&place), STATUS_INVALID);
	arena_done(&place.arena);
}

static size_t
bytes_in_use(void)
{
	return mallinfo2().uordblks;
}

/* What is in the additional section we never look at; of several TSIG records ldns loses all but the last. */
static void
packet__leaks_nothing_of_a_hostile_additional_section(void **state)
{
	static const char tsig[] = "\0\0\xfa\0\xff\0\0\0\0\0\x11" "\0" "\0\0\0\0\0\0\x01\x2c"
	                           "\0\0\0\0\0\0\0\0";
	struct place place;
	size_t before = 0;

	(void)state;
	begin(&place);
	put_answer(&place.wire, 0, 0, 1, SLICE_LITERAL(TXT_HEAD "\0\x02" "\x01" "x"));
	for (int i = 0; i < 8; i++)
		buf_put(&place.wire, slice_of(tsig, sizeof(tsig) - 1));
	place.octets[11] = 8;
	for (int i = 0; i < 100; i++) {
		assert_int_equal(read_it(&place), STATUS_OK);
		assert_int_equal(place.answer.record_count, 1);
		arena_reset(&place.arena);
		if (i == 0)
			before = bytes_in_use();
	}
	assert_int_equal(bytes_in_use(), before);
	arena_done(&place.arena);
}

static void
packet__asks_only_for_names(void **state)
{
	struct question bad = question;
	struct place place;

	(void)state;
	begin(&place);
	memset(bad.name, 'a', DOMAIN_MAX);
	bad.name[DOMAIN_MAX] = '\0';
	assert_int_equal(packet_put(&place.wire, &bad), STATUS_INVALID);
	arena_done(&place.arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(packet__joins_the_strings_of_a_text),
		cmocka_unit_test(packet__follows_names_in_lower_case),
		cmocka_unit_test(packet__says_how_long_absence_lasts),
		cmocka_unit_test(packet__takes_no_answer_to_another_question),
		cmocka_unit_test(packet__takes_a_refusal_without_the_question),
		cmocka_unit_test(packet__takes_no_half_of_an_answer),
		cmocka_unit_test(packet__is_not_led_in_circles),
		cmocka_unit_test(packet__leaks_nothing_of_a_hostile_additional_section),
		cmocka_unit_test(packet__asks_only_for_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
