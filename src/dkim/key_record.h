/* SPDX-License-Identifier: ISC */
/*
 * The DNS key record (RFC 6376 §3.6.1, RFC 8463 §4): the text of the TXT
 * record at SELECTOR._domainkey.DOMAIN, its strings joined without anything
 * between.
 */
#ifndef DKIM_KEY_RECORD_H
#define DKIM_KEY_RECORD_H

#include "base/buf.h"
#include "base/error.h"

enum key_record_type { KEY_RECORD_RSA = 1, KEY_RECORD_ED25519 = 2 };

/* Octets of p= before base64; RSA-8192 has 1062. */
#define KEY_RECORD_KEY_MAX 1100

struct key_record {
	enum key_record_type type;                 /* k= */
	bool is_test_mode;                         /* t=y */
	bool is_strict;                            /* t=s: i= may not be of a subdomain */
	uint8_t public_key[KEY_RECORD_KEY_MAX];    /* p=: SPKI DER for RSA, 32 octets for Ed25519 */
	size_t public_key_len;                     /* 0: revoked */
};

/* Appends "v=DKIM1; k=rsa; p=…"; "t=y; " before p= in test mode; an empty key revokes. */
void key_record_put(struct buf *out, enum key_record_type type, bool is_test_mode,
    const uint8_t *public_key, size_t public_key_len);

/* The first thing wrong with a record, in the order in which verifiers look. */
enum key_record_fault {
	KEY_RECORD_FAULT_NONE = 0,
	KEY_RECORD_FAULT_LIST,    /* no list of tags, each given once */
	KEY_RECORD_FAULT_VERSION, /* v=: another, or not first */
	KEY_RECORD_FAULT_NO_KEY,  /* p= is missing */
	KEY_RECORD_FAULT_HASH,    /* h= */
	KEY_RECORD_FAULT_TYPE,    /* k= */
	KEY_RECORD_FAULT_SERVICE, /* s= */
	KEY_RECORD_FAULT_KEY,     /* p=: no base64, or longer than any key */
	KEY_RECORD_FAULT_SIZE,    /* p=: not of the size that k= asks for */
};

/*
 * Reads a record as a verifier would: unknown tags are ignored. STATUS_INVALID
 * for one that no verifier can use, STATUS_REFUSED for one that is well-formed
 * and not for SHA-256 or not for mail; err says why.
 */
MUST_CHECK enum status key_record_parse(
    struct slice text, struct key_record *ret_record, struct error *err);

/* The same, for who has more to say than err: always sets *ret_fault, which may be checked instead. */
enum status key_record_diagnose(struct slice text, struct key_record *ret_record,
    enum key_record_fault *ret_fault, struct error *err);

#endif
