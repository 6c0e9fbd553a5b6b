/* SPDX-License-Identifier: ISC */
/*
 * What the owner of a domain publishes for a key set: the TXT records, or for a
 * delegated set the CNAMEs that lead to our own TXT records; as one text, as
 * zone file lines, and as commands for nsupdate(1). And what is published in
 * the provider zone. Pure.
 */
#ifndef LIFECYCLE_PUBLICATION_H
#define LIFECYCLE_PUBLICATION_H

#include "base/buf.h"
#include "keys/record.h"

#define PUBLICATION_TTL 3600     /* seconds, in the zone and nsupdate forms */
#define PUBLICATION_STRING_MAX 255 /* octets of one string of a TXT record, RFC 1035 §3.3 */

/* The owner's name: SELECTOR._domainkey.DOMAIN, without a final dot. */
void publication_put_name(struct buf *out, const struct key_set *set, enum slot slot);

/* The text verifiers see: "v=DKIM1; k=rsa; p=…"; of a revoked key "v=DKIM1; k=rsa; p=". */
void publication_put_key(struct buf *out, const struct key_set *set, enum slot slot);

/* Of the owner's record: "TXT" or "CNAME". */
const char *publication_type(const struct key_set *set);

/* What the owner's record holds: the text verifiers see, or the CNAME's target with its final dot. */
void publication_put_value(struct buf *out, const struct key_set *set, enum slot slot);

/* A master file entry over several lines (RFC 1035 §5.1), strings of at most 255 octets. */
void publication_put_zone(struct buf *out, const struct key_set *set, enum slot slot);

/* The same on one line. */
void publication_put_oneline(struct buf *out, const struct key_set *set, enum slot slot);

/* Commands that put the record in the place of any other TXT or CNAME there; without "send". */
void publication_put_nsupdate(struct buf *out, const struct key_set *set, enum slot slot);

/* Delegated sets: our own TXT record, as one line of the provider zone. */
void publication_put_target_zone(
    struct buf *out, const struct key_set *set, enum slot slot, uint32_t ttl_s);

#endif
