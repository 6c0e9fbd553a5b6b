/* SPDX-License-Identifier: ISC */
/*
 * From a handle to a signature: the keyring says whether the handle still
 * exists, the cache has its key unsealed or it is unsealed now. A handle that
 * left the keyring signs nothing any more, cached or not. Any thread.
 */
#ifndef VAULT_SIGNING_H
#define VAULT_SIGNING_H

#include "vault/cache.h"
#include "vault/masters.h"
#include "view/view.h"

struct signing {
	const struct masters *masters;
	struct view *keyring;
	struct cache *cache;
};

/*
 * STATUS_NOT_FOUND: nobody issued this handle. STATUS_INVALID: its key is of
 * another algorithm. STATUS_DAMAGED: the sealed key does not open.
 * STATUS_NO_MEMORY: not even when all other keys were given up. An entry of
 * the keyring that fails its own check ends the process (process/role_start.h).
 */
MUST_CHECK enum status signing_sign(const struct signing *signing, const struct handle *handle,
    enum algorithm algorithm, const uint8_t digest[KEY_DIGEST_SIZE],
    uint8_t ret_signature[KEY_SIGNATURE_MAX], size_t *ret_len);

#endif
