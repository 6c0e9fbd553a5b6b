/* SPDX-License-Identifier: ISC */
/*
 * Is the one TXT text at the end of the way the record that should be there?
 * DNS_CODE_PUBLISHED, DNS_CODE_TEST_MODE, a failure, or DNS_CODE_UNREACHABLE
 * when memory was short. Pure. Sets all of the verdict but ttl_s and
 * is_secure, which are not the text's.
 */
#ifndef VERDICT_TEXT_VERDICT_H
#define VERDICT_TEXT_VERDICT_H

#include "verdict/verdict.h"

/* name: where the text was, for the sentence. */
void text_verdict_reach(const struct expectation *expected, const char *name,
    const struct sight_text *text, struct verdict *ret_verdict);

#endif
