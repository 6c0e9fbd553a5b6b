/* SPDX-License-Identifier: ISC */
/*
 * The one type that holds secret octets: the master key, a plain private key
 * on its way between its sealed and its usable form. Lives on the stack of the
 * thread that needs it, and is wiped by secret_wipe before it goes.
 */
#ifndef VAULT_SECRET_H
#define VAULT_SECRET_H

#include <stddef.h>
#include <stdint.h>

#include <openssl/crypto.h>

/* p and q of RSA-4096 with their lengths and e: docs/sealed.md. */
#define SECRET_MAX 640

struct secret {
	size_t len;
	uint8_t bytes[SECRET_MAX];
};

static inline void
secret_wipe(struct secret *secret)
{
	OPENSSL_cleanse(secret, sizeof(*secret));
}

#endif
