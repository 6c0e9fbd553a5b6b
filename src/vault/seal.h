/* SPDX-License-Identifier: ISC */
/*
 * The sealed form of a private key (docs/sealed.md): AES-256-GCM under a key
 * of its own, derived from the master key and the handle; algorithm and
 * SHA-256 of the public key are bound to it as associated data.
 *
 *   version 1 · algorithm 1 · SHA-256 of the public key 32 · nonce 12 · tag 16 · ciphertext
 *
 * Any thread.
 */
#ifndef VAULT_SEAL_H
#define VAULT_SEAL_H

#include "vault/master.h"

#define SEAL_PUBLIC_DIGEST_SIZE 32
#define SEAL_OVERHEAD (1 + 1 + SEAL_PUBLIC_DIGEST_SIZE + 12 + 16)

/* What is bound to the sealed key, and readable without the master key. */
struct seal_label {
	enum algorithm algorithm;
	uint8_t public_digest[SEAL_PUBLIC_DIGEST_SIZE];
};

/* Seals plain. STATUS_NO_MEMORY, or STATUS_SYSTEM from OpenSSL; ret_sealed is then of no use. */
MUST_CHECK enum status seal_close(const struct master *master, const struct handle *handle,
    const struct seal_label *label, const struct secret *plain, uint8_t ret_sealed[SEALED_MAX],
    size_t *ret_len);

/*
 * STATUS_DAMAGED when anything differs: the octets, the handle, the label or
 * the master key. The caller wipes ret_plain, also after a failure.
 */
MUST_CHECK enum status seal_open(const struct master *master, const struct handle *handle,
    struct slice sealed, struct seal_label *ret_label, struct secret *ret_plain);

#endif
