/* SPDX-License-Identifier: ISC */
/*
 * Signatures that a message bears already and that may be our own, since it
 * has come by before: a content filter hands mail back, two listeners have the
 * same milter. What a field says is not believed: whoever forges one with our
 * d= and s= must not switch signing off. It is ours when the same key, asked
 * to sign the same again, gives the same signature: RSA with PKCS#1 v1.5 and
 * Ed25519 have one for each input, and nobody else can make it.
 */
#ifndef DKIM_EARLIER_H
#define DKIM_EARLIER_H

#include "dkim/field.h"
#include "dkim/header.h"

/* Octets of a signature; RSA-4096. */
#define EARLIER_SIGNATURE_MAX 512

/* Fields of one key that are looked at, the topmost first: more are nobody's mistake. */
#define EARLIER_MAX 4

struct earlier {
	struct slice unsigned_value; /* of the field: up to and including "b=" */
	int64_t signed_at;           /* t= */
	uint8_t signature[EARLIER_SIGNATURE_MAX];
	size_t signature_len;
};

/*
 * Finds the next DKIM-Signature field, from the place *at on, that claims to be
 * of the key and algorithm of params, and is built as ours are: with t=, and b=
 * last. *at becomes the place behind it. STATUS_NOT_FOUND.
 */
MUST_CHECK enum status earlier_find(const struct header_block *header,
    const struct field_params *params, size_t *at, struct earlier *ret_earlier);

/* Is it this signature? Takes as long whatever differs. */
bool earlier_is(const struct earlier *earlier, const uint8_t *signature, size_t len);

#endif
