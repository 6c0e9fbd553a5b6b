/* SPDX-License-Identifier: ISC */
/*
 * Two copies of a message held against each other in the form in which one
 * signature covers them (RFC 6376 §3.4, §5.4.2): each field that h= names, the
 * bottom one of a name first, the signature's own field, then the body. Pure.
 */
#ifndef CTL_DIFF_COMPARE_H
#define CTL_DIFF_COMPARE_H

#include "ctl/diff/cause.h"
#include "ctl/diff/signature.h"

enum diff_part { DIFF_PART_FIELD = 1, DIFF_PART_SIGNATURE, DIFF_PART_BODY };
enum diff_change { DIFF_IS_CHANGED = 1, DIFF_IS_ADDED, DIFF_IS_REMOVED };

extern const struct word diff_part_words[];   /* "field", "signature", "body" */
extern const struct word diff_change_words[]; /* "changed", "added", "removed" */

struct difference {
	enum diff_part part;
	enum diff_change change;
	enum cause cause;
	struct slice name;          /* of the field */
	size_t number;              /* of the field among those of its name, from the bottom, or of the line; from 1 */
	size_t octet;               /* of the first one that differs in the two below, from 1 */
	struct slice signed_form;   /* canonical: of the field, or the line without its end */
	struct slice received_form;
};

struct diff {
	struct arena arena;
	struct difference *differences; /* the order in which they are hashed */
	size_t count;
	struct slice *uncovered;        /* names of fields that differ and are not covered */
	size_t uncovered_count;
	bool has_signed_body;           /* what was signed has the body that bh= names */
	bool has_received_body;
};

/* Empty; diff_done frees what diff_compare has found, also after its failure. */
void diff_init(struct diff *diff);
void diff_done(struct diff *diff);

/*
 * signature is of one of the two. STATUS_NO_MEMORY; STATUS_SYSTEM when OpenSSL
 * fails. The messages must stay.
 */
MUST_CHECK enum status diff_compare(struct diff *diff, const struct message *original,
    const struct message *received, const struct diff_signature *signature);

#endif
