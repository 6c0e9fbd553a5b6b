/* SPDX-License-Identifier: ISC */
/*
 * What one trail comes to, whoever has shown it: the chain of CNAMEs first,
 * then what is at its end. DNS_CODE_NOT_PUBLISHED says no more than that
 * nothing is there; verdict/absence.h says why. Pure. Leaves ttl_s and is_secure.
 */
#ifndef VERDICT_TRAIL_VERDICT_H
#define VERDICT_TRAIL_VERDICT_H

#include "verdict/trail.h"
#include "verdict/verdict.h"

void trail_verdict_reach(const struct expectation *expected, const struct trail *trail,
    struct verdict *ret_verdict);

#endif
