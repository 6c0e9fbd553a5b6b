/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "dkim/key_record.h"

#define LIT(text) SLICE_LITERAL(text)

/* RFC 8463 A.2 */
#define ED25519_KEY "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="

static void
assert_put(enum key_record_type type, bool is_test_mode, const char *key, const char *expected)
{
	struct buf out;

	buf_init(&out, 4096);
	key_record_put(&out, type, is_test_mode, (const uint8_t *)key, strlen(key));
	assert_string_equal(buf_text(&out), expected);
	buf_done(&out);
}

static void
key_record__is_written(void **state)
{
	(void)state;
	assert_put(KEY_RECORD_RSA, false, "some key", "v=DKIM1; k=rsa; p=c29tZSBrZXk=");
	assert_put(KEY_RECORD_RSA, true, "some key", "v=DKIM1; k=rsa; t=y; p=c29tZSBrZXk=");
	assert_put(KEY_RECORD_ED25519, false, "k", "v=DKIM1; k=ed25519; p=aw==");
	assert_put(KEY_RECORD_RSA, false, "", "v=DKIM1; k=rsa; p=");
}

static const struct good_case {
	const char *text;
	enum key_record_type type;
	bool is_test_mode;
	bool is_strict;
	const char *key;
} good_cases[] = {
	{ "v=DKIM1; k=rsa; p=aGk=", KEY_RECORD_RSA, false, false, "hi" },
	{ "p=aGk=", KEY_RECORD_RSA, false, false, "hi" },
	{ "p=aGk=;", KEY_RECORD_RSA, false, false, "hi" },
	{ "p=aGk=; ", KEY_RECORD_RSA, false, false, "hi" },
	{ " v = DKIM1 ;\tp = aG\r\n\tk= ", KEY_RECORD_RSA, false, false, "hi" },
	{ "v=DKIM1; p=", KEY_RECORD_RSA, false, false, "" },
	{ "v=DKIM1; h=sha1:sha256; s=email; t=y:s; p=aGk=", KEY_RECORD_RSA, true, true, "hi" },
	{ "v=DKIM1; h= sha256 ; s=other : *; t= s; p=aGk=", KEY_RECORD_RSA, false, true, "hi" },
	{ "v=DKIM1; t=other; n=a note, with = in it; zz=?; p=aGk=", KEY_RECORD_RSA, false, false, "hi" },
	/* names and values are compared with their case (RFC 6376 §3.2): what is unknown is passed over */
	{ "v=DKIM1; P=x; p=aGk=", KEY_RECORD_RSA, false, false, "hi" },
	{ "V=DKIM1; K=none; p=aGk=", KEY_RECORD_RSA, false, false, "hi" },
	{ "v=DKIM1; t=Y:S; p=aGk=", KEY_RECORD_RSA, false, false, "hi" },
	{ "v=DKIM1; t=; p=aGk=", KEY_RECORD_RSA, false, false, "hi" },
	{ "v=DKIM1; t=yes:z:y; p=aGk=", KEY_RECORD_RSA, true, false, "hi" },
	{ "v=DKIM1; t = y : s ; p=aGk=", KEY_RECORD_RSA, true, true, "hi" },
	{ "v=DKIM1; h=sha256:sha512; s=*; p=aGk=", KEY_RECORD_RSA, false, false, "hi" },
	{ "v=DKIM1; h=sha1 :\r\n sha256; s=tlsrpt:email; p=aGk=", KEY_RECORD_RSA, false, false, "hi" },
	{ "v=DKIM1; k=rsa; g=*; n=; p=aGk=", KEY_RECORD_RSA, false, false, "hi" },
	{ "v=DKIM1; n=quoted=3Bprintable=20=C3=A9; p=aGk=", KEY_RECORD_RSA, false, false, "hi" },
	{ "v=DKIM1;p= \t\r\n ;", KEY_RECORD_RSA, false, false, "" },
	{ "v=DKIM1; p=\r\n\ta\r\n\tG\r\n\tk\r\n\t=\r\n\t", KEY_RECORD_RSA, false, false, "hi" },
	{ "v=DKIM1; k=ed25519; p=", KEY_RECORD_ED25519, false, false, "" },
	{ "p=; k=ed25519", KEY_RECORD_ED25519, false, false, "" },
};

