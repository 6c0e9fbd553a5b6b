/* SPDX-License-Identifier: ISC */
#include "verdict/text_verdict.h"

#include "base/buf.h"
#include "verdict/key_seen.h"
#include "verdict/sentence.h"
#include "verdict/text_fault.h"

#define HASH_SHOWN 8 /* octets of a hash that a sentence shows */

/* All that a rule may look at. */
struct question {
	const struct expectation *expected;
	const char *name;
	struct text_fault fault;
	struct key_record record; /* of a text without fault */
	enum status hash_status;
	uint8_t hash[DIGEST_SIZE];
};

static bool
is_ours(const struct question *q)
{
	return q->hash_status == STATUS_OK &&
	    memcmp(q->hash, q->expected->key_sha256, DIGEST_SIZE) == 0;
}

static enum key_record_type
wanted_type(const struct question *q)
{
	return q->expected->algorithm == ALGORITHM_ED25519_SHA256 ? KEY_RECORD_ED25519 : KEY_RECORD_RSA;
}

/* ---- the rules ---- */

static bool
is_unknown(const struct question *q)
{
	return q->hash_status != STATUS_OK && q->hash_status != STATUS_NOT_FOUND;
}

static void
say_unknown(const struct question *q, struct verdict *verdict)
{
	SENTENCE_SET(verdict->sentence, "the key at %s could not be hashed: %s",
	    sentence_name(q->name).text, status_name(q->hash_status));
}

static bool
is_faulty(const struct question *q)
{
	return q->fault.code != DNS_CODE_NONE;
}

static void
say_fault(const struct question *q, struct verdict *verdict)
{
	verdict->code = q->fault.code;
	SENTENCE_SET(verdict->sentence, "the TXT record at %s %s%s", sentence_name(q->name).text,
	    q->fault.phrase, is_ours(q) ? "; its key is the right one" : "");
	SENTENCE_SET(verdict->advice, "%s", q->fault.advice);
}

static bool
is_revoked(const struct question *q)
{
	return q->record.public_key_len == 0;
}

static void
say_revoked(const struct question *q, struct verdict *verdict)
{
	SENTENCE_SET(verdict->sentence, "the TXT record at %s has an empty p=: its key is revoked",
	    sentence_name(q->name).text);
}

static bool
is_other(const struct question *q)
{
	return !is_ours(q);
}

static void
put_hash(struct verdict *verdict, const uint8_t hash[DIGEST_SIZE])
{
	char text[2 * HASH_SHOWN + 1];
	struct buf out;

	buf_init_fixed(&out, text, sizeof(text));
	buf_put_hex(&out, hash, HASH_SHOWN);
	SENTENCE_ADD(verdict->sentence, "%s...", buf_text(&out));
}

static void
say_other(const struct question *q, struct verdict *verdict)
{
	SENTENCE_SET(verdict->sentence, "the TXT record at %s has another key: the SHA-256 of its p= is ",
	    sentence_name(q->name).text);
	put_hash(verdict, q->hash);
	SENTENCE_ADD(verdict->sentence, ", not ");
	put_hash(verdict, q->expected->key_sha256);
}

static bool
is_other_type(const struct question *q)
{
	return q->record.type != wanted_type(q);
}

static void
say_other_type(const struct question *q, struct verdict *verdict)
{
	SENTENCE_SET(verdict->sentence, "the TXT record at %s has the right key, but its type is %s",
	    sentence_name(q->name).text,
	    q->record.type == KEY_RECORD_RSA ? "rsa, as it is without k=" : "ed25519");
	SENTENCE_SET(verdict->advice, "put %s into the record",
	    wanted_type(q) == KEY_RECORD_RSA ? "k=rsa" : "k=ed25519");
}

static bool
is_left_in_test(const struct question *q)
{
	return q->record.is_test_mode && !q->expected->is_test_mode;
}

static void
say_test(const struct question *q, struct verdict *verdict)
{
	SENTENCE_SET(verdict->sentence,
	    "%s has the right key, with t=y: verifiers may treat its mail as unsigned",
	    sentence_name(q->name).text);
}

static bool
is_right(const struct question *q)
{
	(void)q;
	return true;
}

static void
say_right(const struct question *q, struct verdict *verdict)
{
	SENTENCE_SET(verdict->sentence, "%s has the right key", sentence_name(q->name).text);
}

/* The first that holds; what a row says may set code and advice itself. */
static const struct {
	bool (*holds)(const struct question *q);
	enum dns_code code;
	void (*say)(const struct question *q, struct verdict *verdict);
	const char *advice;
} rules[] = {
	{ is_unknown, DNS_CODE_UNREACHABLE, say_unknown, "look again later" },
	{ is_faulty, DNS_CODE_NONE, say_fault, "" },
	{ is_revoked, DNS_CODE_REVOKED, say_revoked,
	    "make a new key, or, if it was not meant to be revoked, publish what signetctl records prints" },
	{ is_other, DNS_CODE_OTHER_KEY, say_other,
	    "publish what signetctl records prints for this selector" },
	{ is_other_type, DNS_CODE_WRONG_TYPE, say_other_type, "" },
	{ is_left_in_test, DNS_CODE_TEST_MODE, say_test, "remove t=y from the record" },
	{ is_right, DNS_CODE_PUBLISHED, say_right, "" },
};

static void
apply(const struct question *q, struct verdict *verdict)
{
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		if (!rules[i].holds(q))
			continue;
		verdict->code = rules[i].code;
		SENTENCE_SET(verdict->advice, "%s", rules[i].advice);
		rules[i].say(q, verdict);
		return;
	}
}

void
text_verdict_reach(const struct expectation *expected, const char *name,
    const struct sight_text *text, struct verdict *ret_verdict)
{
	struct question q = { .expected = expected, .name = name };
	struct slice bytes = slice_of(text->bytes, text->len);
	struct verdict verdict = { .code = DNS_CODE_NONE };
	struct key_seen key;

	text_fault_find(bytes, text->is_cut, &q.record, &q.fault);
	key_seen_find(bytes, &key);
	q.hash_status = key_seen_hash(&key, q.hash);
	verdict.has_key = q.hash_status == STATUS_OK;
	memcpy(verdict.key_sha256, q.hash, sizeof(verdict.key_sha256));
	apply(&q, &verdict);
	*ret_verdict = verdict;
}
