/* SPDX-License-Identifier: ISC */
#include "vault/master.h"

#include <openssl/core_names.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <stdlib.h>
#include <unistd.h>

#define PURPOSE_SEAL "signetd sealing key 1"
#define PURPOSE_CHECK "signetd master check 1"

struct master {
	EVP_KDF *hkdf;
	uint8_t key[MASTER_KEY_SIZE];
};

static enum status
read_key(int fd, uint8_t ret_key[MASTER_KEY_SIZE], struct error *err)
{
	uint8_t bytes[MASTER_KEY_SIZE + 1];
	ssize_t got = pread(fd, bytes, sizeof(bytes), 0);

	if (got < 0)
		return error_set_errno(err, "cannot read the master key");
	if (got != MASTER_KEY_SIZE) {
		OPENSSL_cleanse(bytes, sizeof(bytes));
		return error_set(err, STATUS_REFUSED,
		    "the master key has %s than %d octets: give back the file this state was made with",
		    got < MASTER_KEY_SIZE ? "fewer" : "more", MASTER_KEY_SIZE);
	}
	memcpy(ret_key, bytes, MASTER_KEY_SIZE);
	OPENSSL_cleanse(bytes, sizeof(bytes));
	return STATUS_OK;
}

enum status
master_read(int fd, struct master **ret_master, struct error *err)
{
	struct master *master = calloc(1, sizeof(*master));
	enum status status;

	if (master == NULL)
		return error_set(err, STATUS_NO_MEMORY, "no memory for the master key");
	master->hkdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
	status = master->hkdf != NULL
	    ? read_key(fd, master->key, err)
	    : error_set(err, STATUS_SYSTEM, "OpenSSL has no HKDF");
	if (status != STATUS_OK) {
		master_free(&master);
		return status;
	}
	*ret_master = master;
	return STATUS_OK;
}

void
master_free(struct master **master)
{
	if (*master == NULL)
		return;
	EVP_KDF_free((*master)->hkdf);
	OPENSSL_cleanse(*master, sizeof(**master));
	free(*master);
	*master = NULL;
}

/* HKDF with the purpose and the name as info. */
static enum status
derive(const struct master *master, struct slice purpose, struct slice name, uint8_t *ret_key,
    size_t size)
{
	struct master *unconst = (struct master *)(uintptr_t)master;
	EVP_KDF_CTX *ctx = EVP_KDF_CTX_new(master->hkdf);
	char digest[] = "SHA256";
	uint8_t info[64];
	OSSL_PARAM params[4];
	int done = 0;

	if (ctx == NULL)
		return STATUS_NO_MEMORY;
	memcpy(info, purpose.ptr, purpose.len);
	if (name.len > 0)
		memcpy(info + purpose.len, name.ptr, name.len);
	params[0] = OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0);
	params[1] = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, unconst->key, MASTER_KEY_SIZE);
	params[2] =
	    OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, info, purpose.len + name.len);
	params[3] = OSSL_PARAM_construct_end();
	done = EVP_KDF_derive(ctx, ret_key, size, params);
	EVP_KDF_CTX_free(ctx);
	return done == 1 ? STATUS_OK : STATUS_SYSTEM;
}

enum status
master_check_value(const struct master *master, uint8_t ret_value[MASTER_CHECK_SIZE])
{
	return derive(
	    master, SLICE_LITERAL(PURPOSE_CHECK), SLICE_EMPTY, ret_value, MASTER_CHECK_SIZE);
}

enum status
master_sealing_key(
    const struct master *master, const struct handle *handle, struct secret *ret_key)
{
	ret_key->len = SEALING_KEY_SIZE;
	return derive(master, SLICE_LITERAL(PURPOSE_SEAL),
	    slice_of(handle->bytes, sizeof(handle->bytes)), ret_key->bytes, SEALING_KEY_SIZE);
}
