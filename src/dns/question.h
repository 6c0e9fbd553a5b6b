/* SPDX-License-Identifier: ISC */
/* One question to one server, and what came back, as plain values (RFC 1035 §4). */
#ifndef DNS_QUESTION_H
#define DNS_QUESTION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"
#include "keys/record.h"

/* The numbers of DNS. */
enum record_type {
	RECORD_A = 1,
	RECORD_NS = 2,
	RECORD_CNAME = 5,
	RECORD_SOA = 6,
	RECORD_TXT = 16,
	RECORD_AAAA = 28,
	RECORD_RRSIG = 46,
	RECORD_NSEC = 47,
};

enum rcode {
	RCODE_NOERROR = 0,
	RCODE_FORMERR = 1,
	RCODE_SERVFAIL = 2,
	RCODE_NXDOMAIN = 3,
	RCODE_NOTIMP = 4,
	RCODE_REFUSED = 5,
};

struct question {
	char name[DOMAIN_MAX + 1];
	enum record_type type;
	uint16_t id;
	bool wants_recursion;   /* rd; and ad, to hear of DNSSEC (RFC 6840 §5.7) */
	bool checking_disabled; /* cd: the resolver is not to check DNSSEC (RFC 4035 §3.2.2) */
	bool has_edns;          /* RFC 6891 */
};

/* A record of an answer section; class IN. */
struct record {
	char owner[DOMAIN_MAX + 1]; /* lower case, no final dot */
	unsigned type;              /* enum record_type or any other number */
	uint32_t ttl;               /* seconds */
	char target[DOMAIN_MAX + 1]; /* CNAME, NS: where to; else "" */
	uint8_t address[16];        /* A, AAAA */
	size_t address_len;         /* 4 or 16 */
	struct slice text;          /* TXT: its strings joined; in the arena of the answer */
	struct slice strings;       /* TXT: as on the wire, each behind an octet of its length; there, too */
	unsigned string_count;
};

#define ANSWER_RECORDS_MAX 128 /* more are not kept */

/*
 * Of memory for one exchange, with room for the largest there can be: an
 * answer over UDP, the same over TCP, and both again without EDNS. Each
 * exchange has its own, so that no server can use up what others need.
 */
#define ANSWER_MAX_BYTES ((size_t)1 << 20)

struct answer {
	unsigned rcode;
	bool is_authoritative; /* aa */
	bool is_truncated;     /* tc */
	bool is_secure;        /* ad */
	size_t record_count;
	struct record *records; /* of the answer section; in the arena */
	bool has_soa;           /* in the authority section: the answer is whole, if empty */
	uint32_t negative_ttl;  /* seconds, of that SOA (RFC 2308 §5) */
};

#endif
