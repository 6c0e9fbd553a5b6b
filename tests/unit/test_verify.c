/* SPDX-License-Identifier: ISC */
/*
 * What is signed, judged as a verifier does (RFC 6376 §6.1), by a verifier
 * that is short and plain; and whether tampering is seen.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/scan.h"
#include "dinner.h"
#include "dkim/tag_list.h"

#define LIT(text) SLICE_LITERAL(text)
#define ARENA_BYTES (1U << 20)

static void
put_to_digest(void *context, struct slice bytes)
{
	digest_put(context, bytes);
}

static void
hash_body(const char *body, enum canon canon, uint8_t ret_hash[DIGEST_SIZE])
{
	struct canon_body state;
	struct canon_sink sink = { .put = put_to_digest };
	struct digest *digest;

	assert_int_equal(digest_new(&digest), STATUS_OK);
	sink.context = digest;
	canon_body_init(&state, canon, sink);
	canon_body_put(&state, slice_from_text(body));
	canon_body_end(&state);
	assert_int_equal(digest_end(digest, ret_hash), STATUS_OK);
	digest_free(&digest);
}

/* ---- what the RFCs have computed ---- */

static void
assert_body_hash(const char *body, enum canon canon, const char *expected)
{
	uint8_t hash[DIGEST_SIZE], expected_hash[DIGEST_SIZE];

	hash_body(body, canon, hash);
	(void)dinner_decode(slice_from_text(expected), expected_hash, sizeof(expected_hash));
	assert_memory_equal(hash, expected_hash, sizeof(hash));
}

