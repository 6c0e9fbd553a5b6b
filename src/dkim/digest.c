/* SPDX-License-Identifier: ISC */
#include "dkim/digest.h"

#include <openssl/evp.h>
#include <pthread.h>
#include <stdlib.h>

/* Pieces up to this are gathered: a call of EVP costs as much as hashing some hundred octets. */
#define STAGE_BYTES 1024

struct digest {
	EVP_MD_CTX *context;
	enum status status;
	size_t staged;
	char stage[STAGE_BYTES];
};

static pthread_once_t fetched = PTHREAD_ONCE_INIT;
static EVP_MD *sha256; /* written once, by fetch; never freed */

static void
fetch(void)
{
	(void)OPENSSL_init_crypto(
	    OPENSSL_INIT_LOAD_CRYPTO_STRINGS | OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_NO_ATEXIT,
	    NULL);
	sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
}

enum status
digest_prepare(void)
{
	if (pthread_once(&fetched, fetch) != 0)
		return STATUS_SYSTEM;
	return sha256 != NULL ? STATUS_OK : STATUS_SYSTEM;
}

enum status
digest_new(struct digest **ret_digest)
{
	enum status status = digest_prepare();
	struct digest *digest;

	if (status != STATUS_OK)
		return status;
	digest = calloc(1, sizeof(*digest));
	if (digest == NULL)
		return STATUS_NO_MEMORY;
	digest->context = EVP_MD_CTX_new();
	if (digest->context == NULL) {
		free(digest);
		return STATUS_NO_MEMORY;
	}
	digest_begin(digest);
	*ret_digest = digest;
	return STATUS_OK;
}

void
digest_free(struct digest **digest)
{
	if (*digest == NULL)
		return;
	EVP_MD_CTX_free((*digest)->context);
	free(*digest);
	*digest = NULL;
}

void
digest_begin(struct digest *digest)
{
	digest->staged = 0;
	digest->status =
	    EVP_DigestInit_ex2(digest->context, sha256, NULL) == 1 ? STATUS_OK : STATUS_SYSTEM;
}

static void
update(struct digest *digest, struct slice bytes)
{
	if (digest->status == STATUS_OK &&
	    EVP_DigestUpdate(digest->context, bytes.ptr, bytes.len) != 1)
		digest->status = STATUS_SYSTEM;
}

static void
flush(struct digest *digest)
{
	update(digest, slice_of(digest->stage, digest->staged));
	digest->staged = 0;
}

void
digest_put(struct digest *digest, struct slice bytes)
{
	if (bytes.len == 0)
		return;
	if (bytes.len > STAGE_BYTES - digest->staged)
		flush(digest);
	if (bytes.len > STAGE_BYTES) {
		update(digest, bytes);
		return;
	}
	memcpy(digest->stage + digest->staged, bytes.ptr, bytes.len);
	digest->staged += bytes.len;
}

void
digest_copy(struct digest *copy, const struct digest *digest)
{
	copy->status = digest->status;
	if (EVP_MD_CTX_copy_ex(copy->context, digest->context) != 1)
		copy->status = STATUS_SYSTEM;
	memcpy(copy->stage, digest->stage, digest->staged);
	copy->staged = digest->staged;
}

enum status
digest_end(struct digest *digest, uint8_t ret_hash[DIGEST_SIZE])
{
	uint8_t hash[DIGEST_SIZE];

	flush(digest);
	if (digest->status == STATUS_OK && EVP_DigestFinal_ex(digest->context, hash, NULL) != 1)
		digest->status = STATUS_SYSTEM;
	if (digest->status != STATUS_OK)
		return digest->status;
	memcpy(ret_hash, hash, sizeof(hash));
	return STATUS_OK;
}
