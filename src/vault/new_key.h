/* SPDX-License-Identifier: ISC */
/* A key that has just come into the house, generated or imported, as the keeper is to store it. */
#ifndef VAULT_NEW_KEY_H
#define VAULT_NEW_KEY_H

#include "vault/key.h"
#include "vault/seal.h"

struct new_key {
	struct handle handle; /* new, random */
	size_t sealed_len;
	size_t public_key_len;
	uint8_t sealed[SEALED_MAX];
	uint8_t public_key[PUBLIC_KEY_MAX]; /* as in p= */
};

/* Seals key under a new handle. Any thread. */
MUST_CHECK enum status new_key_seal(
    const struct master *master, const struct key *key, struct new_key *ret_new);

#endif