/* RFC 6376 §3.4.3 and §3.4.4. */
static void
verify__known_hashes_of_empty_bodies(void **state)
{
	(void)state;
	assert_body_hash("", CANON_SIMPLE, "frcCV1k9oG9oKj3dpUqdJg1PxRT2RSN/XKdLCPjaYaY=");
	assert_body_hash("", CANON_RELAXED, "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
}

/* The fields of h= (what it repeats stands for nothing), then the given field with an empty b=. */
static void
digest_message(const struct message *message, enum canon canon, const char *own_value,
    uint8_t ret_digest[DIGEST_SIZE])
{
	struct digest *digest;
	struct canon_sink sink = { .put = put_to_digest };

	assert_int_equal(digest_new(&digest), STATUS_OK);
	sink.context = digest;
	for (size_t i = 0; message->fields[i][0] != NULL; i++) {
		canon_header(canon, slice_from_text(message->fields[i][0]),
		    slice_from_text(message->fields[i][1]), &sink);
		digest_put(digest, LIT("\r\n"));
	}
	canon_header(canon, LIT("DKIM-Signature"), slice_from_text(own_value), &sink);
	assert_int_equal(digest_end(digest, ret_digest), STATUS_OK);
	digest_free(&digest);
}

/* RFC 8463 §A.3; what our signing makes of its private key is the RFC's signature, octet by octet. */
static void
verify__known_ed25519_signature_verifies(void **state)
{
	uint8_t digest[DIGEST_SIZE], signature[64], ours[64];

	(void)state;
	assert_body_hash(dinner.body, CANON_RELAXED, DINNER_BODY_HASH);
	digest_message(&dinner, CANON_RELAXED,
	    " v=1; a=ed25519-sha256; c=relaxed/relaxed;\r\n"
	    " d=football.example.com; i=@football.example.com;\r\n"
	    " q=dns/txt; s=brisbane; t=1528637909; h=from : to :\r\n"
	    " subject : date : message-id : from : subject : date;\r\n"
	    " bh=" DINNER_BODY_HASH ";\r\n"
	    " b=",
	    digest);
	(void)dinner_decode(LIT("/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus"
	                        "Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw=="),
	    signature, sizeof(signature));
	assert_true(dinner_is_ed25519_signature(digest, signature));
	dinner_sign_ed25519(digest, ours);
	assert_memory_equal(ours, signature, sizeof(ours));
}

static void
assert_rsa_signature(const char *public_key, const uint8_t digest[DIGEST_SIZE], struct slice base64)
{
	uint8_t changed[DIGEST_SIZE], signature[128];

	assert_int_equal(dinner_decode(base64, signature, sizeof(signature)), sizeof(signature));
	assert_true(dinner_is_rsa_signature(public_key, digest, signature, sizeof(signature)));
	memcpy(changed, digest, sizeof(changed));
	changed[0] ^= 1;
	assert_false(dinner_is_rsa_signature(public_key, changed, signature, sizeof(signature)));
}

/* RFC 8463 §A.3. */
static void
verify__known_rsa_signature_verifies(void **state)
{
	uint8_t digest[DIGEST_SIZE];

	(void)state;
	digest_message(&dinner, CANON_RELAXED,
	    " v=1; a=rsa-sha256; c=relaxed/relaxed;\r\n"
	    " d=football.example.com; i=@football.example.com;\r\n"
	    " q=dns/txt; s=test; t=1528637909; h=from : to : subject :\r\n"
	    " date : message-id : from : subject : date;\r\n"
	    " bh=" DINNER_BODY_HASH ";\r\n"
	    " b=",
	    digest);
	assert_rsa_signature(DINNER_RSA_PUBLIC, digest,
	    LIT("F45dVWDfMbQDGHJFlXUNB2HKfbCeLRyhDXgFpEL8GwpsRe0IeIixNTe3"
	        "DhCVlUrSjV4BwcVcOF6+FF3Zo9Rpo1tFOeS9mPYQTnGdaSGsgeefOsk2Jz"
	        "dA+L10TeYt9BgDfQNZtKdN1WO//KgIqXP7OdEFE4LjFYNcUxZQ4FADY+8="));
}

/*
 * RFC 6376 §A.2, with two errata: one space in "game. Are" (3192), and lines
 * folded with six spaces (4926). The key is that of §C.
 */
static const struct message simple_dinner = {
	.fields = {
		{ "Received", " from client1.football.example.com  [192.0.2.1]\r\n"
		              "      by submitserver.example.com with SUBMISSION;\r\n"
		              "      Fri, 11 Jul 2003 21:01:54 -0700 (PDT)" },
		{ "From", " Joe SixPack <joe@football.example.com>" },
		{ "To", " Suzie Q <suzie@shopping.example.net>" },
		{ "Subject", " Is dinner ready?" },
		{ "Date", " Fri, 11 Jul 2003 21:00:37 -0700 (PDT)" },
		{ "Message-ID", " <20030712040037.46341.5F8J@football.example.com>" },
	},
	.body = "Hi.\r\n\r\nWe lost the game. Are you hungry yet?\r\n\r\nJoe.\r\n",
};

#define SIMPLE_DINNER_PUBLIC \
	"MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDwIRP/UC3SBsEmGqZ9ZJW3/DkM" \
	"oGeLnQg1fWn7/zYtIxN2SnFCjxOCKG9v3b4jYfcTNh5ijSsq631uBItLa7od+v/R" \
	"tdC2UzJ1lWT947qR+Rcac2gbto/NMqJ0fzfVjH4OuKhitdY9tf6mcwGjaNBcWToI" \
	"MmPSPDdQPNUYckcQ2QIDAQAB"

static void
verify__known_simple_signature_verifies(void **state)
{
	uint8_t digest[DIGEST_SIZE];

	(void)state;
	assert_body_hash(simple_dinner.body, CANON_SIMPLE, DINNER_BODY_HASH);
	digest_message(&simple_dinner, CANON_SIMPLE,
	    " v=1; a=rsa-sha256; s=brisbane; d=example.com;\r\n"
	    "      c=simple/simple; q=dns/txt; i=joe@football.example.com;\r\n"
	    "      h=Received : From : To : Subject : Date : Message-ID;\r\n"
	    "      bh=" DINNER_BODY_HASH ";\r\n"
	    "      b=;",
	    digest);
	assert_rsa_signature(SIMPLE_DINNER_PUBLIC, digest,
	    LIT("AuUoFEfDxTDkHlLXSZEpZj79LICEps6eda7W3deTVFOk4yAUoqOB"
	        "4nujc7YopdG5dWLSdNg6xNAZpOPr+kHxt1IrE+NahM6L/LbvaHut"
	        "KVdkLLkpVaVVQPzeRDI009SO2Il5Lu7rDNH6mZckBdrIx0orEtZV"
	        "4bmp/YzhwvcubU4="));
}

/* ---- a plain verifier ---- */

static struct slice
tag_value(struct slice value, const char *name)
{
	static struct tag_list list;
	const struct tag *tag;

	assert_int_equal(tag_list_parse(value, &list), STATUS_OK);
	tag = tag_list_find(&list, slice_from_text(name));
	assert_non_null(tag);
	return tag->value;
}

/* Takes the bottommost field of that name which was not taken yet (RFC 6376 §5.4.2). */
static void
put_bottommost(struct header_block *header, struct slice name, enum canon canon,
    const struct canon_sink *sink)
{
	for (size_t i = header->count; i > 0; i--) {
		struct header_field *field = &header->fields[i - 1];

		if (!header_is_named(field, name))
			continue;
		canon_header(canon, field->name, field->value, sink);
		sink->put(sink->context, LIT("\r\n"));
		field->name = LIT("taken");
		return;
	}
}

static void
hash_header(struct header_block *header, struct slice value, enum canon canon,
    uint8_t ret_hash[DIGEST_SIZE])
{
	struct digest *digest;
	struct canon_sink sink = { .put = put_to_digest };
	struct slice names = tag_value(value, "h");
	struct slice signature = tag_value(value, "b");

	assert_int_equal(digest_new(&digest), STATUS_OK);
	sink.context = digest;
	while (names.len > 0)
		put_bottommost(header, slice_trim(slice_cut(&names, ':')), canon, &sink);
	canon_header(canon, LIT("DKIM-Signature"),
	    slice_first(value, (size_t)(signature.ptr - value.ptr)), &sink);
	assert_int_equal(digest_end(digest, ret_hash), STATUS_OK);
	digest_free(&digest);
}

static bool
is_verified(const struct message *message, struct slice value, enum canon canon)
{
	struct arena arena;
	struct header_block header;
	uint8_t hash[DIGEST_SIZE], body_hash[DIGEST_SIZE], signature[64];

	arena_init(&arena, ARENA_BYTES);
	dinner_put_header(&header, &arena, message);
	hash_header(&header, value, canon, hash);
	arena_done(&arena);
	(void)dinner_decode(tag_value(value, "b"), signature, sizeof(signature));
	if (!dinner_is_ed25519_signature(hash, signature))
		return false;
	hash_body(message->body, canon, hash);
	(void)dinner_decode(tag_value(value, "bh"), body_hash, sizeof(body_hash));
	return memcmp(hash, body_hash, sizeof(hash)) == 0;
}

/* ---- what breaks a signature, and what does not ---- */

static const struct tamper_case {
	const char *what;
	size_t field; /* of the dinner; 5 to append one */
	const char *name;
	const char *value;
	const char *body;
	bool breaks_relaxed;
	bool breaks_simple;
} tamper_cases[] = {
	{ "nothing", 0, NULL, NULL, NULL, false, false },
	{ "a signed field", 2, "Subject", " Is Dinner ready?", NULL, true, true },
	{ "white space in a field", 2, "Subject", "  Is\tdinner   ready? ", NULL, false, true },
	{ "a fold", 2, "Subject", " Is\r\n dinner ready?", NULL, false, true },
	{ "the case of a name", 2, "SUBJECT", " Is dinner ready?", NULL, false, true },
	{ "a second From", 5, "From", " mallory@evil.example", NULL, true, true },
	{ "a Subject below", 5, "subject", " x", NULL, true, true },
	{ "a Cc where there was none", 5, "Cc", " x@evil.example", NULL, true, true },
	{ "a Reply-To where there was none", 5, "Reply-To", " x@evil.example", NULL, true, true },
	{ "a Date less", 3, "X-Date", " x", NULL, true, true },
	{ "a trace field", 5, "Received", " from x by y", NULL, false, false },
	{ "an unknown field", 5, "X-Spam", " yes", NULL, false, false },
	{ "the body", 0, NULL, NULL,
	    "Hi!\r\n\r\nWe lost the game.  Are you hungry yet?\r\n\r\nJoe.\r\n",
	    true, true },
	{ "white space in the body", 0, NULL, NULL,
	    "Hi. \r\n\r\nWe lost\tthe game. Are you hungry yet?\r\n\r\nJoe.\r\n", false, true },
	{ "blank lines at the end", 0, NULL, NULL,
	    "Hi.\r\n\r\nWe lost the game.  Are you hungry yet?\r\n\r\nJoe.\r\n\r\n\r\n", false, false },
};

/* Signs the dinner; the field's value into ret_value. */
static void
sign_dinner(enum canon canon, struct buf *ret_value)
{
	struct field_params params = {
		.algorithm = LIT("ed25519-sha256"), .header_canon = canon, .body_canon = canon,
		.domain = LIT("football.example.com"), .selector = LIT("brisbane"),
		.signed_at = DINNER_SIGNED_AT,
	};
	struct arena arena;
	struct header_block header;
	struct signer *signer;
	struct slice value;
	uint8_t signature[64];

	arena_init(&arena, ARENA_BYTES);
	assert_int_equal(signer_new(&signer), STATUS_OK);
	dinner_put_header(&header, &arena, &dinner);
	assert_int_equal(signer_begin(signer, choice_default, &header), STATUS_OK);
	assert_int_equal(signer_add(signer, &params), STATUS_OK);
	signer_put_body(signer, slice_from_text(dinner.body));
	assert_int_equal(signer_end(signer), STATUS_OK);
	dinner_sign_ed25519(signer_digest(signer, 0), signature);
	assert_int_equal(
	    signer_finish(signer, 0, signature, sizeof(signature), &value), STATUS_OK);
	buf_init(ret_value, FIELD_MAX_BYTES);
	buf_put(ret_value, value);
	signer_free(&signer);
	arena_done(&arena);
}

static void
assert_tampered(const struct tamper_case *c, enum canon canon, bool is_broken)
{
	struct message message = dinner;
	struct buf value;

	if (c->name != NULL) {
		message.fields[c->field][0] = c->name;
		message.fields[c->field][1] = c->value;
	}
	if (c->body != NULL)
		message.body = c->body;
	sign_dinner(canon, &value);
	if (is_verified(&message, buf_slice(&value), canon) == is_broken)
		fail_msg("%s (%s)", c->what, word_text(canon_words, (int)canon));
	buf_done(&value);
}

static void
verify__sees_what_was_tampered_with(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(tamper_cases) / sizeof(tamper_cases[0]); i++) {
		assert_tampered(&tamper_cases[i], CANON_RELAXED, tamper_cases[i].breaks_relaxed);
		assert_tampered(&tamper_cases[i], CANON_SIMPLE, tamper_cases[i].breaks_simple);
	}
}

