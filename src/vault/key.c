/* SPDX-License-Identifier: ISC */
#include "vault/key.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "vault/rsa_parts.h"

#define ED25519_SIZE 32

/* What OpenSSL keeps of a key in use; tests/unit/test_cache.c measures it. */
#define KEY_BASE_BYTES 2048U
#define KEY_BYTES_PER_BIT 3U

struct key {
	atomic_uint references;
	enum algorithm algorithm;
	EVP_PKEY *pkey;
	/* ready to sign, never used itself: to copy one costs a fraction of what it takes to make one (bench/results.md) */
	EVP_PKEY_CTX *rsa;   /* of RSA, else NULL */
	EVP_MD_CTX *ed25519; /* of Ed25519, else NULL */
};

static bool
prepare_rsa(struct key *key)
{
	key->rsa = EVP_PKEY_CTX_new_from_pkey(NULL, key->pkey, NULL);
	return key->rsa != NULL && EVP_PKEY_sign_init(key->rsa) == 1 &&
	    EVP_PKEY_CTX_set_rsa_padding(key->rsa, RSA_PKCS1_PADDING) == 1 &&
	    EVP_PKEY_CTX_set_signature_md(key->rsa, EVP_sha256()) == 1;
}

static bool
begin_ed25519(const struct key *key, EVP_MD_CTX *ctx)
{
	return EVP_DigestSignInit_ex(ctx, NULL, NULL, NULL, NULL, key->pkey, NULL) == 1;
}

static bool
prepare_ed25519(struct key *key)
{
	key->ed25519 = EVP_MD_CTX_new();
	return key->ed25519 != NULL && begin_ed25519(key, key->ed25519);
}

/* Takes over pkey, also on failure. */
static enum status
wrap(enum algorithm algorithm, EVP_PKEY *pkey, struct key **ret_key)
{
	struct key *key;

	if (pkey == NULL)
		return STATUS_SYSTEM;
	key = calloc(1, sizeof(*key));
	if (key == NULL) {
		EVP_PKEY_free(pkey);
		return STATUS_NO_MEMORY;
	}
	atomic_init(&key->references, 1);
	key->algorithm = algorithm;
	key->pkey = pkey;
	if (!(algorithm == ALGORITHM_RSA_SHA256 ? prepare_rsa(key) : prepare_ed25519(key))) {
		key_release(&key);
		return STATUS_SYSTEM;
	}
	*ret_key = key;
	return STATUS_OK;
}

enum status
key_generate(enum algorithm algorithm, unsigned key_bits, struct key **ret_key)
{
	switch (algorithm) {
	case ALGORITHM_RSA_SHA256:
		if (key_bits != 2048 && key_bits != 3072 && key_bits != 4096)
			return STATUS_INVALID;
		return wrap(algorithm, EVP_RSA_gen(key_bits), ret_key);
	case ALGORITHM_ED25519_SHA256:
		return wrap(algorithm, EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"), ret_key);
	}
	return STATUS_INVALID;
}

enum status
key_from_plain(enum algorithm algorithm, const struct secret *plain, struct key **ret_key)
{
	switch (algorithm) {
	case ALGORITHM_RSA_SHA256:
		return wrap(algorithm, rsa_parts_to_pkey(plain), ret_key);
	case ALGORITHM_ED25519_SHA256:
		return wrap(algorithm,
		    EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, plain->bytes, plain->len),
		    ret_key);
	}
	return STATUS_DAMAGED;
}

static enum status
ed25519_to_plain(const struct key *key, struct secret *ret_plain)
{
	size_t len = ED25519_SIZE;

	if (EVP_PKEY_get_raw_private_key(key->pkey, ret_plain->bytes, &len) != 1)
		return STATUS_SYSTEM;
	ret_plain->len = len;
	return STATUS_OK;
}

enum status
key_to_plain(const struct key *key, struct secret *ret_plain)
{
	if (key->algorithm == ALGORITHM_RSA_SHA256)
		return rsa_parts_from_pkey(key->pkey, ret_plain);
	return ed25519_to_plain(key, ret_plain);
}

