/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <openssl/evp.h>
#include <stdlib.h>

#include "dinner.h"

#define LIT(text) SLICE_LITERAL(text)
#define ARENA_BYTES (1U << 20)

struct place {
	struct arena arena;
	struct header_block header;
	struct signer *signer;
};

static int
make_place(void **state)
{
	struct place *place = calloc(1, sizeof(*place));

	assert_non_null(place);
	arena_init(&place->arena, ARENA_BYTES);
	assert_int_equal(signer_new(&place->signer), STATUS_OK);
	*state = place;
	return 0;
}

static int
free_place(void **state)
{
	struct place *place = *state;

	signer_free(&place->signer);
	arena_done(&place->arena);
	free(place);
	return 0;
}

static void
begin(struct place *place, const struct choice_row *table, const struct message *message)
{
	arena_reset(&place->arena);
	dinner_put_header(&place->header, &place->arena, message);
	assert_int_equal(signer_begin(place->signer, table, &place->header), STATUS_OK);
}

static struct field_params
params_of(enum canon header, enum canon body)
{
	return (struct field_params){
		.algorithm = LIT("ed25519-sha256"),
		.header_canon = header,
		.body_canon = body,
		.domain = LIT("football.example.com"),
		.selector = LIT("brisbane"),
		.signed_at = DINNER_SIGNED_AT,
	};
}

static void
add(struct place *place, enum canon header, enum canon body)
{
	struct field_params params = params_of(header, body);

	assert_int_equal(signer_add(place->signer, &params), STATUS_OK);
}

static void
put_body(struct place *place, struct slice body, size_t size)
{
	while (body.len > 0) {
		signer_put_body(place->signer, slice_first(body, size));
		body = slice_after(body, size);
	}
	assert_int_equal(signer_end(place->signer), STATUS_OK);
}

/* The whole way for one signature. */
static void
digest_message(struct place *place, const struct message *message, enum canon header,
    enum canon body, uint8_t ret_digest[DIGEST_SIZE])
{
	begin(place, choice_default, message);
	add(place, header, body);
	put_body(place, slice_from_text(message->body), SIZE_MAX);
	memcpy(ret_digest, signer_digest(place->signer, 0), DIGEST_SIZE);
}

static const struct choice_row dinner_table[] = {
	{ "From", CHOICE_OVERSIGN_ALWAYS },
	{ "Subject", CHOICE_OVERSIGN_ALWAYS },
	{ "Cc", CHOICE_OVERSIGN_ALWAYS },
	{ "Date", CHOICE_SIGN },
	{ NULL, CHOICE_SIGN },
};

#define OUR_VALUE(header, body, bh) \
	" v=1; a=ed25519-sha256; c=" header "/" body ";\r\n" \
	"\td=football.example.com; s=brisbane; t=1528637909; h=From:From:Subject:\r\n" \
	"\tSubject:Cc:Date; bh=" bh ";\r\n" \
	"\tb="

static void
hash_text(const char *text, uint8_t ret_hash[DIGEST_SIZE])
{
	assert_int_equal(
	    EVP_Digest(text, strlen(text), ret_hash, NULL, EVP_sha256(), NULL), 1);
}

/* What is hashed, written out by hand for both header canonicalizations. */
static void
signer__hashes_exactly_this(void **state)
{
	struct place *place = *state;
	uint8_t expected[DIGEST_SIZE];

	begin(place, dinner_table, &dinner);
	add(place, CANON_RELAXED, CANON_RELAXED);
	add(place, CANON_SIMPLE, CANON_RELAXED);
	put_body(place, slice_from_text(dinner.body), SIZE_MAX);
	hash_text("from:Joe SixPack <joe@football.example.com>\r\n"
	          "subject:Is dinner ready?\r\n"
	          "date:Fri, 11 Jul 2003 21:00:37 -0700 (PDT)\r\n"
	          "dkim-signature:v=1; a=ed25519-sha256; c=relaxed/relaxed; "
	          "d=football.example.com; s=brisbane; t=1528637909; "
	          "h=From:From:Subject: Subject:Cc:Date; bh=" DINNER_BODY_HASH "; b=",
	    expected);
	assert_memory_equal(signer_digest(place->signer, 0), expected, DIGEST_SIZE);
	hash_text("From: Joe SixPack <joe@football.example.com>\r\n"
	          "Subject: Is dinner ready?\r\n"
	          "Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)\r\n"
	          "DKIM-Signature:" OUR_VALUE("simple", "relaxed", DINNER_BODY_HASH),
	    expected);
	assert_memory_equal(signer_digest(place->signer, 1), expected, DIGEST_SIZE);
}

