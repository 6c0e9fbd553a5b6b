/* SPDX-License-Identifier: ISC */
/*
 * Is the key of a slot published? What is wrong, in words? Pure and total:
 * every observation has one verdict. The codes are those of keys/dns_code.h,
 * the rules and their order docs/dns.md.
 *
 * A verdict that is not FAILED because nothing could be asked says so: what
 * is not the owner's failure is never called one. VERIFIED is what the
 * resolver saw, and what no server of the zones contradicts.
 *
 * Sentence and advice are printable ASCII, whatever DNS said; what does not
 * fit is cut, with "..." at the end.
 */
#ifndef VERDICT_VERDICT_H
#define VERDICT_VERDICT_H

#include "keys/dns_code.h"
#include "verdict/observation.h"

#define VERDICT_DIGEST_SIZE 32 /* SHA-256 */
#define VERDICT_TEXT_SIZE 512

/* What should be there. */
struct expectation {
	char name[DOMAIN_MAX + 1];    /* SELECTOR._domainkey.DOMAIN */
	char domain[DOMAIN_MAX + 1];
	char target[DOMAIN_MAX + 1];  /* delegated: where the CNAME should lead; else "" */
	enum algorithm algorithm;
	bool is_test_mode;            /* t=y is wanted */
	uint8_t key_sha256[VERDICT_DIGEST_SIZE]; /* of the octets that p= encodes */
};

struct verdict {
	enum dns_code code;
	bool has_key;                 /* a p= was seen */
	uint8_t key_sha256[VERDICT_DIGEST_SIZE]; /* of the octets it encodes */
	uint32_t ttl_s;               /* of what was seen, or of its absence: looking earlier shows nothing new */
	bool is_secure;               /* DNSSEC vouches for it: information */
	char sentence[VERDICT_TEXT_SIZE]; /* what is, with names and values; no final full stop */
	char advice[VERDICT_TEXT_SIZE];   /* what to do; "" when nothing is to be done */
};

/* Any thread. What cannot be judged because memory is short is DNS_CODE_UNREACHABLE. */
void verdict_reach(const struct expectation *expected, const struct observation *seen,
    struct verdict *ret_verdict);

#endif
