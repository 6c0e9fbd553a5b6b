/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "lifecycle/publication.h"

#include "dkim/key_record.h"

static struct key_set
rsa_set(bool is_test_mode)
{
	struct key_set set = {
		.domain = "example.com",
		.algorithm = ALGORITHM_RSA_SHA256,
		.test_mode = is_test_mode,
		.slots = { { .has_key = true, .selector = "one", .public_key_len = 294 },
		    { .has_key = true, .selector = "two", .public_key_len = 3, .public_key = "abc" } },
	};

	memset(set.slots[SLOT_PRIMARY].public_key, 'x', set.slots[SLOT_PRIMARY].public_key_len);
	return set;
}

static void
assert_text(void (*put)(struct buf *, const struct key_set *, enum slot),
    const struct key_set *set, enum slot slot, const char *expected)
{
	struct buf text;

	buf_init(&text, 65536);
	put(&text, set, slot);
	assert_string_equal(buf_text(&text), expected);
	buf_done(&text);
}

static void
publication__of_a_short_key_in_every_form(void **state)
{
	struct key_set set = rsa_set(true);

	(void)state;
	assert_text(publication_put_name, &set, SLOT_ALTERNATE, "two._domainkey.example.com");
	assert_text(publication_put_value, &set, SLOT_ALTERNATE, "v=DKIM1; k=rsa; t=y; p=YWJj");
	assert_text(publication_put_zone, &set, SLOT_ALTERNATE,
	    "two._domainkey.example.com. 3600 IN TXT (\n\t\"v=DKIM1; k=rsa; t=y; p=YWJj\" )\n");
	assert_text(publication_put_oneline, &set, SLOT_ALTERNATE,
	    "two._domainkey.example.com. 3600 IN TXT \"v=DKIM1; k=rsa; t=y; p=YWJj\"\n");
	assert_text(publication_put_nsupdate, &set, SLOT_ALTERNATE,
	    "update delete two._domainkey.example.com. CNAME\n"
	    "update delete two._domainkey.example.com. TXT\n"
	    "update add two._domainkey.example.com. 3600 TXT \"v=DKIM1; k=rsa; t=y; p=YWJj\"\n");
}

static void
publication__of_a_delegated_key_is_a_cname(void **state)
{
	struct key_set set = rsa_set(true);
	struct buf line;

	(void)state;
	set.publication = PUBLICATION_DELEGATED;
	(void)snprintf(set.slots[SLOT_ALTERNATE].txt_record_name,
	    sizeof(set.slots[SLOT_ALTERNATE].txt_record_name), "two.k7q2mx.keys.example.net");
	assert_string_equal(publication_type(&set), "CNAME");
	assert_text(publication_put_value, &set, SLOT_ALTERNATE, "two.k7q2mx.keys.example.net.");
	assert_text(publication_put_key, &set, SLOT_ALTERNATE, "v=DKIM1; k=rsa; t=y; p=YWJj");
	assert_text(publication_put_zone, &set, SLOT_ALTERNATE,
	    "two._domainkey.example.com. 3600 IN CNAME two.k7q2mx.keys.example.net.\n");
	assert_text(publication_put_nsupdate, &set, SLOT_ALTERNATE,
	    "update delete two._domainkey.example.com. CNAME\n"
	    "update delete two._domainkey.example.com. TXT\n"
	    "update add two._domainkey.example.com. 3600 CNAME two.k7q2mx.keys.example.net.\n");
	buf_init(&line, 65536);
	publication_put_target_zone(&line, &set, SLOT_ALTERNATE, 60);
	assert_string_equal(buf_text(&line),
	    "two.k7q2mx.keys.example.net. 60 IN TXT \"v=DKIM1; k=rsa; t=y; p=YWJj\"\n");
	buf_done(&line);
}

/* The quoted strings of a text joined, each held to its limit. */
static void
join_strings(struct slice text, struct buf *joined, size_t *ret_count)
{
	size_t count = 0;

	while (slice_find(text, '"') < text.len) {
		struct slice string;

		(void)slice_cut(&text, '"');
		string = slice_cut(&text, '"');
		assert_in_range(string.len, 1, 255);
		buf_put(joined, string);
		count++;
	}
	*ret_count = count;
}

static void
publication__of_a_long_key_is_split_at_255_octets(void **state)
{
	static void (*const forms[])(struct buf *, const struct key_set *, enum slot) = {
		publication_put_zone, publication_put_oneline, publication_put_nsupdate,
	};
	struct key_set set = rsa_set(false);
	struct buf value;

	(void)state;
	buf_init(&value, 65536);
	publication_put_value(&value, &set, SLOT_PRIMARY);
	assert_true(value.len > 255);
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		struct buf text, joined;
		size_t count;

		buf_init(&text, 65536);
		buf_init(&joined, 65536);
		forms[i](&text, &set, SLOT_PRIMARY);
		join_strings(buf_slice(&text), &joined, &count);
		assert_int_equal(count, 2);
		assert_true(slice_equal(buf_slice(&joined), buf_slice(&value)));
		buf_done(&joined);
		buf_done(&text);
	}
	buf_done(&value);
}

static void
publication__is_what_a_verifier_reads(void **state)
{
	struct key_set set = rsa_set(false);
	struct key_record record;
	struct error err = { "" };
	struct buf value;

	(void)state;
	set.algorithm = ALGORITHM_ED25519_SHA256;
	set.slots[SLOT_PRIMARY].public_key_len = 32;
	buf_init(&value, 65536);
	publication_put_value(&value, &set, SLOT_PRIMARY);
	assert_int_equal(key_record_parse(buf_slice(&value), &record, &err), STATUS_OK);
	assert_int_equal(record.type, KEY_RECORD_ED25519);
	assert_int_equal(record.public_key_len, 32);
	assert_memory_equal(record.public_key, set.slots[SLOT_PRIMARY].public_key, 32);
	buf_done(&value);
}

static void
publication__of_the_largest_key_fits(void **state)
{
	struct key_set set = rsa_set(true);
	struct buf text;

	(void)state;
	set.slots[SLOT_PRIMARY].public_key_len = PUBLIC_KEY_MAX;
	buf_init(&text, 65536);
	publication_put_zone(&text, &set, SLOT_PRIMARY);
	assert_int_equal(buf_status(&text), STATUS_OK);
	buf_done(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(publication__of_a_short_key_in_every_form),
		cmocka_unit_test(publication__of_a_delegated_key_is_a_cname),
		cmocka_unit_test(publication__of_a_long_key_is_split_at_255_octets),
		cmocka_unit_test(publication__is_what_a_verifier_reads),
		cmocka_unit_test(publication__of_the_largest_key_fits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