static void
key_record__is_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(good_cases) / sizeof(good_cases[0]); i++) {
		const struct good_case *c = &good_cases[i];
		struct key_record record;
		struct error err = { "" };

		if (key_record_parse(slice_from_text(c->text), &record, &err) != STATUS_OK)
			fail_msg("%s: %s", c->text, err.text);
		assert_int_equal(record.type, c->type);
		assert_int_equal(record.is_test_mode, c->is_test_mode);
		assert_int_equal(record.is_strict, c->is_strict);
		assert_int_equal(record.public_key_len, strlen(c->key));
		assert_memory_equal(record.public_key, c->key, strlen(c->key));
	}
}

#define FAULT(name) KEY_RECORD_FAULT_##name

static const struct bad_case {
	const char *text;
	enum status status;
	enum key_record_fault fault;
	const char *sentence;
} bad_cases[] = {
	{ "", STATUS_INVALID, FAULT(LIST), "not a list of tags, each given once" },
	{ "nonsense", STATUS_INVALID, FAULT(LIST), "not a list of tags, each given once" },
	{ "v=DKIM1; p=aGk=; p=aGk=", STATUS_INVALID, FAULT(LIST),
	    "not a list of tags, each given once" },
	{ "v=DKIM1;; p=aGk=", STATUS_INVALID, FAULT(LIST), "not a list of tags, each given once" },
	{ "v=DKIM1\\; p=aGk=", STATUS_INVALID, FAULT(VERSION), "v=DKIM1\\: must be DKIM1" },
	{ "\"v=DKIM1; p=aGk=\"", STATUS_INVALID, FAULT(LIST),
	    "not a list of tags, each given once" },
	{ "v=DKIM1; k=rsa", STATUS_INVALID, FAULT(NO_KEY), "p= is missing" },
	{ "k=rsa; v=DKIM1; p=aGk=", STATUS_INVALID, FAULT(VERSION), "v= must be the first tag" },
	{ "v=DKIM2; p=aGk=", STATUS_INVALID, FAULT(VERSION), "v=DKIM2: must be DKIM1" },
	{ "v=dkim1; p=aGk=", STATUS_INVALID, FAULT(VERSION), "v=dkim1: must be DKIM1" },
	{ "v=DKIM1; k=dsa; p=aGk=", STATUS_INVALID, FAULT(TYPE), "k=dsa: must be rsa or ed25519" },
	{ "v=DKIM1; k=; p=aGk=", STATUS_INVALID, FAULT(TYPE), "k=: must be rsa or ed25519" },
	{ "v=DKIM1; k=RSA; p=aGk=", STATUS_INVALID, FAULT(TYPE), "k=RSA: must be rsa or ed25519" },
	{ "k=rsa; p=aGk=; v=DKIM1", STATUS_INVALID, FAULT(VERSION), "v= must be the first tag" },
	{ "v=; p=aGk=", STATUS_INVALID, FAULT(VERSION), "v=: must be DKIM1" },
	{ "v=DKIM1 p=aGk=", STATUS_INVALID, FAULT(NO_KEY), "p= is missing" },
	{ "v=spf1 -all", STATUS_INVALID, FAULT(NO_KEY), "p= is missing" },
	{ "v=DKIM1; p", STATUS_INVALID, FAULT(LIST), "not a list of tags, each given once" },
	{ "v=DKIM1; k=rsa; K=rsa; k=rsa; p=", STATUS_INVALID, FAULT(LIST),
	    "not a list of tags, each given once" },
	/* DNS says what it likes: a sentence shows it in printable ASCII */
	{ "v=DKIM1\r\n level=error; p=", STATUS_INVALID, FAULT(VERSION),
	    "v=DKIM1?? level=error: must be DKIM1" },
	{ "k=r\xc3\xa9; p=", STATUS_INVALID, FAULT(TYPE), "k=r??: must be rsa or ed25519" },
	{ "v=DKIM1; p=aGk", STATUS_INVALID, FAULT(KEY), "p= is not base64" },
	{ "v=DKIM1; p==", STATUS_INVALID, FAULT(KEY), "p= is not base64" },
	{ "v=DKIM1; p=aGk=aGk=", STATUS_INVALID, FAULT(KEY), "p= is not base64" },
	{ "v=DKIM1; p=aGk==", STATUS_INVALID, FAULT(KEY), "p= is not base64" },
	{ "v=DKIM1; p=\"aGk=\"", STATUS_INVALID, FAULT(KEY), "p= is not base64" },
	{ "v=DKIM1; p=a*k=", STATUS_INVALID, FAULT(KEY), "p= is not base64" },
	{ "v=DKIM1; h=sha1; p=aGk=", STATUS_REFUSED, FAULT(HASH), "h=sha1: must allow sha256" },
	{ "v=DKIM1; h=rsa-sha256; p=aGk=", STATUS_REFUSED, FAULT(HASH),
	    "h=rsa-sha256: must allow sha256" },
	{ "v=DKIM1; h=; p=aGk=", STATUS_REFUSED, FAULT(HASH), "h=: must allow sha256" },
	{ "v=DKIM1; h=SHA256; p=aGk=", STATUS_REFUSED, FAULT(HASH), "h=SHA256: must allow sha256" },
	{ "v=DKIM1; h=sha1,sha256; p=aGk=", STATUS_REFUSED, FAULT(HASH),
	    "h=sha1,sha256: must allow sha256" },
	{ "v=DKIM1; s=Email; p=aGk=", STATUS_REFUSED, FAULT(SERVICE), "s=Email: must allow email" },
	{ "v=DKIM1; s=tlsrpt; p=aGk=", STATUS_REFUSED, FAULT(SERVICE),
	    "s=tlsrpt: must allow email" },
	{ "v=DKIM1; k=ed25519; p=aGk=", STATUS_INVALID, FAULT(SIZE),
	    "p= of 2 octets: an Ed25519 key has 32" },
};

