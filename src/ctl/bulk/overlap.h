/* SPDX-License-Identifier: ISC */
/*
 * Lines of one file that would stand in each other's way: the same key twice,
 * or two of one organization, domain and algorithm of which one, activated,
 * would take senders from the other. Then what there is in the end would hang on
 * the order in which they were done, and a second run would not know its keys.
 */
#ifndef CTL_BULK_OVERLAP_H
#define CTL_BULK_OVERLAP_H

#include "varlink/json.h"

struct overlap {
	json_t *seen; /* lines and matches, by organization, domain and algorithm */
};

/* Of a file of which no line was seen yet. */
void overlap_init(struct overlap *overlap);
void overlap_done(struct overlap *overlap);

/* Notes the parameters of a line; STATUS_CONFLICT when an earlier one is in the way. */
MUST_CHECK enum status overlap_add(
    struct overlap *overlap, unsigned line, const json_t *parameters, struct error *err);

#endif
