/* SPDX-License-Identifier: ISC */
/*
 * A private key that can sign. Made by key_generate or from its plain form,
 * counted by reference, immutable: any thread may sign with it.
 *
 * Plain form (inside a sealed key only): RSA as three numbers p, q, e, each a
 * 2-octet big-endian length and its octets; Ed25519 as the 32-octet seed.
 */
#ifndef VAULT_KEY_H
#define VAULT_KEY_H

#include <stdbool.h>

#include "base/error.h"
#include "keys/record.h"
#include "vault/secret.h"

struct key;

#define KEY_DIGEST_SIZE 32
#define KEY_SIGNATURE_MAX 512

/* key_bits: 2048, 3072 or 4096 for RSA; ignored for Ed25519. STATUS_INVALID for anything else. */
MUST_CHECK enum status key_generate(
    enum algorithm algorithm, unsigned key_bits, struct key **ret_key);

/* STATUS_SYSTEM: OpenSSL makes no key of it. STATUS_NO_MEMORY. */
MUST_CHECK enum status key_from_plain(
    enum algorithm algorithm, const struct secret *plain, struct key **ret_key);

/* The caller wipes ret_plain. */
MUST_CHECK enum status key_to_plain(const struct key *key, struct secret *ret_plain);

/* As in p=: SPKI DER for RSA (RFC 6376 §3.6.1), 32 octets for Ed25519 (RFC 8463 §4.2). */
MUST_CHECK enum status key_public(
    const struct key *key, uint8_t ret_public[PUBLIC_KEY_MAX], size_t *ret_len);

enum algorithm key_algorithm(const struct key *key);

/* As the record has it: of the modulus; 256 for Ed25519. */
unsigned key_bits(const struct key *key);

/* The memory it takes once it has signed, generously: what else is in a cache with it included. */
size_t key_bytes(const struct key *key);

/* Do its numbers belong together? RSA: are p and q primes? Takes as long as making a key. */
bool key_is_sound(const struct key *key);

/*
 * Signs a SHA-256 digest: RSASSA-PKCS1-v1_5 (RFC 6376 §3.3.1), or PureEdDSA
 * over the digest (RFC 8463 §3).
 */
MUST_CHECK enum status key_sign(const struct key *key, const uint8_t digest[KEY_DIGEST_SIZE],
    uint8_t ret_signature[KEY_SIGNATURE_MAX], size_t *ret_len);

/* One holder more; the last that releases it frees it. */
struct key *key_hold(struct key *key);
void key_release(struct key **key);

#endif
