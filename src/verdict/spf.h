/* SPDX-License-Identifier: ISC */
/*
 * The SPF record (RFC 7208 §4.5) of one name: is there one, and does it say
 * anything? Its mechanisms are not evaluated. Pure; points into the sight.
 */
#ifndef VERDICT_SPF_H
#define VERDICT_SPF_H

#include "base/slice.h"
#include "verdict/sight.h"

struct spf {
	bool is_known;         /* there was an answer, and all of it was kept */
	unsigned count;        /* records there; more than one is an error, §4.5 */
	bool allows_everybody; /* "all" or "+all" */
	struct slice text;     /* of the first */
};

/* sight: of the name itself. */
void spf_read(const struct sight *sight, struct spf *ret_spf);

#endif
