/* SPDX-License-Identifier: ISC */
#include "verdict/text_candidate.h"

#define STRING_MAX 255 /* octets of one string of a TXT record, RFC 1035 §3.3.14 */
#define ED25519_BYTES 32

/* ---- the key ---- */

/* Cut on its way: of an RSA key its DER says how long it is. */
static bool
has_cut_key(const struct text_candidate *c, struct text_fault *fault)
{
	size_t announced = key_seen_announced(&c->key);

	if (c->fault == KEY_RECORD_FAULT_NONE && c->record.type != KEY_RECORD_RSA)
		return false;
	if (c->key.bad_at != c->key.value.len || announced <= c->key.len)
		return false;
	SENTENCE_SET(fault->phrase, "has a p= that ends early: %zu octets of a key of %zu", c->key.len,
	    announced);
	if (c->text.len == STRING_MAX)
		SENTENCE_ADD(fault->phrase,
		    "; the text has the %d octets of one string, the next is missing", STRING_MAX);
	return true;
}

static bool
has_long_key(const struct text_candidate *c, struct text_fault *fault)
{
	if (c->fault != KEY_RECORD_FAULT_KEY || c->key.digit_count / 4 * 3 <= KEY_RECORD_KEY_MAX)
		return false;
	SENTENCE_SET(fault->phrase, "has a p= of %zu characters, longer than any key",
	    c->key.digit_count);
	return true;
}

static bool
has_armour(const struct text_candidate *c, struct text_fault *fault)
{
	if (!slice_starts_with(c->key.value, SLICE_LITERAL("-----")))
		return false;
	SENTENCE_SET(fault->phrase, "has a line of a PEM file in p=: \"%s\"",
	    sentence_value(c->key.value).text);
	return true;
}

static bool
has_bad_octet(const struct text_candidate *c, struct text_fault *fault)
{
	size_t column;

	if (c->fault != KEY_RECORD_FAULT_KEY || c->key.bad_at == c->key.value.len)
		return false;
	column = text_candidate_column(c, c->key.value.ptr + c->key.bad_at);
	SENTENCE_SET(fault->phrase, "has a p= that is not base64 at column %zu: \"%s\"", column,
	    text_candidate_excerpt(c, column - 1).text);
	return true;
}

/* Every octet is one of base64: too few of them, or too much padding. */
static bool
has_bad_base64(const struct text_candidate *c, struct text_fault *fault)
{
	if (c->fault != KEY_RECORD_FAULT_KEY)
		return false;
	SENTENCE_SET(fault->phrase,
	    "has a p= of %zu characters that do not make whole groups of four: some are missing",
	    c->key.digit_count);
	return true;
}

/* k=ed25519 with what can only be an RSA key. */
static bool
has_key_of_rsa(const struct text_candidate *c, struct text_fault *fault)
{
	if (c->fault != KEY_RECORD_FAULT_SIZE || key_seen_announced(&c->key) == 0)
		return false;
	SENTENCE_SET(fault->phrase, "says k=ed25519, but p= has %zu octets, as RSA keys have",
	    c->key.len);
	return true;
}

static bool
has_other_size(const struct text_candidate *c, struct text_fault *fault)
{
	if (c->fault != KEY_RECORD_FAULT_SIZE)
		return false;
	SENTENCE_SET(fault->phrase,
	    "says k=ed25519, but p= has %zu octets where the bare key has %d (RFC 8463)", c->key.len,
	    ED25519_BYTES);
	return true;
}

const struct text_rule text_key_rules[] = {
	{ has_cut_key, DNS_CODE_STRINGS_WRONG,
	    "enter the whole text; a zone file splits it into strings of up to 255 octets" },
	{ has_armour, DNS_CODE_BAD_BASE64, "leave out the lines that begin with -----, and all line ends" },
	{ has_bad_octet, DNS_CODE_BAD_BASE64, TEXT_ADVICE_AGAIN },
	{ has_long_key, DNS_CODE_BAD_SYNTAX, TEXT_ADVICE_ONLY },
	{ has_bad_base64, DNS_CODE_BAD_BASE64, TEXT_ADVICE_AGAIN },
	{ has_key_of_rsa, DNS_CODE_WRONG_TYPE, "make it the k= of the record that signetctl records prints" },
	{ has_other_size, DNS_CODE_BAD_SYNTAX, TEXT_ADVICE_AGAIN },
	{ NULL, DNS_CODE_NONE, NULL },
};