/* Every character of the field up to its signature, changed to another of its kind. */
static void
verify__sees_a_changed_signature_field(void **state)
{
	struct buf value;
	size_t end;

	(void)state;
	sign_dinner(CANON_SIMPLE, &value);
	end = (size_t)(tag_value(buf_slice(&value), "b").ptr - value.ptr);
	for (size_t i = 0; i < end; i++) {
		char saved = value.ptr[i];

		if (!scan_is_alnum(saved) || (i > 0 && value.ptr[i + 1] == '='))
			continue; /* the name of a tag: no tag list any more */
		value.ptr[i] = saved == 'A' ? 'B' : 'A';
		assert_false(is_verified(&dinner, buf_slice(&value), CANON_SIMPLE));
		value.ptr[i] = saved;
	}
	assert_true(is_verified(&dinner, buf_slice(&value), CANON_SIMPLE));
	buf_done(&value);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(verify__known_hashes_of_empty_bodies),
		cmocka_unit_test(verify__known_ed25519_signature_verifies),
		cmocka_unit_test(verify__known_rsa_signature_verifies),
		cmocka_unit_test(verify__known_simple_signature_verifies),
		cmocka_unit_test(verify__sees_what_was_tampered_with),
		cmocka_unit_test(verify__sees_a_changed_signature_field),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
