/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "dinner.h"
#include "dkim/earlier.h"

#define LIT(text) SLICE_LITERAL(text)
#define ARENA_BYTES (1U << 20)
#define LATER (DINNER_SIGNED_AT + 3600)
#define FIELD_SIZE 4096

/* Two passes of one message: the second has the first's field on top. */
struct place {
	struct arena arena;
	struct header_block header;
	struct signer *signer;
	char field[FIELD_SIZE]; /* of the first pass */
};

static struct field_params
params_at(int64_t now, enum canon canon)
{
	return (struct field_params){
		.algorithm = LIT("ed25519-sha256"),
		.header_canon = canon,
		.body_canon = CANON_RELAXED,
		.domain = LIT("football.example.com"),
		.selector = LIT("brisbane"),
		.signed_at = now,
	};
}

static void
sign(struct place *place, int64_t now, enum canon canon, const char *body)
{
	struct field_params params = params_at(now, canon);

	assert_int_equal(signer_begin(place->signer, choice_default, &place->header), STATUS_OK);
	assert_int_equal(signer_add(place->signer, &params), STATUS_OK);
	signer_put_body(place->signer, slice_from_text(body));
	assert_int_equal(signer_end(place->signer), STATUS_OK);
}

static void
first_pass(struct place *place, enum canon canon)
{
	uint8_t signature[64];
	struct slice value;

	arena_reset(&place->arena);
	dinner_put_header(&place->header, &place->arena, &dinner);
	sign(place, DINNER_SIGNED_AT, canon, dinner.body);
	dinner_sign_ed25519(signer_digest(place->signer, 0), signature);
	assert_int_equal(
	    signer_finish(place->signer, 0, signature, sizeof(signature), &value), STATUS_OK);
	assert_true(value.len < FIELD_SIZE);
	memcpy(place->field, value.ptr, value.len);
	place->field[value.len] = '\0';
}

static void
add(struct place *place, const char *name, const char *value)
{
	assert_int_equal(
	    header_add(&place->header, slice_from_text(name), slice_from_text(value)), STATUS_OK);
}

/* Begins the header of the second pass with a field, or with none. */
static void
begin_second(struct place *place, const char *field)
{
	arena_reset(&place->arena);
	header_init(&place->header, &place->arena, 65536, 100);
	if (field != NULL)
		add(place, "DKIM-Signature", field);
	for (size_t i = 0; dinner.fields[i][0] != NULL; i++)
		add(place, dinner.fields[i][0], dinner.fields[i][1]);
}

/* What the milter does: is there a field of ours, which the key confirms? */
static bool
is_signed(struct place *place, enum canon canon, const char *body)
{
	struct field_params params = params_at(LATER, canon);
	struct earlier earlier;
	size_t at = 0;

	sign(place, LATER, canon, body);
	while (earlier_find(&place->header, &params, &at, &earlier) == STATUS_OK) {
		uint8_t signature[64];

		assert_int_equal(signer_redate(place->signer, 0, earlier.signed_at), STATUS_OK);
		if (!signer_has_built(place->signer, 0, earlier.unsigned_value))
			continue;
		dinner_sign_ed25519(signer_digest(place->signer, 0), signature);
		if (earlier_is(&earlier, signature, sizeof(signature)))
			return true;
	}
	return false;
}

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
earlier__is_found_in_the_second_pass(void **state)
{
	static const enum canon canons[] = { CANON_RELAXED, CANON_SIMPLE };
	struct place *place = *state;

	for (size_t i = 0; i < 2; i++) {
		first_pass(place, canons[i]);
		begin_second(place, place->field);
		assert_true(is_signed(place, canons[i], dinner.body));
		begin_second(place, NULL);
		assert_false(is_signed(place, canons[i], dinner.body));
	}
}

/* Among those of others, and of ours from before the message was changed. */
static void
earlier__is_found_below_others(void **state)
{
	struct place *place = *state;
	char stale[FIELD_SIZE];

	first_pass(place, CANON_RELAXED);
	memcpy(stale, place->field, FIELD_SIZE);
	*strstr(stale, "bh=2jUS") = 'x';
	begin_second(place, " v=1; a=rsa-sha256; d=other.example; s=x; bh=; h=From; b=AAAA");
	add(place, "DKIM-Signature", "no tags");
	add(place, "dkim-signature", stale);
	assert_false(is_signed(place, CANON_RELAXED, dinner.body));
	add(place, "dkim-signature ", place->field);
	assert_true(is_signed(place, CANON_RELAXED, dinner.body));
}

