/* SPDX-License-Identifier: ISC */
#include "dns_scene.h"

#include "base/buf.h"
#include "verdict/text_fault.h"

#define KEY SCENE_KEY
#define CUT_RECORD "v=DKIM1; k=rsa; p="

static const char *const good_texts[] = {
	SCENE_RECORD,
	"p=" KEY,
	"v=DKIM1; p=" KEY ";",
	"v=DKIM1; k=rsa; p=" KEY " ; ",
	"v=DKIM1;k=rsa;t=s;n=it's a \"note\" with a \\ in it;p=" KEY,
	"v=DKIM1; x_owner=\"me\"; h=sha256; s=*; p=" KEY,
	"v=DKIM1; h=sha1 : sha256; s=email:tlsrpt; p=" KEY,
	/* folding white space inside p= is the RFC's */
	"v=DKIM1; p=aGVs bG8=",
	"v=DKIM1; p=aGVs\tb G 8 =",
	"v=DKIM1; p=aGVs\r\n bG8=",
	"v=DKIM1;\r\n\tp=aGVsbG8=",
	/* revoked, which is no fault of the text */
	"v=DKIM1; p=",
	"v=DKIM1; k=ed25519; p=" SCENE_ED25519_KEY,
	/* UTF-8 in a note, RFC 8616 */
	"v=DKIM1; n=Schl\xc3\xbcssel; p=aGVsbG8=",
	/* a key of Ed25519 that begins like the DER of a long RSA key */
	/* no DER at all */
	"v=DKIM1; p=MYL//w==",
	"v=DKIM1; k=ed25519; p=MIIBCgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
};

static void
text_fault__is_none_in_what_verifiers_take(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(good_texts); i++) {
		struct key_record record = { .public_key_len = 77 };
		struct text_fault fault;

		text_fault_find(slice_from_text(good_texts[i]), false, &record, &fault);
		if (fault.code != DNS_CODE_NONE)
			fail_msg("%s: %s", good_texts[i], fault.phrase);
		assert_string_equal(fault.phrase, "");
		assert_int_not_equal(record.public_key_len, 77);
	}
}

