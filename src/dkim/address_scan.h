/* SPDX-License-Identifier: ISC */
/*
 * The words of an address field: RFC 5322 §3.2 tokens with the UTF-8 of RFC
 * 6532, white space and comments skipped. For address.c. A value, so that a
 * reader looks ahead by copying it.
 */
#ifndef DKIM_ADDRESS_SCAN_H
#define DKIM_ADDRESS_SCAN_H

#include "base/slice.h"

/* A token is one of these, or the special character itself: one of <>@,;:. */
#define TOKEN_END 0
#define TOKEN_ATOM 256
#define TOKEN_QUOTED 257  /* "…" */
#define TOKEN_LITERAL 258 /* […] */
#define TOKEN_BAD 259     /* what cannot stand here, or something unclosed: there is no way on */

struct address_scan {
	struct slice rest;
	int token;         /* the present one */
	struct slice text; /* of it as it stands, quotes and brackets included */
};

/* Begins with the first token of value as the present one. */
void address_scan_init(struct address_scan *scan, struct slice value);

/* Goes on to the next token; at the end it is TOKEN_END, and after TOKEN_BAD it stays TOKEN_BAD. */
void address_scan_next(struct address_scan *scan);

/*
 * A TOKEN_ATOM that may be part of an address: an encoded word is one token,
 * whatever specials are in it, but stands for a display name only (RFC 2047 §5).
 */
bool address_scan_is_atom(const struct address_scan *scan);

#endif
