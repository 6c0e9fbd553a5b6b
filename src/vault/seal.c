/* SPDX-License-Identifier: ISC */
#include "vault/seal.h"

#include <openssl/evp.h>
#include <openssl/rand.h>

#define VERSION 1
#define NONCE_SIZE 12
#define TAG_SIZE 16

/* Offsets of the sealed form. */
#define AT_ALGORITHM 1
#define AT_DIGEST 2
#define AT_NONCE (AT_DIGEST + SEAL_PUBLIC_DIGEST_SIZE)
#define AT_TAG (AT_NONCE + NONCE_SIZE)
#define AT_CIPHERTEXT (AT_TAG + TAG_SIZE)
#define LABEL_SIZE AT_NONCE /* version, algorithm and digest are the associated data */

_Static_assert(AT_CIPHERTEXT == SEAL_OVERHEAD, "the layout adds up");
_Static_assert(SEAL_OVERHEAD + SECRET_MAX <= SEALED_MAX, "every secret fits");

static enum status
encrypt(EVP_CIPHER_CTX *ctx, const uint8_t *key, const struct secret *plain, uint8_t *sealed)
{
	int len = 0;

	if (EVP_EncryptInit_ex2(ctx, EVP_aes_256_gcm(), key, sealed + AT_NONCE, NULL) != 1 ||
	    EVP_EncryptUpdate(ctx, NULL, &len, sealed, LABEL_SIZE) != 1 ||
	    EVP_EncryptUpdate(ctx, sealed + AT_CIPHERTEXT, &len, plain->bytes, (int)plain->len) != 1 ||
	    EVP_EncryptFinal_ex(ctx, sealed + AT_CIPHERTEXT + plain->len, &len) != 1 ||
	    EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, TAG_SIZE, sealed + AT_TAG) != 1)
		return STATUS_SYSTEM;
	return STATUS_OK;
}

enum status
seal_close(const struct master *master, const struct handle *handle,
    const struct seal_label *label, const struct secret *plain, uint8_t ret_sealed[SEALED_MAX],
    size_t *ret_len)
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	struct secret key = { 0 };
	enum status status;

	if (ctx == NULL)
		return STATUS_NO_MEMORY;
	ret_sealed[0] = VERSION;
	ret_sealed[AT_ALGORITHM] = (uint8_t)label->algorithm;
	memcpy(ret_sealed + AT_DIGEST, label->public_digest, SEAL_PUBLIC_DIGEST_SIZE);
	status = RAND_bytes(ret_sealed + AT_NONCE, NONCE_SIZE) == 1 ? STATUS_OK : STATUS_SYSTEM;
	if (status == STATUS_OK)
		status = master_sealing_key(master, handle, &key);
	if (status == STATUS_OK)
		status = encrypt(ctx, key.bytes, plain, ret_sealed);
	if (status == STATUS_OK)
		*ret_len = AT_CIPHERTEXT + plain->len;
	secret_wipe(&key);
	EVP_CIPHER_CTX_free(ctx);
	return status;
}

static enum status
decrypt(EVP_CIPHER_CTX *ctx, const uint8_t *key, const uint8_t *sealed, size_t cipher_len,
    uint8_t *plain)
{
	uint8_t tag[TAG_SIZE];
	int len = 0;

	memcpy(tag, sealed + AT_TAG, sizeof(tag));
	if (EVP_DecryptInit_ex2(ctx, EVP_aes_256_gcm(), key, sealed + AT_NONCE, NULL) != 1 ||
	    EVP_DecryptUpdate(ctx, NULL, &len, sealed, LABEL_SIZE) != 1 ||
	    EVP_DecryptUpdate(ctx, plain, &len, sealed + AT_CIPHERTEXT, (int)cipher_len) != 1 ||
	    EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, sizeof(tag), tag) != 1 ||
	    EVP_DecryptFinal_ex(ctx, plain + cipher_len, &len) != 1)
		return STATUS_DAMAGED;
	return STATUS_OK;
}

enum status
seal_open(const struct master *master, const struct handle *handle, struct slice sealed,
    struct seal_label *ret_label, struct secret *ret_plain)
{
	const uint8_t *bytes = (const uint8_t *)sealed.ptr;
	EVP_CIPHER_CTX *ctx;
	struct secret key = { 0 };
	enum status status;

	if (sealed.len <= AT_CIPHERTEXT || sealed.len - AT_CIPHERTEXT >= SECRET_MAX ||
	    bytes[0] != VERSION)
		return STATUS_DAMAGED;
	ctx = EVP_CIPHER_CTX_new();
	if (ctx == NULL)
		return STATUS_NO_MEMORY;
	status = master_sealing_key(master, handle, &key);
	if (status == STATUS_OK)
		status = decrypt(ctx, key.bytes, bytes, sealed.len - AT_CIPHERTEXT, ret_plain->bytes);
	if (status == STATUS_OK) {
		ret_plain->len = sealed.len - AT_CIPHERTEXT;
		ret_label->algorithm = (enum algorithm)bytes[AT_ALGORITHM];
		memcpy(ret_label->public_digest, bytes + AT_DIGEST, SEAL_PUBLIC_DIGEST_SIZE);
	}
	secret_wipe(&key);
	EVP_CIPHER_CTX_free(ctx);
	return status;
}