static const struct fault_case {
	const char *text;
	enum dns_code code;
	const char *phrase;
} fault_cases[] = {
	/* something else altogether */
	{ "", DNS_CODE_BAD_SYNTAX, "is empty" },
	{ " ", DNS_CODE_BAD_SYNTAX, "is empty" },
	{ "v=spf1 mx -all", DNS_CODE_BAD_SYNTAX, "is an SPF record, not a DKIM key: \"v=spf1 mx -all\"" },
	{ "v=DMARC1; p=none", DNS_CODE_BAD_SYNTAX,
	    "is a DMARC record, not a DKIM key: \"v=DMARC1; p=none\"" },
	{ "x", DNS_CODE_BAD_SYNTAX, "has \"x\" at column 1 where a tag like k=rsa should be" },
	{ "google-site-verification", DNS_CODE_BAD_SYNTAX,
	    "has \"google-site-verification\" at column 1 where a tag like k=rsa should be" },
	/* pasted */
	{ "\"v=DKIM1; k=rsa; p=aGVsbG8=\"", DNS_CODE_STRINGS_WRONG,
	    "has a quotation mark at column 1: \"\"v=DKIM1; k=rsa; p=aGVsbG8=\"\"" },
	{ "v=DKIM1; k=rsa; p=aGVs\" \"bG8=", DNS_CODE_STRINGS_WRONG,
	    "has a quotation mark at column 23: \"=rsa; p=aGVs\" \"bG8=\"" },
	{ "v=DKIM1\\; k=rsa\\; p=aGVsbG8=", DNS_CODE_STRINGS_WRONG,
	    "has a backslash before the semicolon at column 8: \"v=DKIM1\\; k=rsa\\; p=aGVsbG8=\"" },
	{ "v=DKIM1; k=rsa; p=aGVs\\010bG8=", DNS_CODE_STRINGS_WRONG,
	    "has a backslash at column 23: \"=rsa; p=aGVs\\010bG8=\"" },
	{ "\\\"v=DKIM1; p=aGVsbG8=", DNS_CODE_STRINGS_WRONG,
	    "has a backslash before a quotation mark at column 1: \"\\\"v=DKIM1; p=aGVsbG8=\"" },
	{ "\xe2\x80\x9cv=DKIM1; p=aGVsbG8=\xe2\x80\x9d", DNS_CODE_STRINGS_WRONG,
	    "has a typographic quotation mark at column 1: \"???v=DKIM1; p=aGVsbG8=???\"" },
	{ "v=DKIM1;\xc2\xa0p=aGVsbG8=", DNS_CODE_STRINGS_WRONG,
	    "has a no-break space at column 9: \"v=DKIM1;??p=aGVsbG8=\"" },
	{ "\xef\xbb\xbfv=DKIM1; p=aGVsbG8=", DNS_CODE_STRINGS_WRONG,
	    "has a byte order mark at column 1: \"???v=DKIM1; p=aGVsbG8=\"" },
	/* line ends: what many verifiers forgive others do not */
	{ "v=DKIM1; p=aGVs\nbG8=", DNS_CODE_STRINGS_WRONG,
	    "has a line end at column 16: \"KIM1; p=aGVs?bG8=\"" },
	{ "v=DKIM1; p=aGVs\r\nbG8=", DNS_CODE_STRINGS_WRONG,
	    "has a line end at column 16: \"KIM1; p=aGVs??bG8=\"" },
	{ "v=DKIM1; p=aGVsbG8=\n", DNS_CODE_STRINGS_WRONG,
	    "has a line end at column 20: \"; p=aGVsbG8=?\"" },
	{ "v=DKIM1; p=aGVsbG8=\r\n", DNS_CODE_STRINGS_WRONG,
	    "has a line end at column 20: \"; p=aGVsbG8=??\"" },
	/* other octets */
	{ "v=DKIM1; p=aGVs\x01" "bG8=", DNS_CODE_BAD_SYNTAX,
	    "has the octet 0x01 at column 16, where only ASCII may be: \"KIM1; p=aGVs?bG8=\"" },
	{ "v=DKIM1; p=aGVs\xe9" "bG8=", DNS_CODE_BAD_SYNTAX,
	    "has the octet 0xE9 at column 16, where only ASCII may be: \"KIM1; p=aGVs?bG8=\"" },
	/* the list */
	{ "v=DKIM1 k=rsa p=aGVsbG8=", DNS_CODE_BAD_SYNTAX,
	    "has no semicolon between two tags before column 10: \"v=DKIM1 k=rsa p=aGVsbG8=\"" },
	{ "v=DKIM1; k=rsa, p=aGVsbG8=", DNS_CODE_BAD_SYNTAX,
	    "has no semicolon between two tags before column 18: \"M1; k=rsa, p=aGVsbG8=\"" },
	{ "v=DKIM1;; p=aGVsbG8=", DNS_CODE_BAD_SYNTAX,
	    "has \"\" at column 9 where a tag like k=rsa should be" },
	{ "v=DKIM1; rsa; p=aGVsbG8=", DNS_CODE_BAD_SYNTAX,
	    "has \"rsa\" at column 9 where a tag like k=rsa should be" },
	{ "v=DKIM1; p p=aGVsbG8=", DNS_CODE_BAD_SYNTAX,
	    "has \"p p=aGVsbG8=\" at column 9 where a tag like k=rsa should be" },
	{ "v=DKIM1; p=aGVsbG8=; p=aGVsbG8=", DNS_CODE_BAD_SYNTAX,
	    "has the tag p= twice, again at column 21" },
	{ "a=;b=;c=;d=;e=;f=;g=;i=;j=;l=;m=;o=;q=;r=;u=;w=;A=;B=;C=;D=;E=;F=;G=;H=;I=;J=;K=;L=;M=;N=;O=;"
	  "p=aGVsbG8=;P=", DNS_CODE_BAD_SYNTAX, "has more than 32 tags" },
	{ "v=DKIM1; k=rsa", DNS_CODE_BAD_SYNTAX, "has no p=, so no key: \"v=DKIM1; k=rsa\"" },
	{ "v=DKIM1; P=aGVsbG8=", DNS_CODE_BAD_SYNTAX, "has no p=, so no key: \"v=DKIM1; P=aGVsbG8=\"" },
	/* values */
	{ "v=DKIM2; p=aGVsbG8=", DNS_CODE_BAD_SYNTAX,
	    "says v=DKIM2, but v= must be DKIM1, and the first tag" },
	{ "v=dkim1; p=aGVsbG8=", DNS_CODE_BAD_SYNTAX,
	    "says v=dkim1, but v= must be DKIM1, and the first tag" },
	{ "k=rsa; v=DKIM1; p=aGVsbG8=", DNS_CODE_BAD_SYNTAX,
	    "says v=DKIM1, but v= must be DKIM1, and the first tag" },
	{ "v=DKIM1; h=rsa-sha256; p=aGVsbG8=", DNS_CODE_WRONG_HASH,
	    "says h=rsa-sha256, but h= names hashes, and must allow sha256" },
	{ "v=DKIM1; h=sha1; p=aGVsbG8=", DNS_CODE_WRONG_HASH,
	    "says h=sha1, but h= names hashes, and must allow sha256" },
	{ "v=DKIM1; k=RSA; p=aGVsbG8=", DNS_CODE_WRONG_TYPE,
	    "says k=RSA, but k= must be rsa or ed25519" },
	{ "v=DKIM1; k=; p=aGVsbG8=", DNS_CODE_WRONG_TYPE, "says k=, but k= must be rsa or ed25519" },
	{ "v=DKIM1; s=tlsrpt; p=aGVsbG8=", DNS_CODE_WRONG_SERVICE,
	    "says s=tlsrpt, but s= must allow email or *" },
	/* strings joined with something between */
	{ "v=DKIM1; k=r sa; p=aGVsbG8=", DNS_CODE_STRINGS_WRONG,
	    "has white space inside k= at column 13, where strings may have been joined: \"r sa\"" },
	{ "v=DKIM1; h=sha1:sha 256; p=aGVsbG8=", DNS_CODE_STRINGS_WRONG,
	    "has white space inside h= at column 20, where strings may have been joined: \"sha1:sha 256\"" },
	/* the key */
	{ "v=DKIM1; p=aGVs*bG8=", DNS_CODE_BAD_BASE64,
	    "has a p= that is not base64 at column 16: \"KIM1; p=aGVs*bG8=\"" },
	{ "v=DKIM1; p=aGVsbG8=aGVsbG8=", DNS_CODE_BAD_BASE64,
	    "has a p= that is not base64 at column 20: \"; p=aGVsbG8=aGVsbG8=\"" },
	{ "v=DKIM1; p=aGVsbG8", DNS_CODE_BAD_BASE64,
	    "has a p= of 7 characters that do not make whole groups of four: some are missing" },
	{ "v=DKIM1; p=MIIBIg==", DNS_CODE_STRINGS_WRONG, "has a p= that ends early: 4 octets of a key of 294" },
	{ "v=DKIM1; p=-----BEGIN PUBLIC KEY----- aGVsbG8=", DNS_CODE_BAD_BASE64,
	    "has a line of a PEM file in p=: \"-----BEGIN PUBLIC KEY----- aGVsbG8=\"" },
	{ "v=DKIM1; k=ed25519; p=MCowBQYDK2VwAyEAAE+LvsvPgp0zMnbUlpSeU3eG37cuRTf3TS/iNWnqPy0=",
	    DNS_CODE_BAD_SYNTAX,
	    "says k=ed25519, but p= has 44 octets where the bare key has 32 (RFC 8463)" },
	{ "v=DKIM1; k=ed25519; p=" KEY, DNS_CODE_WRONG_TYPE,
	    "says k=ed25519, but p= has 294 octets, as RSA keys have" },
	/* the first cause: one backslash makes v= wrong too */
	{ "v=DKIM1\\; h=sha1; p=*", DNS_CODE_STRINGS_WRONG, "has a backslash before the semicolon" },
};

