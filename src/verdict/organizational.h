/* SPDX-License-Identifier: ISC */
/*
 * The organizational domain (RFC 7489 §3.2) by the public suffix list that is
 * built into libpsl: no file is opened. The only place that knows libpsl.
 */
#ifndef VERDICT_ORGANIZATIONAL_H
#define VERDICT_ORGANIZATIONAL_H

#include "keys/record.h"

/* domain: A-labels, lower case. "" when domain is a public suffix itself. Any thread. */
void organizational_domain(const char *domain, char ret_organizational[DOMAIN_MAX + 1]);

#endif
