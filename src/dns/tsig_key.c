/* SPDX-License-Identifier: ISC */
#include "dns/tsig_key.h"

#include "base/buf.h"
#include "base/scan.h"
#include "base/words.h"
#include "keys/domain.h"

#define SECRET_OCTETS_MAX 96

static const struct word algorithms[] = {
	{ 1, "hmac-sha256" },
	{ 2, "hmac-sha512" },
	{ 3, "hmac-sha384" },
	{ 4, "hmac-sha224" },
	{ 5, "hmac-sha1" },
	{ 0, NULL },
};

static bool
is_word_char(char c)
{
	return !scan_is_space(c) && c != '{' && c != '}' && c != ';' && c != '"';
}

static void
skip_line(struct slice *rest)
{
	(void)slice_cut(rest, '\n');
}

static void
skip_space(struct slice *rest)
{
	for (;;) {
		while (rest->len > 0 && scan_is_space(rest->ptr[0]))
			*rest = slice_after(*rest, 1);
		if (!slice_starts_with(*rest, SLICE_LITERAL("#")) &&
		    !slice_starts_with(*rest, SLICE_LITERAL("//")))
			return;
		skip_line(rest);
	}
}

/* A word, a quoted text, or one of { } ; by itself; empty at the end. */
static struct slice
next_token(struct slice *rest)
{
	struct slice token;
	size_t len = 0;

	skip_space(rest);
	if (slice_starts_with(*rest, SLICE_LITERAL("\""))) {
		*rest = slice_after(*rest, 1);
		return slice_cut(rest, '"');
	}
	while (len < rest->len && is_word_char(rest->ptr[len]))
		len++;
	token = slice_first(*rest, len > 0 ? len : 1);
	*rest = slice_after(*rest, token.len);
	return token;
}

static bool
takes(struct slice *rest, const char *word)
{
	return slice_equal_nocase(next_token(rest), slice_from_text(word));
}

static enum status
take_algorithm(struct slice text, struct tsig_key *key, struct error *err)
{
	char lower[sizeof(key->algorithm)];
	struct slice name = slice_first(text, sizeof(lower));
	struct buf out;
	int value;

	for (size_t i = 0; i < name.len; i++)
		lower[i] = scan_to_lower(name.ptr[i]);
	if (word_value(algorithms, slice_of(lower, name.len), &value) != STATUS_OK)
		return error_set(err, STATUS_INVALID,
		    "algorithm \"%.*s\" is not known; use hmac-sha256", SLICE_PRINT(domain_quote(text)));
	buf_init_fixed(&out, key->algorithm, sizeof(key->algorithm));
	buf_put_format(&out, "%s.", word_text(algorithms, value));
	return STATUS_OK;
}

static enum status
take_secret(struct slice text, struct tsig_key *key, struct error *err)
{
	uint8_t octets[SECRET_OCTETS_MAX];
	size_t len;

	if (text.len > TSIG_SECRET_MAX ||
	    scan_base64(text, octets, sizeof(octets), &len) != STATUS_OK || len == 0)
		return error_set(err, STATUS_INVALID, "the secret is not base64, or too long");
	explicit_bzero(octets, sizeof(octets));
	memcpy(key->secret, text.ptr, text.len);
	key->secret[text.len] = '\0';
	return STATUS_OK;
}

static enum status
take_clause(struct slice *rest, struct slice name, struct tsig_key *key, struct error *err)
{
	struct slice value = next_token(rest);
	enum status status = STATUS_OK;

	if (slice_equal_nocase(name, SLICE_LITERAL("algorithm")))
		status = take_algorithm(value, key, err);
	else if (slice_equal_nocase(name, SLICE_LITERAL("secret")))
		status = take_secret(value, key, err);
	if (status == STATUS_OK && !takes(rest, ";"))
		return error_set(err, STATUS_INVALID, "a semicolon is missing");
	return status;
}

static enum status
take_name(struct slice text, struct tsig_key *key, struct error *err)
{
	if (domain_normalize(text, key->name) != STATUS_OK)
		return error_set(err, STATUS_INVALID, "\"%.*s\" is no name of a key",
		    SLICE_PRINT(domain_quote(text)));
	return STATUS_OK;
}

enum status
tsig_key_parse(struct slice text, struct tsig_key *ret_key, struct error *err)
{
	static const char wanted[] = "no key: key \"NAME\" { algorithm hmac-sha256; secret \"…\"; };";
	struct tsig_key key = { .algorithm = "hmac-sha256." };
	struct slice rest = text;
	struct slice token;
	enum status status;

	if (!takes(&rest, "key"))
		return error_set(err, STATUS_INVALID, "%s", wanted);
	status = take_name(next_token(&rest), &key, err);
	if (status == STATUS_OK && !takes(&rest, "{"))
		status = error_set(err, STATUS_INVALID, "%s", wanted);
	for (token = next_token(&rest); status == STATUS_OK && token.len > 0 && token.ptr[0] != '}';
	     token = next_token(&rest))
		status = take_clause(&rest, token, &key, err);
	if (status == STATUS_OK && key.secret[0] == '\0')
		status = error_set(err, STATUS_INVALID, "the secret is missing");
	if (status == STATUS_OK)
		*ret_key = key;
	return status;
}
