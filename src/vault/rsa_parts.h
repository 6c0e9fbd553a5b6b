/* SPDX-License-Identifier: ISC */
/*
 * RSA private keys as (p, q, e) and back: the smallest form everything else
 * follows from. OpenSSL checks nothing of what it is given, so consistency is
 * the seal's business (GCM tag).
 */
#ifndef VAULT_RSA_PARTS_H
#define VAULT_RSA_PARTS_H

#include <openssl/bn.h>
#include <openssl/evp.h>

#include "base/status.h"
#include "vault/secret.h"

/* p, q, e, each with a 2-octet length in front. The caller wipes ret_plain. */
MUST_CHECK enum status rsa_parts_from_pkey(const EVP_PKEY *pkey, struct secret *ret_plain);

/* The same of numbers that are at hand. */
MUST_CHECK enum status rsa_parts_put(
    const BIGNUM *p, const BIGNUM *q, const BIGNUM *e, struct secret *ret_plain);

/* NULL when the parts do not make a key. */
EVP_PKEY *rsa_parts_to_pkey(const struct secret *plain);

#endif
