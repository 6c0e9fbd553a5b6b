/* SPDX-License-Identifier: ISC */
/*
 * What a message goes through to be signed, once for all its signatures: one
 * body hash per body canonicalization in use, one hash of the chosen header
 * fields per header canonicalization, then a digest for each signature. The
 * private keys are elsewhere: digests leave, signatures come back.
 *
 *	signer_begin             the header is complete
 *	signer_add, …            for each key that signs
 *	signer_put_body, …       the body is streamed and never stored
 *	signer_end
 *	signer_digest            32 octets for each: rsa-sha256 signs them with PKCS#1 v1.5
 *	                         (RFC 6376 §3.3.1), ed25519-sha256 with PureEdDSA (RFC 8463 §3)
 *	signer_finish            the field's value for each
 *
 * Begun anew for the next message at any point. One thread at a time.
 */
#ifndef DKIM_SIGNER_H
#define DKIM_SIGNER_H

#include "dkim/field.h"

/* Signatures of one message: both algorithms for a few identities. */
#define SIGNER_MAX 8

struct signer;

/* STATUS_NO_MEMORY, or STATUS_SYSTEM from digest_new. */
MUST_CHECK enum status signer_new(struct signer **ret_signer);
void signer_free(struct signer **signer);

/*
 * Chooses the fields to sign by table (choice_default, or another). header and
 * its arena must stay until signer_finish. STATUS_TOO_LARGE: more fields than
 * h= may name.
 */
MUST_CHECK enum status signer_begin(
    struct signer *signer, const struct choice_row *table, const struct header_block *header);

/*
 * Adds a signature; before the first signer_put_body. Its texts are not copied
 * and must stay until signer_end. STATUS_TOO_LARGE over SIGNER_MAX,
 * STATUS_NO_MEMORY, STATUS_SYSTEM.
 */
MUST_CHECK enum status signer_add(struct signer *signer, const struct field_params *params);

/* The number of signatures added. */
size_t signer_count(const struct signer *signer);

/* A piece of the body, as transmitted: lines end with CRLF; cut anywhere, even between the two. */
void signer_put_body(struct signer *signer, struct slice bytes);

/* The body is complete; afterwards each signature has its digest. */
MUST_CHECK enum status signer_end(struct signer *signer);

/* The digest to sign of the signature added as number index. */
const uint8_t *signer_digest(const struct signer *signer, size_t index);

/*
 * Gives that signature another time, t=, and so another digest; as often as
 * wanted after signer_end.
 */
MUST_CHECK enum status signer_redate(struct signer *signer, size_t index, int64_t signed_at);

/* Would its field, up to an empty b=, be hashed as this value of one? */
bool signer_has_built(const struct signer *signer, size_t index, struct slice unsigned_value);

/* What it was added with. */
const struct field_params *signer_params(const struct signer *signer, size_t index);

/*
 * The field's value, from the space after the colon on (a milter that could
 * not negotiate leading spaces drops that one), folded with CRLF and tab.
 * Valid until the next signer_begin.
 */
MUST_CHECK enum status signer_finish(struct signer *signer, size_t index,
    const uint8_t *signature, size_t len, struct slice *ret_value);

#endif
