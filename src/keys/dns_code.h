/* SPDX-License-Identifier: ISC */
/*
 * What DNS showed about one slot of a key set, as a closed list: one word in
 * the store, the control interface and the log. The sentences that go with
 * them are made in verdict/verdict.c. docs/dns.md is this list for people.
 */
#ifndef KEYS_DNS_CODE_H
#define KEYS_DNS_CODE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/words.h"

#define DNS_SENTENCE_SIZE 512 /* with its NUL */
#define DNS_DIGEST_SIZE 32    /* SHA-256 */

enum dns_state { DNS_UNCHECKED = 1, DNS_VERIFIED = 2, DNS_FAILED = 3 };

extern const struct word dns_state_words[]; /* "unchecked", "verified", "failed" */

enum dns_code {
	DNS_CODE_NONE = 0, /* never looked */

	/* proved */
	DNS_CODE_PUBLISHED,          /* through the name that verifiers ask for, p= is ours */
	DNS_CODE_TXT_FOR_CNAME,      /* a TXT record where a CNAME was asked for; p= is ours */
	DNS_CODE_TEST_MODE,          /* t=y is still there: p= is ours, verifiers may ignore it */

	/* the owner's to mend */
	DNS_CODE_NOT_PUBLISHED,
	DNS_CODE_PROXIED,            /* A or AAAA where the record should be: a proxy took the CNAME */
	DNS_CODE_CNAME_AND_OTHERS,   /* a CNAME beside other records */
	DNS_CODE_CNAME_AT_APEX,      /* the name is a zone of its own: no CNAME can be there */
	DNS_CODE_NAME_DOUBLED,       /* s._domainkey.example.com.example.com */
	DNS_CODE_WRONG_TARGET,
	DNS_CODE_DANGLING_TARGET,    /* the CNAME is there, its target is not */
	DNS_CODE_CNAME_LOOP,
	DNS_CODE_CHAIN_TOO_LONG,
	DNS_CODE_SEVERAL_TXT,
	DNS_CODE_STRINGS_WRONG,      /* quotes, backslashes or white space where strings were joined */
	DNS_CODE_BAD_BASE64,
	DNS_CODE_BAD_SYNTAX,         /* no tag list, or v= wrong or not first, or p= missing */
	DNS_CODE_WRONG_TYPE,         /* k= */
	DNS_CODE_WRONG_HASH,         /* h= without sha256 */
	DNS_CODE_WRONG_SERVICE,      /* s= without email or * */
	DNS_CODE_OTHER_KEY,
	DNS_CODE_REVOKED,            /* p= empty */
	DNS_CODE_SERVERS_DISAGREE,   /* the zone's name servers among themselves */

	/* nobody's: look again */
	DNS_CODE_NOT_SEEN_YET,       /* the zone has it, the resolver still remembers that it had not */
	DNS_CODE_DNSSEC_BOGUS,       /* the resolver shows it only when it is not to check DNSSEC */
	DNS_CODE_UNREACHABLE,
};

/* "published", "txt-for-cname", … */
extern const struct word dns_code_words[];

/* VERIFIED, FAILED, or UNCHECKED for what changes no verdict. */
enum dns_state dns_code_state(enum dns_code code);

/*
 * The verdict on one slot as it is kept: of the key whose p= was seen then,
 * and of no other that may come into the slot.
 */
struct dns_status {
	enum dns_state state;
	enum dns_code code;
	int64_t checked_at;                  /* seconds since 1970, 0 for never */
	bool has_seen_key;
	uint8_t key_sha256[DNS_DIGEST_SIZE]; /* of the octets that the p= seen encodes */
	char sentence[DNS_SENTENCE_SIZE];    /* "" while unchecked */
};

#endif
