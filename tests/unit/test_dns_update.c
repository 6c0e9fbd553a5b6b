/* SPDX-License-Identifier: ISC */
/* Updates as octets: what is asked, and what is said of each refusal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "dns/update.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define HEADER_SIZE 12
#define UPDATE_ANSWER 0xa8 /* qr, and the opcode */

static const struct tsig_key key = { "k", "hmac-sha256.", "c2VjcmV0" };

struct place {
	struct arena arena;
	struct answer seen;
	struct record records[3];
	struct update_packet packet;
};

static void
begin(struct place *place)
{
	*place = (struct place){ .seen.records = place->records };
	arena_init(&place->arena, 1 << 20);
}

static struct record
record_at(const char *owner, unsigned type, struct slice strings)
{
	struct record record = { .type = type, .strings = strings };

	memcpy(record.owner, owner, strlen(owner) + 1);
	return record;
}

static void
write_it(struct place *place, const char *text)
{
	const struct update update = { "keys.example", "a.keys.example", slice_from_text(text), 300 };
	struct error err = { "" };

	if (update_write(&update, &place->seen, &key, &place->arena, &place->packet, &err) != STATUS_OK)
		fail_msg("%s", err.text);
}

static unsigned
count_at(const struct place *place, size_t at)
{
	const uint8_t *octets = (const uint8_t *)place->packet.octets.ptr;

	return (unsigned)octets[at] << 8 | octets[at + 1];
}

static bool
has_octets(const struct place *place, struct slice wanted)
{
	struct slice rest = place->packet.octets;

	for (; rest.len >= wanted.len; rest = slice_after(rest, 1)) {
		if (slice_starts_with(rest, wanted))
			return true;
	}
	return false;
}

#define TXT_OF_ANY "\0\x10\0\xff\0\0\0\0\0\0"  /* delete the RRset */
#define TXT_OF_NONE "\0\x10\0\xfe\0\0\0\0\0\0" /* it does not exist */

static void
update__asks_for_nothing_where_nothing_was(void **state)
{
	struct place place;

	(void)state;
	begin(&place);
	write_it(&place, "v=DKIM1");
	assert_int_equal(count_at(&place, 4), 1); /* zone */
	assert_int_equal(count_at(&place, 6), 1); /* prerequisites */
	assert_int_equal(count_at(&place, 8), 2); /* updates */
	assert_true(has_octets(&place, SLICE_LITERAL(TXT_OF_NONE)));
	assert_true(has_octets(&place, SLICE_LITERAL(TXT_OF_ANY)));
	assert_true(has_octets(&place, SLICE_LITERAL("\0\x10\0\x01\0\0\x01\x2c\0\x08\x07v=DKIM1")));
	arena_done(&place.arena);
}

/* String by string, and of that name and type alone; ttl 0 (RFC 2136 §2.4.2). */
static void
update__asks_for_all_that_was_seen(void **state)
{
	struct place place;

	(void)state;
	begin(&place);
	place.records[0] = record_at("a.keys.example", RECORD_TXT, SLICE_LITERAL("\x02" "v=" "\0" "\x01" "x"));
	place.records[1] = record_at("b.keys.example", RECORD_TXT, SLICE_LITERAL("\x01" "y"));
	place.records[2] = record_at("a.keys.example", RECORD_TXT, SLICE_LITERAL("\x01" "z"));
	place.seen.record_count = 3;
	write_it(&place, "");
	assert_int_equal(count_at(&place, 6), 2);
	assert_int_equal(count_at(&place, 8), 1);
	assert_true(has_octets(&place, SLICE_LITERAL("\0\x10\0\x01\0\0\0\0\0\x06\x02v=\0\x01x")));
	assert_true(has_octets(&place, SLICE_LITERAL("\0\x10\0\x01\0\0\0\0\0\x02\x01z")));
	assert_false(has_octets(&place, SLICE_LITERAL("\x01y")));
	assert_false(has_octets(&place, SLICE_LITERAL(TXT_OF_NONE)));
	arena_done(&place.arena);
}

/* ---- answers ---- */

/* Behind the header: a TSIG record without a signature, and its error. */
#define TSIG_OF(error) \
	"\x01k\0" "\0\xfa\0\xff\0\0\0\0\0\x1d" "\x0bhmac-sha256\0" "\0\0\0\0\0\0\x01\x2c" "\0\0\0\0\0" error "\0\0"

