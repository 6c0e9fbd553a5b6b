/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "base/scan.h"
#include "dinner.h"

#define LIT(text) SLICE_LITERAL(text)

/* RFC 8463 §A.1 and §A.2 */
#define ED25519_PRIVATE "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A="
#define ED25519_PUBLIC "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="

/* RFC 8463 §A.3 */
const struct message dinner = {
	.fields = {
		{ "From", " Joe SixPack <joe@football.example.com>" },
		{ "To", " Suzie Q <suzie@shopping.example.net>" },
		{ "Subject", " Is dinner ready?" },
		{ "Date", " Fri, 11 Jul 2003 21:00:37 -0700 (PDT)" },
		{ "Message-ID", " <20030712040037.46341.5F8J@football.example.com>" },
	},
	.body = "Hi.\r\n\r\nWe lost the game.  Are you hungry yet?\r\n\r\nJoe.\r\n",
};

void
dinner_put_header(struct header_block *header, struct arena *arena, const struct message *message)
{
	header_init(header, arena, 65536, 100);
	for (size_t i = 0; message->fields[i][0] != NULL; i++)
		assert_int_equal(header_add(header, slice_from_text(message->fields[i][0]),
		                     slice_from_text(message->fields[i][1])),
		    STATUS_OK);
}

size_t
dinner_decode(struct slice base64, uint8_t *ret_bytes, size_t size)
{
	size_t len;

	assert_int_equal(scan_base64(base64, ret_bytes, size, &len), STATUS_OK);
	return len;
}

void
dinner_sign_ed25519(const uint8_t digest[DIGEST_SIZE], uint8_t ret_signature[64])
{
	uint8_t seed[32];
	size_t len = 64;
	EVP_PKEY *key;
	EVP_MD_CTX *context = EVP_MD_CTX_new();

	(void)dinner_decode(LIT(ED25519_PRIVATE), seed, sizeof(seed));
	key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, sizeof(seed));
	assert_int_equal(EVP_DigestSignInit(context, NULL, NULL, NULL, key), 1);
	assert_int_equal(EVP_DigestSign(context, ret_signature, &len, digest, DIGEST_SIZE), 1);
	EVP_MD_CTX_free(context);
	EVP_PKEY_free(key);
}

bool
dinner_is_ed25519_signature(const uint8_t digest[DIGEST_SIZE], const uint8_t signature[64])
{
	uint8_t public_key[32];
	EVP_PKEY *key;
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	bool is_good;

	(void)dinner_decode(LIT(ED25519_PUBLIC), public_key, sizeof(public_key));
	key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, public_key, sizeof(public_key));
	assert_int_equal(EVP_DigestVerifyInit(context, NULL, NULL, NULL, key), 1);
	is_good = EVP_DigestVerify(context, signature, 64, digest, DIGEST_SIZE) == 1;
	EVP_MD_CTX_free(context);
	EVP_PKEY_free(key);
	return is_good;
}

bool
dinner_is_rsa_signature(const char *public_key, const uint8_t digest[DIGEST_SIZE],
    const uint8_t *signature, size_t len)
{
	uint8_t der[200];
	const uint8_t *at = der;
	long der_len = (long)dinner_decode(slice_from_text(public_key), der, sizeof(der));
	EVP_PKEY *key = d2i_PUBKEY(NULL, &at, der_len);
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(key, NULL);
	bool is_good;

	assert_int_equal(EVP_PKEY_verify_init(context), 1);
	assert_int_equal(EVP_PKEY_CTX_set_signature_md(context, EVP_sha256()), 1);
	is_good = EVP_PKEY_verify(context, signature, len, digest, DIGEST_SIZE) == 1;
	EVP_PKEY_CTX_free(context);
	EVP_PKEY_free(key);
	return is_good;
}
