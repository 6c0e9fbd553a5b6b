/* SPDX-License-Identifier: ISC */
/*
 * A DKIM-Signature field of a message, read for `signetctl diff`: what it says
 * it covers, and in which form. Slices into the message. Pure.
 */
#ifndef CTL_DIFF_SIGNATURE_H
#define CTL_DIFF_SIGNATURE_H

#include "ctl/message.h"
#include "dkim/canon.h"
#include "dkim/digest.h"

struct diff_signature {
	struct slice value;     /* of the whole field */
	struct slice algorithm; /* a= */
	struct slice domain;    /* d= */
	struct slice selector;  /* s= */
	struct slice names;     /* h= */
	struct slice signature; /* b= */
	enum canon header_canon;
	enum canon body_canon;
	bool has_length;        /* l= */
	uint8_t body_hash[DIGEST_SIZE];
};

/* Which of several; an empty slice: any. */
struct diff_wanted {
	struct slice domain;
	struct slice selector;
	struct slice algorithm;
};

/*
 * The topmost one that is wanted: signers put theirs on top. STATUS_NOT_FOUND;
 * STATUS_INVALID when fields of that name are there and none can be read; h=
 * with over 1000 names cannot.
 */
MUST_CHECK enum status signature_find(const struct message *message,
    const struct diff_wanted *wanted, struct diff_signature *ret_signature);

/* Appends the field's value as it was hashed (RFC 6376 §3.7): without what b= says. */
void signature_put_unsigned(struct buf *out, struct slice value);

#endif
