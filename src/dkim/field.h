/* SPDX-License-Identifier: ISC */
/*
 * The DKIM-Signature field (RFC 6376 §3.5) as text: tags v a c d s t x h bh b,
 * the same text for the same input. Lines are at most 78 octets, folded with
 * CRLF and a tab between tags, after a colon of h= and inside b=, never inside
 * a name (only a d= or s= too long for any line makes a longer one). b= begins
 * a line and is last, so that the text that was hashed is the text that is
 * inserted, up to the signature's first character.
 */
#ifndef DKIM_FIELD_H
#define DKIM_FIELD_H

#include "base/buf.h"
#include "dkim/canon.h"
#include "dkim/choice.h"
#include "dkim/digest.h"

#define FIELD_NAME SLICE_LITERAL("DKIM-Signature")

/* A longer one cannot be built, and no choice that fits makes one: besides h= there are at most two domains of 253
 * octets, a signature of 512 in base64, some numbers and words. */
#define FIELD_MAX_BYTES 61440
_Static_assert(CHOICE_MAX_BYTES + 2048 <= FIELD_MAX_BYTES, "the rest of the field has room");

struct field_params {
	struct slice algorithm; /* a=: "rsa-sha256" or "ed25519-sha256" */
	enum canon header_canon;
	enum canon body_canon;
	struct slice domain;    /* d=, A-labels */
	struct slice selector;
	int64_t signed_at;      /* t=, seconds since 1970 */
	int64_t expires_at;     /* x=; 0: none */
};

/*
 * Appends the value with an empty b=, from the space after the colon on: what
 * is hashed after the fields of choice.
 */
void field_put_unsigned(struct buf *out, const struct field_params *params,
    const struct choice *choice, const uint8_t body_hash[DIGEST_SIZE]);

/* Completes what field_put_unsigned has left in out: the signature in base64. */
void field_put_signature(struct buf *out, const uint8_t *signature, size_t len);

#endif
