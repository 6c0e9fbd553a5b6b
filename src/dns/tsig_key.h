/* SPDX-License-Identifier: ISC */
/*
 * The key that updates are signed with (RFC 8945), from a file as BIND's
 * tsig-keygen(8) and Knot's keymgr(8) write it:
 *
 *	key "name" { algorithm hmac-sha256; secret "base64"; };
 */
#ifndef DNS_TSIG_KEY_H
#define DNS_TSIG_KEY_H

#include "base/error.h"
#include "base/slice.h"
#include "keys/record.h"

#define TSIG_SECRET_MAX 128 /* octets of the base64 text */

struct tsig_key {
	char name[DOMAIN_MAX + 1];
	char algorithm[32]; /* "hmac-sha256." as DNS names it */
	char secret[TSIG_SECRET_MAX + 1];
};

/* STATUS_INVALID, saying what is wrong without showing the secret. Comments (#, //) are passed over. */
MUST_CHECK enum status tsig_key_parse(
    struct slice text, struct tsig_key *ret_key, struct error *err);

#endif