static void
text_fault__is_named_with_its_place(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(fault_cases); i++) {
		const struct fault_case *c = &fault_cases[i];
		struct key_record record = { .public_key_len = 77 };
		struct text_fault fault;

		text_fault_find(slice_from_text(c->text), false, &record, &fault);
		if (fault.code != c->code ||
		    strncmp(fault.phrase, c->phrase, strlen(c->phrase)) != 0)
			fail_msg("%s: %s: %s", c->text, word_text(dns_code_words, (int)fault.code), fault.phrase);
		assert_string_not_equal(fault.advice, "");
		assert_int_equal(record.public_key_len, 77);
	}
}

static const struct {
	const char *octets;
	const char *what;
} pasted[] = {
	{ "\xe2\x80\x98", "a typographic quotation mark" },
	{ "\xe2\x80\x99", "a typographic quotation mark" },
	{ "\xe2\x80\x9a", "a typographic quotation mark" },
	{ "\xe2\x80\x9c", "a typographic quotation mark" },
	{ "\xe2\x80\x9d", "a typographic quotation mark" },
	{ "\xe2\x80\x9e", "a typographic quotation mark" },
	{ "\xc2\xab", "a typographic quotation mark" },
	{ "\xc2\xbb", "a typographic quotation mark" },
	{ "\xc2\xa0", "a no-break space" },
	{ "\xe2\x80\x8b", "an invisible space" },
	{ "\xef\xbb\xbf", "a byte order mark" },
};

