/* SPDX-License-Identifier: ISC */
/* dns/packet.h, dns/update.h: the octets are what a server sends back, to a question and to an update. */
#include "dns/packet.h"

#include <stdlib.h>
#include <string.h>

#include "dns/update.h"
#include "target.h"

#define INPUT_MAX 65535 /* what a length over TCP can say */
#define ARENA_MAX ((size_t)16 << 20)
#define HEADER_SIZE 12
#define ID 0x1234
#define QR 0x80
#define OPCODE 0x78

static const struct question question = {
	.name = "s1._domainkey.example.com",
	.type = RECORD_TXT,
	.id = ID,
	.wants_recursion = true,
};

/* ---- what was read ---- */

static void
check_name(const char name[DOMAIN_MAX + 1])
{
	size_t len = strnlen(name, DOMAIN_MAX + 1);

	TARGET_CHECK(len <= DOMAIN_MAX);
	for (size_t i = 0; i < len; i++)
		TARGET_CHECK(name[i] < 'A' || name[i] > 'Z');
}

/* The text is its strings, joined. */
static void
check_text(const struct record *record)
{
	struct slice text = record->text;
	struct slice rest = record->strings;
	unsigned count = 0;

	for (; rest.len > 0; count++) {
		size_t len = (uint8_t)rest.ptr[0];

		TARGET_CHECK(len + 1 <= rest.len);
		TARGET_CHECK(slice_starts_with(text, slice_of(rest.ptr + 1, len)));
		text = slice_after(text, len);
		rest = slice_after(rest, len + 1);
	}
	TARGET_CHECK(text.len == 0 && count == record->string_count);
}

static void
check_record(const struct record *record)
{
	check_name(record->owner);
	check_name(record->target);
	check_text(record);
	TARGET_CHECK(record->type != RECORD_A || record->address_len == 4);
	TARGET_CHECK(record->type != RECORD_AAAA || record->address_len == 16);
	TARGET_CHECK(record->type == RECORD_TXT || record->strings.len == 0);
	TARGET_CHECK(record->type == RECORD_NS || record->type == RECORD_CNAME || record->target[0] == '\0');
}

static bool
is_same_record(const struct record *a, const struct record *b)
{
	return strcmp(a->owner, b->owner) == 0 && strcmp(a->target, b->target) == 0 &&
	    a->type == b->type && a->ttl == b->ttl && a->address_len == b->address_len &&
	    memcmp(a->address, b->address, a->address_len) == 0 && slice_equal(a->strings, b->strings);
}

static bool
is_same_answer(const struct answer *a, const struct answer *b)
{
	bool is_same = a->rcode == b->rcode && a->is_authoritative == b->is_authoritative &&
	    a->is_truncated == b->is_truncated && a->is_secure == b->is_secure &&
	    a->has_soa == b->has_soa && a->negative_ttl == b->negative_ttl &&
	    a->record_count == b->record_count;

	for (size_t i = 0; i < a->record_count && is_same; i++)
		is_same = is_same_record(&a->records[i], &b->records[i]);
	return is_same;
}

/* ---- reading it ---- */

/* Memory is bounded by the octets and by the number of records that are kept (question.h). */
static size_t
bound_of(size_t len)
{
	return (ANSWER_RECORDS_MAX + 1) * (sizeof(struct record) + 64) + 2 * len;
}

/* Again, with so much memory. */
static enum status
read_within(struct slice octets, size_t max_bytes, const struct answer *wanted)
{
	struct arena arena;
	struct answer answer;
	enum status status;

	arena_init(&arena, max_bytes);
	status = packet_read(octets, &question, &arena, &answer);
	if (status == STATUS_OK)
		TARGET_CHECK(is_same_answer(&answer, wanted));
	arena_done(&arena);
	return status;
}

/* To whoever asked something else it is no answer, but for a refusal that does not repeat the question. */
static void
check_others(struct slice octets, const struct answer *answer)
{
	struct question others[] = { question, question, question };
	bool may_omit = answer->rcode == RCODE_FORMERR || answer->rcode == RCODE_NOTIMP;

	others[0].id ^= 1;
	others[1].type = RECORD_A;
	memcpy(others[2].name, "s2", 2);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		struct arena arena;
		struct answer other;
		enum status status;

		arena_init(&arena, ARENA_MAX);
		status = packet_read(octets, &others[i], &arena, &other);
		TARGET_CHECK(status == STATUS_INVALID || (may_omit && i > 0));
		arena_done(&arena);
	}
}

static void
check_answer(struct slice octets)
{
	struct arena arena;
	struct answer answer;
	enum status status;

	arena_init(&arena, ARENA_MAX);
	status = packet_read(octets, &question, &arena, &answer);
	TARGET_CHECK(status == STATUS_OK || status == STATUS_INVALID);
	/* a flood of what is no answer uses up nothing */
	TARGET_CHECK(status == STATUS_OK || arena.used_bytes == 0);
	if (status == STATUS_OK) {
		TARGET_CHECK(answer.record_count <= ANSWER_RECORDS_MAX);
		TARGET_CHECK(arena.used_bytes <= bound_of(octets.len));
		for (size_t i = 0; i < answer.record_count; i++)
			check_record(&answer.records[i]);
		TARGET_CHECK(read_within(octets, arena.used_bytes, &answer) == STATUS_OK);
		TARGET_CHECK(read_within(octets, arena.used_bytes - 1, &answer) == STATUS_NO_MEMORY);
		check_others(octets, &answer);
	}
	arena_done(&arena);
}

/* Nobody who does not know the key can say yes. */
static void
check_update(struct slice octets)
{
	static const struct tsig_key key = { "k", "hmac-sha256.", "c2VjcmV0" };
	const struct update_packet packet = { .mac = SLICE_LITERAL("0123456789abcdef0123456789abcdef"), .id = ID };
	struct error err = { "" };
	enum status status = update_read(octets, &packet, &key, &err);

	TARGET_CHECK(status == STATUS_INVALID || status == STATUS_REFUSED || status == STATUS_CONFLICT);
	TARGET_CHECK(err.text[0] != '\0');
	for (const char *c = err.text; *c != '\0'; c++)
		TARGET_CHECK(*c >= ' ' && *c <= '~');
}

/* As it came, and with the few octets that make it an answer to what was asked. */
static void
check(char *octets, size_t len, uint8_t opcode)
{
	if (len >= HEADER_SIZE) {
		octets[0] = (char)(ID >> 8);
		octets[1] = (char)(ID & 0xff);
		octets[2] = (char)(((uint8_t)octets[2] & ~OPCODE) | QR | opcode);
	}
	check_answer(slice_of(octets, len));
	check_update(slice_of(octets, len));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice input = slice_of(data, size);
	char *copy;

	if (size > INPUT_MAX)
		return 0;
	copy = target_copy(input);
	check_answer(input);
	check_update(input);
	check(copy, size, 0);
	check(copy, size, 5 << 3);
	free(copy);
	return 0;
}