static void
key_record__that_nobody_can_use_is_refused_with_the_cause(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bad_cases) / sizeof(bad_cases[0]); i++) {
		const struct bad_case *c = &bad_cases[i];
		struct key_record record = { .public_key_len = 77 };
		enum key_record_fault fault = KEY_RECORD_FAULT_NONE;
		struct error err = { "" };

		assert_int_equal(key_record_diagnose(slice_from_text(c->text), &record, &fault, NULL),
		    c->status);
		assert_int_equal(fault, c->fault);
		assert_int_equal(
		    key_record_parse(slice_from_text(c->text), &record, &err), c->status);
		assert_string_equal(err.text, c->sentence);
		assert_int_equal(record.public_key_len, 77);
	}
}

static void
key_record__of_an_endless_key_is_refused(void **state)
{
	struct key_record record;
	struct error err;
	struct buf text;
	uint8_t key[KEY_RECORD_KEY_MAX + 1] = { 0 };

	(void)state;
	buf_init(&text, 4096);
	key_record_put(&text, KEY_RECORD_RSA, false, key, KEY_RECORD_KEY_MAX);
	assert_int_equal(key_record_parse(buf_slice(&text), &record, &err), STATUS_OK);
	assert_int_equal(record.public_key_len, KEY_RECORD_KEY_MAX);
	buf_reset(&text);
	key_record_put(&text, KEY_RECORD_RSA, false, key, KEY_RECORD_KEY_MAX + 1);
	assert_int_equal(key_record_parse(buf_slice(&text), &record, &err), STATUS_TOO_LARGE);
	buf_done(&text);
}

static void
key_record__read_is_what_was_written(void **state)
{
	struct key_record record;
	struct key_record again;
	struct error err;
	struct buf text;

	(void)state;
	buf_init(&text, 4096);
	assert_int_equal(
	    key_record_parse(LIT("v=DKIM1; k=ed25519; t=y; p=" ED25519_KEY), &record, &err), STATUS_OK);
	key_record_put(&text, record.type, record.is_test_mode, record.public_key, record.public_key_len);
	assert_string_equal(buf_text(&text), "v=DKIM1; k=ed25519; t=y; p=" ED25519_KEY);
	assert_int_equal(key_record_parse(buf_slice(&text), &again, &err), STATUS_OK);
	assert_int_equal(again.public_key_len, 32);
	assert_memory_equal(again.public_key, record.public_key, 32);
	buf_done(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(key_record__is_written),
		cmocka_unit_test(key_record__is_read),
		cmocka_unit_test(key_record__that_nobody_can_use_is_refused_with_the_cause),
		cmocka_unit_test(key_record__of_an_endless_key_is_refused),
		cmocka_unit_test(key_record__read_is_what_was_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