/* What word processors and web pages put there; in a note it harms nobody. */
static void
text_fault__is_what_was_pasted_with_it(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(pasted); i++) {
		struct key_record record;
		struct text_fault fault;
		struct buf text;

		buf_init(&text, 256);
		buf_put_format(&text, "v=DKIM1; p=%saGVsbG8=", pasted[i].octets);
		text_fault_find(buf_slice(&text), false, &record, &fault);
		assert_int_equal(fault.code, DNS_CODE_STRINGS_WRONG);
		assert_non_null(strstr(fault.phrase, pasted[i].what));
		assert_non_null(strstr(fault.phrase, " at column 12:"));
		buf_reset(&text);
		buf_put_format(&text, "v=DKIM1; n=%s; p=aGVsbG8=", pasted[i].octets);
		text_fault_find(buf_slice(&text), false, &record, &fault);
		assert_int_equal(fault.code, DNS_CODE_NONE);
		buf_done(&text);
	}
}

/* A form that takes one string keeps 255 octets; wherever it cuts, the key says how long it was. */
static void
text_fault__tells_a_key_that_was_cut(void **state)
{
	const size_t shortest = strlen(CUT_RECORD) + 8;
	struct slice text = LIT(SCENE_RECORD);

	(void)state;
	for (size_t len = shortest; len < text.len; len++) {
		struct key_record record;
		struct text_fault fault;

		text_fault_find(slice_first(text, len), false, &record, &fault);
		assert_int_equal(fault.code, DNS_CODE_STRINGS_WRONG);
		assert_non_null(strstr(fault.phrase, "ends early"));
		assert_int_equal(strstr(fault.phrase, "255 octets of one string") != NULL, len == 255);
	}
}

static void
text_fault__is_a_text_that_is_too_long_to_keep(void **state)
{
	struct key_record record;
	struct text_fault fault;

	(void)state;
	text_fault_find(LIT(SCENE_RECORD), true, &record, &fault);
	assert_int_equal(fault.code, DNS_CODE_BAD_SYNTAX);
	assert_non_null(strstr(fault.phrase, "is longer than"));
}

static void
text_fault__is_a_key_longer_than_any(void **state)
{
	uint8_t key[KEY_RECORD_KEY_MAX + 1] = { 0 };
	struct key_record record;
	struct text_fault fault;
	struct buf text;

	(void)state;
	buf_init(&text, 4096);
	key_record_put(&text, KEY_RECORD_RSA, false, key, KEY_RECORD_KEY_MAX);
	text_fault_find(buf_slice(&text), false, &record, &fault);
	assert_int_equal(fault.code, DNS_CODE_NONE);
	buf_reset(&text);
	key_record_put(&text, KEY_RECORD_RSA, false, key, sizeof(key));
	text_fault_find(buf_slice(&text), false, &record, &fault);
	assert_int_equal(fault.code, DNS_CODE_BAD_SYNTAX);
	assert_non_null(strstr(fault.phrase, "longer than any key"));
	buf_done(&text);
}

/* No text may fall between the rules: what the parser refuses has a fault. */
static void
text_fault__is_in_every_text_that_the_parser_refuses(void **state)
{
	static const char *const pieces[] = {
		"v=DKIM1", ";", ";", " ", "k=", "rsa", "ed25519", "h=", "sha256", "p=", "aGVsbG8=", "=",
		":", "s=", "email", "n=", "x", "\\", "\"", "\n", "\r\n ", "\xc3\xbc", "*", "t=y",
	};
	uint64_t seed = 1;

	(void)state;
	for (unsigned round = 0; round < 20000; round++) {
		struct key_record record;
		struct key_record parsed;
		struct text_fault fault;
		struct buf text;
		bool is_record;

		buf_init(&text, 1024);
		for (unsigned i = 0; i < 12; i++) {
			seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
			buf_put_text(&text, pieces[(seed >> 33) % COUNT(pieces)]);
		}
		text_fault_find(buf_slice(&text), false, &record, &fault);
		is_record = key_record_parse(buf_slice(&text), &parsed, NULL) == STATUS_OK;
		if (fault.code == DNS_CODE_NONE && !is_record)
			fail_msg("%s", buf_text(&text));
		assert_int_equal(fault.code == DNS_CODE_NONE, fault.phrase[0] == '\0');
		assert_null(strstr(fault.phrase, "is no key record"));
		buf_done(&text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_fault__is_none_in_what_verifiers_take),
		cmocka_unit_test(text_fault__is_named_with_its_place),
		cmocka_unit_test(text_fault__is_what_was_pasted_with_it),
		cmocka_unit_test(text_fault__tells_a_key_that_was_cut),
		cmocka_unit_test(text_fault__is_a_text_that_is_too_long_to_keep),
		cmocka_unit_test(text_fault__is_a_key_longer_than_any),
		cmocka_unit_test(text_fault__is_in_every_text_that_the_parser_refuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
