/* SPDX-License-Identifier: ISC */
/*
 * Two copies of a message being compared (ctl/diff/compare.h), a file for each
 * part of them. All append to the diff, which has room, in the order in which
 * the parts are hashed; STATUS_NO_MEMORY, or STATUS_SYSTEM from OpenSSL.
 */
#ifndef CTL_DIFF_PAIR_H
#define CTL_DIFF_PAIR_H

#include "ctl/diff/compare.h"
#include "ctl/diff/shelf.h"

#define PAIR_MAX_BYTES (1U << 30) /* far above what two messages take */

enum { ORIGINAL, RECEIVED };

/* What is compared, and in which form. */
struct pair {
	const struct message *original;
	const struct message *received;
	const struct diff_signature *signature;
	struct shelf shelves[2]; /* of the original, of what was received */
	bool is_converted;
};

/* ---- the parts ---- */

MUST_CHECK enum status pair_compare_fields(struct diff *diff, struct pair *pair);

/* A copy of what was signed need not have the signature; what arrived must. */
MUST_CHECK enum status pair_compare_own_field(struct diff *diff, const struct pair *pair);

MUST_CHECK enum status pair_compare_bodies(struct diff *diff, const struct pair *pair);

/* Names of fields of message, one of the two, that differ and that the signature does not cover. */
void pair_note_uncovered(
    struct diff *diff, const struct pair *pair, const struct message *message);

/* ---- what they share ---- */

/* Where its two forms begin to differ is worked out here. */
void pair_add(struct diff *diff, struct difference difference);

/* What one name has in both: its fields from the bottom. */
struct pair_rows {
	struct shelf_row original;
	struct shelf_row received;
};

struct pair_rows pair_rows(const struct pair *pair, struct slice name);

#endif
