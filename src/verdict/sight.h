/* SPDX-License-Identifier: ISC */
/*
 * What one server showed when asked for the TXT record of a name: plain
 * values, no judgement. Names are in lower case without a final dot.
 *
 * What came from DNS is hostile: names and texts may hold any octet. Whoever
 * prints them makes them safe (verdict/sentence.h).
 */
#ifndef VERDICT_SIGHT_H
#define VERDICT_SIGHT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "keys/record.h"

#define SIGHT_HOPS_MAX 12    /* CNAMEs of one chain; longer ones resolvers give up too */
#define SIGHT_TEXTS_MAX 4    /* TXT records kept, those that begin with "v=" first; more are counted */
#define SIGHT_TEXT_MAX 4096  /* octets kept of one, strings joined */
#define SIGHT_SERVER_MAX 320 /* "192.0.2.53@53", "ns1.example.com (2001:db8::53@53)" */

enum sight_outcome {
	SIGHT_NONE = 0,     /* not asked */
	SIGHT_ANSWERED,     /* NOERROR: texts, or none of that type */
	SIGHT_NO_NAME,      /* NXDOMAIN, of the last name of the chain */
	SIGHT_REFUSED,      /* SERVFAIL, REFUSED and the like: see rcode */
	SIGHT_SILENT,       /* no answer in time, or unreachable */
	SIGHT_UNUSABLE,     /* what came is no answer to this question */
};

enum sight_chain { SIGHT_CHAIN_ENDS = 0, SIGHT_CHAIN_LOOPS, SIGHT_CHAIN_TOO_LONG };

/* A CNAME. */
struct sight_hop {
	char owner[DOMAIN_MAX + 1];
	char target[DOMAIN_MAX + 1];
	uint32_t ttl;          /* seconds */
	bool has_others;       /* other records at the same owner, which DNS forbids */
};

/* A TXT record at the end of the chain. */
struct sight_text {
	uint32_t ttl;          /* seconds */
	unsigned string_count; /* of how many strings it was joined, without anything between */
	size_t len;
	bool is_cut;           /* it was longer than SIGHT_TEXT_MAX */
	char bytes[SIGHT_TEXT_MAX];
};

struct sight {
	char server[SIGHT_SERVER_MAX];
	char asked[DOMAIN_MAX + 1];
	enum sight_outcome outcome;
	unsigned rcode;           /* of the last answer */
	bool is_authoritative;    /* aa; a zone's server without it is taken as silent: it has not the zone */
	bool is_secure;           /* ad: the resolver says DNSSEC vouches for it */
	bool is_bogus;            /* SERVFAIL, but an answer when DNSSEC is not to be checked (cd) */
	enum sight_chain chain;
	unsigned hop_count;
	struct sight_hop hops[SIGHT_HOPS_MAX];
	unsigned text_count;      /* all there were; SIGHT_TEXTS_MAX of them are kept */
	struct sight_text texts[SIGHT_TEXTS_MAX];
	uint32_t negative_ttl;    /* seconds that its absence may be remembered; 0 unknown */
};

/* Did it give an answer, be it that there is nothing? */
bool sight_is_answer(const struct sight *sight);

/* Texts there were: none, but in a plain answer. */
unsigned sight_texts(const struct sight *sight);

/* Those of them that were kept. */
unsigned sight_kept(const struct sight *sight);

/* Are all texts that begin with "v=" among those that were kept? */
bool sight_has_all_versions(const struct sight *sight);

#endif