static const struct {
	uint8_t rcode;
	struct slice tsig; /* empty: none */
	enum status status;
	const char *words;
} refusals[] = {
	{ 0, { "", 0 }, STATUS_INVALID, "not signed with our key" },
	{ 1, { "", 0 }, STATUS_REFUSED, "FORMERR: it does not understand updates" },
	{ 2, { "", 0 }, STATUS_REFUSED, "SERVFAIL" },
	{ 4, { "", 0 }, STATUS_REFUSED, "NOTIMPL: it does not take updates" },
	{ 5, { "", 0 }, STATUS_REFUSED, "REFUSED: the key may not make this change" },
	{ 7, { "", 0 }, STATUS_CONFLICT, "YXRRSET" },
	{ 8, { "", 0 }, STATUS_CONFLICT, "NXRRSET" },
	{ 9, { "", 0 }, STATUS_REFUSED, "NOTAUTH: it is not the primary server" },
	{ 9, SLICE_LITERAL(TSIG_OF("\x10")), STATUS_REFUSED, "NOTAUTH (BADSIG): it has another secret" },
	{ 9, SLICE_LITERAL(TSIG_OF("\x11")), STATUS_REFUSED, "NOTAUTH (BADKEY): it has no TSIG key" },
	{ 9, SLICE_LITERAL(TSIG_OF("\x12")), STATUS_REFUSED, "NOTAUTH (BADTIME): its clock and ours" },
	{ 9, SLICE_LITERAL(TSIG_OF("\x16")), STATUS_REFUSED, "NOTAUTH (BADTRUNC): it does not take" },
	{ 9, SLICE_LITERAL(TSIG_OF("\x63")), STATUS_REFUSED, "NOTAUTH: it is not the primary server" },
	{ 10, { "", 0 }, STATUS_REFUSED, "NOTZONE: the name is not in its zone" },
	{ 15, { "", 0 }, STATUS_REFUSED, "the server answers" },
};

static struct slice
answer_with(char *octets, uint16_t id, uint8_t rcode, struct slice tsig)
{
	const char head[HEADER_SIZE] = { (char)(id >> 8), (char)id, (char)UPDATE_ANSWER, (char)rcode,
		[11] = tsig.len > 0 ? 1 : 0 };

	memcpy(octets, head, sizeof(head));
	memcpy(octets + sizeof(head), tsig.ptr, tsig.len);
	return slice_of(octets, sizeof(head) + tsig.len);
}

static void
update__says_what_a_refusal_means(void **state)
{
	struct place place;

	(void)state;
	begin(&place);
	write_it(&place, "v=DKIM1");
	for (size_t i = 0; i < COUNT(refusals); i++) {
		char octets[512];
		struct error err = { "" };
		struct slice reply =
		    answer_with(octets, place.packet.id, refusals[i].rcode, refusals[i].tsig);

		assert_int_equal(update_read(reply, &place.packet, &key, &err), refusals[i].status);
		if (strstr(err.text, refusals[i].words) == NULL)
			fail_msg("row %zu: %s", i, err.text);
	}
	arena_done(&place.arena);
}

static void
update__takes_no_other_answer(void **state)
{
	struct place place;
	char octets[512];
	struct slice reply;

	(void)state;
	begin(&place);
	write_it(&place, "v=DKIM1");
	reply = answer_with(octets, place.packet.id ^ 1, 5, SLICE_EMPTY);
	assert_int_equal(update_read(reply, &place.packet, &key, NULL), STATUS_INVALID);
	reply = answer_with(octets, place.packet.id, 5, SLICE_EMPTY);
	octets[2] = (char)0x80; /* to a question */
	assert_int_equal(update_read(reply, &place.packet, &key, NULL), STATUS_INVALID);
	assert_int_equal(update_read(SLICE_LITERAL("garbage"), &place.packet, &key, NULL), STATUS_INVALID);
	arena_done(&place.arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(update__asks_for_nothing_where_nothing_was),
		cmocka_unit_test(update__asks_for_all_that_was_seen),
		cmocka_unit_test(update__says_what_a_refusal_means),
		cmocka_unit_test(update__takes_no_other_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
