/* SPDX-License-Identifier: ISC */
#include "vault/new_key.h"

#include <openssl/evp.h>
#include <openssl/rand.h>

static enum status
label_of(const struct key *key, const struct new_key *new, struct seal_label *ret_label)
{
	unsigned len = 0;

	ret_label->algorithm = key_algorithm(key);
	if (EVP_Digest(new->public_key, new->public_key_len, ret_label->public_digest, &len,
	        EVP_sha256(), NULL) != 1)
		return STATUS_SYSTEM;
	return STATUS_OK;
}

static enum status
seal(const struct master *master, const struct key *key, struct new_key *new)
{
	struct secret plain = { 0 };
	struct seal_label label;
	enum status status = label_of(key, new, &label);

	if (status == STATUS_OK)
		status = key_to_plain(key, &plain);
	if (status == STATUS_OK)
		status = seal_close(
		    master, &new->handle, &label, &plain, new->sealed, &new->sealed_len);
	secret_wipe(&plain);
	return status;
}

enum status
new_key_seal(const struct master *master, const struct key *key, struct new_key *ret_new)
{
	struct new_key new = { .sealed_len = 0 };
	enum status status = key_public(key, new.public_key, &new.public_key_len);

	if (status == STATUS_OK && RAND_bytes(new.handle.bytes, sizeof(new.handle.bytes)) != 1)
		status = STATUS_SYSTEM;
	if (status == STATUS_OK)
		status = seal(master, key, &new);
	if (status == STATUS_OK)
		*ret_new = new;
	return status;
}
