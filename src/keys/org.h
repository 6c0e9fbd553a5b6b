/* SPDX-License-Identifier: ISC */
/*
 * The name of an organization: a tenant's own number or word. Letters, digits
 * and . _ - only, beginning with a letter or digit, so that it can stand in a
 * log line, a header field or a file name as it is. Its case counts.
 */
#ifndef KEYS_ORG_H
#define KEYS_ORG_H

#include "base/error.h"
#include "base/slice.h"
#include "keys/record.h"

#define ORG_DEFAULT "main" /* where nothing is configured */

/* STATUS_INVALID or STATUS_TOO_LARGE with a sentence. */
MUST_CHECK enum status org_check(
    struct slice text, char ret_org[ORG_MAX + 1], struct error *err);

#endif
