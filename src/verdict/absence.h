/* SPDX-License-Identifier: ISC */
/*
 * Why is nothing at the name? Because the name is a zone of its own, because
 * its domain was written twice, because a proxy answers in its place, or
 * because nobody has published it yet. Pure.
 */
#ifndef VERDICT_ABSENCE_H
#define VERDICT_ABSENCE_H

#include "verdict/verdict.h"

/* Makes a DNS_CODE_NOT_PUBLISHED more exact; leaves all else. */
void absence_explain(const struct expectation *expected, const struct observation *seen,
    struct verdict *verdict);

#endif