static void
signer__inserts_the_text_that_was_hashed(void **state)
{
	struct place *place = *state;
	uint8_t signature[64];
	struct slice value;

	begin(place, dinner_table, &dinner);
	add(place, CANON_RELAXED, CANON_RELAXED);
	put_body(place, slice_from_text(dinner.body), SIZE_MAX);
	dinner_sign_ed25519(signer_digest(place->signer, 0), signature);
	assert_int_equal(
	    signer_finish(place->signer, 0, signature, sizeof(signature), &value), STATUS_OK);
	assert_true(slice_starts_with(
	    value, slice_from_text(OUR_VALUE("relaxed", "relaxed", DINNER_BODY_HASH))));
	assert_true(dinner_is_ed25519_signature(signer_digest(place->signer, 0), signature));
}

static void
signer__finishes_again_with_a_signature_sent_twice(void **state)
{
	struct place *place = *state;
	struct slice value;

	begin(place, dinner_table, &dinner);
	add(place, CANON_RELAXED, CANON_RELAXED);
	put_body(place, slice_from_text(dinner.body), SIZE_MAX);
	assert_int_equal(
	    signer_finish(place->signer, 0, (const uint8_t *)"long", 4, &value), STATUS_OK);
	assert_int_equal(
	    signer_finish(place->signer, 0, (const uint8_t *)"hi", 2, &value), STATUS_OK);
	assert_true(slice_ends_with(value, LIT(";\r\n\tb=aGk=")));
}

static void
signer__digests_are_the_same_however_the_body_is_cut(void **state)
{
	struct place *place = *state;
	const char *body = dinner.body;
	uint8_t whole[4][DIGEST_SIZE];

	for (size_t size = 0; size <= strlen(body); size++) {
		begin(place, choice_default, &dinner);
		add(place, CANON_SIMPLE, CANON_SIMPLE);
		add(place, CANON_SIMPLE, CANON_RELAXED);
		add(place, CANON_RELAXED, CANON_SIMPLE);
		add(place, CANON_RELAXED, CANON_RELAXED);
		put_body(place, slice_from_text(body), size > 0 ? size : SIZE_MAX);
		for (size_t i = 0; i < 4; i++) {
			if (size == 0)
				memcpy(whole[i], signer_digest(place->signer, i), DIGEST_SIZE);
			assert_memory_equal(signer_digest(place->signer, i), whole[i], DIGEST_SIZE);
		}
	}
}

/* Together and alone, signatures are the same: what they share is shared rightly. */
static void
signer__shares_hashes_between_signatures(void **state)
{
	struct place *place = *state;
	uint8_t alone[4][DIGEST_SIZE];

	for (size_t i = 0; i < 4; i++)
		digest_message(place, &dinner, i < 2 ? CANON_SIMPLE : CANON_RELAXED,
		    i % 2 == 0 ? CANON_SIMPLE : CANON_RELAXED, alone[i]);
	begin(place, choice_default, &dinner);
	for (size_t i = 0; i < SIGNER_MAX; i++)
		add(place, i % 4 < 2 ? CANON_SIMPLE : CANON_RELAXED,
		    i % 2 == 0 ? CANON_SIMPLE : CANON_RELAXED);
	put_body(place, slice_from_text(dinner.body), 7);
	assert_int_equal(signer_count(place->signer), SIGNER_MAX);
	for (size_t i = 0; i < SIGNER_MAX; i++)
		assert_memory_equal(signer_digest(place->signer, i), alone[i % 4], DIGEST_SIZE);
}

static void
signer__takes_so_many_signatures_and_no_more(void **state)
{
	struct place *place = *state;
	struct field_params params = params_of(CANON_RELAXED, CANON_RELAXED);

	begin(place, choice_default, &dinner);
	for (size_t i = 0; i < SIGNER_MAX; i++)
		add(place, CANON_RELAXED, CANON_RELAXED);
	assert_int_equal(signer_add(place->signer, &params), STATUS_TOO_LARGE);
	assert_int_equal(signer_count(place->signer), SIGNER_MAX);
}

static void
signer__begins_anew_after_a_message_that_was_dropped(void **state)
{
	struct place *place = *state;
	uint8_t expected[DIGEST_SIZE], digest[DIGEST_SIZE];

	digest_message(place, &dinner, CANON_RELAXED, CANON_SIMPLE, expected);
	begin(place, dinner_table, &dinner);
	add(place, CANON_SIMPLE, CANON_SIMPLE);
	add(place, CANON_RELAXED, CANON_RELAXED);
	signer_put_body(place->signer, LIT("half a line \r"));
	digest_message(place, &dinner, CANON_RELAXED, CANON_SIMPLE, digest);
	assert_memory_equal(digest, expected, DIGEST_SIZE);
	assert_int_equal(signer_count(place->signer), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(signer__hashes_exactly_this),
		cmocka_unit_test(signer__inserts_the_text_that_was_hashed),
		cmocka_unit_test(signer__finishes_again_with_a_signature_sent_twice),
		cmocka_unit_test(signer__digests_are_the_same_however_the_body_is_cut),
		cmocka_unit_test(signer__shares_hashes_between_signatures),
		cmocka_unit_test(signer__takes_so_many_signatures_and_no_more),
		cmocka_unit_test(signer__begins_anew_after_a_message_that_was_dropped),
	};

	return cmocka_run_group_tests(tests, make_place, free_place);
}
