/* SPDX-License-Identifier: ISC */
/* RSA private keys as other programs write them: RSAPrivateKey in DER (RFC 8017 §A.1.2). */
#ifndef VAULT_RSA_DER_H
#define VAULT_RSA_DER_H

#include "base/error.h"
#include "base/slice.h"
#include "vault/secret.h"

/*
 * p, q and e of it, in their plain form (vault/rsa_parts.h); the caller wipes
 * ret_plain, also after a failure. p · q = n has been looked at, not yet
 * whether they are primes. STATUS_INVALID: no such DER, or it contradicts
 * itself; STATUS_REFUSED: a size or an exponent that is not taken.
 */
MUST_CHECK enum status rsa_der_read(
    struct slice der, struct secret *ret_plain, struct error *err);

#endif