static void
earlier__may_have_been_folded_anew(void **state)
{
	struct place *place = *state;
	char *fold;

	first_pass(place, CANON_RELAXED);
	fold = strstr(place->field, "\r\n\t");
	memcpy(fold, "   ", 3);
	begin_second(place, place->field);
	assert_true(is_signed(place, CANON_RELAXED, dinner.body));
	assert_false(is_signed(place, CANON_SIMPLE, dinner.body));
}

/* Every octet of the field counts: none can be changed, and it stay ours. */
static void
earlier__is_not_what_anybody_else_could_write(void **state)
{
	struct place *place = *state;
	size_t len;

	first_pass(place, CANON_RELAXED);
	len = strlen(place->field);
	for (size_t i = 0; i < len; i++) {
		char forged[FIELD_SIZE];

		memcpy(forged, place->field, sizeof(forged));
		if (slice_find(LIT(" \t\r\n"), forged[i]) < 4)
			continue;
		forged[i] = forged[i] == 'A' ? 'B' : 'A';
		begin_second(place, forged);
		if (is_signed(place, CANON_RELAXED, dinner.body))
			fail_msg("octet %zu: %s", i, forged);
	}
}

/* What follows b=, or goes before it is known, is none of ours either. */
static void
earlier__has_its_signature_last(void **state)
{
	static const char *const tails[] = { ";", "; x=1", "AAAA", "; l=0" };
	struct place *place = *state;

	first_pass(place, CANON_RELAXED);
	for (size_t i = 0; i < sizeof(tails) / sizeof(tails[0]); i++) {
		struct buf field;

		buf_init(&field, FIELD_SIZE);
		buf_put_format(&field, "%s%s", place->field, tails[i]);
		begin_second(place, buf_text(&field));
		assert_false(is_signed(place, CANON_RELAXED, dinner.body));
		buf_done(&field);
	}
}

/* What is signed now must be what was signed then. */
static void
earlier__is_not_of_a_message_that_was_changed(void **state)
{
	struct place *place = *state;

	first_pass(place, CANON_RELAXED);
	begin_second(place, place->field);
	assert_false(is_signed(place, CANON_RELAXED, "Hi.\r\n"));
	begin_second(place, place->field);
	add(place, "Subject", " Is dinner late?");
	assert_false(is_signed(place, CANON_RELAXED, dinner.body));
	/* valid, and does not cover what is there now */
	begin_second(place, place->field);
	add(place, "List-Id", " <list.example.com>");
	assert_false(is_signed(place, CANON_RELAXED, dinner.body));
	/* not covered then or now */
	begin_second(place, place->field);
	add(place, "Received", " by filter.example.com");
	assert_true(is_signed(place, CANON_RELAXED, dinner.body));
}

static void
earlier__compares_whole_signatures(void **state)
{
	struct earlier earlier = { .signature = { 1, 2, 3 }, .signature_len = 3 };
	static const uint8_t same[] = { 1, 2, 3, 0 };
	static const uint8_t others[][3] = { { 0, 2, 3 }, { 1, 2, 4 }, { 2, 1, 3 } };

	(void)state;
	assert_true(earlier_is(&earlier, same, 3));
	assert_false(earlier_is(&earlier, same, 4));
	assert_false(earlier_is(&earlier, same, 2));
	for (size_t i = 0; i < 3; i++)
		assert_false(earlier_is(&earlier, others[i], 3));
	earlier.signature_len = 0;
	assert_false(earlier_is(&earlier, same, 0));
}

#define PLACE_TEST(name) cmocka_unit_test_setup_teardown(name, make_place, free_place)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		PLACE_TEST(earlier__is_found_in_the_second_pass),
		PLACE_TEST(earlier__is_found_below_others),
		PLACE_TEST(earlier__may_have_been_folded_anew),
		PLACE_TEST(earlier__is_not_what_anybody_else_could_write),
		PLACE_TEST(earlier__has_its_signature_last),
		PLACE_TEST(earlier__is_not_of_a_message_that_was_changed),
		cmocka_unit_test(earlier__compares_whole_signatures),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
