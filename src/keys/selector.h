/* SPDX-License-Identifier: ISC */
/*
 * Selectors (RFC 6376 §3.1): checked when given, made up when not. A made-up
 * selector shows its month and cannot be guessed, so that nobody can look for
 * keys that are prepared and not used yet: "s202611a-7k3q9xwm".
 */
#ifndef KEYS_SELECTOR_H
#define KEYS_SELECTOR_H

#include "base/error.h"
#include "base/slice.h"
#include "keys/record.h"

#define SELECTOR_RANDOM_SIZE 5 /* octets that one made-up selector consumes */

/*
 * A selector somebody asked for: one or more labels, U-labels allowed (RFC
 * 8616 §4), brought to A-labels in lower case. `<selector>._domainkey.<domain>`
 * must fit a domain name. STATUS_INVALID or STATUS_TOO_LARGE with a sentence.
 */
MUST_CHECK enum status selector_check(struct slice text, const char *domain,
    char ret_selector[SELECTOR_MAX + 1], struct error *err);

/*
 * Makes one up from the time (seconds since 1970, UTC) and random octets; the
 * slot is its letter, so the two of a set differ whatever the octets are.
 */
void selector_make(int64_t now, enum slot slot, const uint8_t random[SELECTOR_RANDOM_SIZE],
    char ret_selector[SELECTOR_MAX + 1]);

#endif
