/* SPDX-License-Identifier: ISC */
/*
 * Two texts that differ, seen with some characters left out: what
 * cause.c asks. Pure.
 */
#ifndef CTL_DIFF_TEXT_H
#define CTL_DIFF_TEXT_H

#include "base/slice.h"

/* The index of the first octet that differs; the length of the shorter one when it is the beginning of the other. */
size_t text_common(struct slice a, struct slice b);

/* Equal when the characters in ignored are left out of both. */
bool text_equal_without(struct slice a, struct slice b, const char *ignored);

/* Equal when each run of white space and line ends is as good as any other. */
bool text_equal_spaced(struct slice a, struct slice b);

/* Whether b stands somewhere in a. */
bool text_contains(struct slice a, struct slice b);

/* The octets of the longest line; lines end with LF or CRLF. */
size_t text_longest_line(struct slice text);

/*
 * The octets of text that are whole with line breaks put in, as servers cut
 * long lines: CRLF and a space, with Sendmail's "!" before. 0: it does not
 * begin so.
 */
size_t text_broken_len(struct slice whole, struct slice text);

/* Equal in what stands in angle brackets, and there is some. */
bool text_has_same_addresses(struct slice a, struct slice b);

#endif
