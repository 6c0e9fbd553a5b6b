/* SPDX-License-Identifier: ISC */
/*
 * A private key as other programs keep it: a PEM block (RFC 7468) with PKCS#1
 * (RFC 8017 §A.1.2) or PKCS#8 (RFC 5208; RFC 8410 for Ed25519) in it.
 *
 * Nothing is ever decrypted, and nobody asked for a passphrase: no function
 * that could is called.
 */
#ifndef VAULT_PEM_H
#define VAULT_PEM_H

#include "base/error.h"
#include "base/slice.h"
#include "vault/key.h"

/*
 * The one private key in text. Other blocks, a certificate beside it for
 * example, are passed over. The key's numbers have been checked against one
 * another. STATUS_INVALID: no key, several, or a damaged one; STATUS_REFUSED: a
 * key that cannot be used; err says which, and holds nothing of the text.
 */
MUST_CHECK enum status pem_read(struct slice text, struct key **ret_key, struct error *err);

#endif
