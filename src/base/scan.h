/* SPDX-License-Identifier: ISC */
/*
 * Reading: ASCII classes that know no locale, and numbers, hex, base64 and
 * xtext out of slices. Each scan_* takes the whole slice or fails: no trailing byte is
 * ever ignored.
 */
#ifndef BASE_SCAN_H
#define BASE_SCAN_H

#include <stdint.h>

#include "base/slice.h"
#include "base/status.h"

static inline bool
scan_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline bool
scan_is_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static inline bool
scan_is_alnum(char c)
{
	return scan_is_digit(c) || scan_is_alpha(c);
}

/* WSP of RFC 5234: space and tab. */
static inline bool
scan_is_wsp(char c)
{
	return c == ' ' || c == '\t';
}

static inline bool
scan_is_space(char c)
{
	return scan_is_wsp(c) || c == '\r' || c == '\n';
}

static inline char
scan_to_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

/* A decimal number of 1 to 20 digits, at most max. STATUS_INVALID or STATUS_TOO_LARGE. */
MUST_CHECK enum status scan_u64(struct slice text, uint64_t max, uint64_t *ret_number);

/* Exactly 2 * size hex digits into size bytes; upper and lower case. */
MUST_CHECK enum status scan_hex(struct slice text, uint8_t *ret_bytes, size_t size);

/*
 * Base64 (RFC 4648 §4, with padding), white space between characters ignored
 * as RFC 6376 wants. At most size bytes are written; more is STATUS_TOO_LARGE.
 */
MUST_CHECK enum status scan_base64(
    struct slice text, uint8_t *ret_bytes, size_t size, size_t *ret_len);

/* xtext (RFC 3461 §4) into at most text.len octets, its "+2B" as "+": upper case, as it says. */
MUST_CHECK enum status scan_xtext(struct slice text, char *ret_text, size_t *ret_len);

#endif