static enum status
rsa_public(const struct key *key, uint8_t ret_public[PUBLIC_KEY_MAX], size_t *ret_len)
{
	uint8_t *at = ret_public;
	int len = i2d_PUBKEY(key->pkey, NULL);

	if (len <= 0)
		return STATUS_SYSTEM;
	if (len > PUBLIC_KEY_MAX)
		return STATUS_TOO_LARGE;
	*ret_len = (size_t)i2d_PUBKEY(key->pkey, &at);
	return STATUS_OK;
}

enum status
key_public(const struct key *key, uint8_t ret_public[PUBLIC_KEY_MAX], size_t *ret_len)
{
	size_t len = ED25519_SIZE;

	if (key->algorithm == ALGORITHM_RSA_SHA256)
		return rsa_public(key, ret_public, ret_len);
	if (EVP_PKEY_get_raw_public_key(key->pkey, ret_public, &len) != 1)
		return STATUS_SYSTEM;
	*ret_len = len;
	return STATUS_OK;
}

enum algorithm
key_algorithm(const struct key *key)
{
	return key->algorithm;
}

unsigned
key_bits(const struct key *key)
{
	if (key->algorithm == ALGORITHM_ED25519_SHA256)
		return ED25519_SIZE * 8;
	return (unsigned)EVP_PKEY_get_bits(key->pkey);
}

size_t
key_bytes(const struct key *key)
{
	return KEY_BASE_BYTES + (size_t)key_bits(key) * KEY_BYTES_PER_BIT;
}

bool
key_is_sound(const struct key *key)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, key->pkey, NULL);
	bool is_sound = ctx != NULL && EVP_PKEY_check(ctx) == 1;

	EVP_PKEY_CTX_free(ctx);
	return is_sound;
}

static enum status
rsa_sign(const struct key *key, const uint8_t *digest, uint8_t *ret_signature, size_t *ret_len)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_dup(key->rsa);
	enum status status = STATUS_SYSTEM;
	size_t len = KEY_SIGNATURE_MAX;

	if (ctx == NULL)
		return STATUS_NO_MEMORY;
	if (EVP_PKEY_sign(ctx, ret_signature, &len, digest, KEY_DIGEST_SIZE) == 1) {
		*ret_len = len;
		status = STATUS_OK;
	}
	EVP_PKEY_CTX_free(ctx);
	return status;
}

/* An OpenSSL that copies no context without a digest begins anew. */
static bool
copy_ed25519(const struct key *key, EVP_MD_CTX *ctx)
{
	return EVP_MD_CTX_copy_ex(ctx, key->ed25519) == 1 || begin_ed25519(key, ctx);
}

static enum status
ed25519_sign(const struct key *key, const uint8_t *digest, uint8_t *ret_signature, size_t *ret_len)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	enum status status = STATUS_SYSTEM;
	size_t len = KEY_SIGNATURE_MAX;

	if (ctx == NULL)
		return STATUS_NO_MEMORY;
	if (copy_ed25519(key, ctx) &&
	    EVP_DigestSign(ctx, ret_signature, &len, digest, KEY_DIGEST_SIZE) == 1) {
		*ret_len = len;
		status = STATUS_OK;
	}
	EVP_MD_CTX_free(ctx);
	return status;
}

enum status
key_sign(const struct key *key, const uint8_t digest[KEY_DIGEST_SIZE],
    uint8_t ret_signature[KEY_SIGNATURE_MAX], size_t *ret_len)
{
	if (key->algorithm == ALGORITHM_RSA_SHA256)
		return rsa_sign(key, digest, ret_signature, ret_len);
	return ed25519_sign(key, digest, ret_signature, ret_len);
}

struct key *
key_hold(struct key *key)
{
	(void)atomic_fetch_add_explicit(&key->references, 1, memory_order_relaxed);
	return key;
}

void
key_release(struct key **key)
{
	if (*key != NULL &&
	    atomic_fetch_sub_explicit(&(*key)->references, 1, memory_order_acq_rel) == 1) {
		EVP_PKEY_CTX_free((*key)->rsa);
		EVP_MD_CTX_free((*key)->ed25519);
		EVP_PKEY_free((*key)->pkey);
		free(*key);
	}
	*key = NULL;
}
