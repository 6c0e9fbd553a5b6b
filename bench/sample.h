/* SPDX-License-Identifier: ISC */
/* The mail that is measured: always the same octets for the same arguments. */
#ifndef BENCH_SAMPLE_H
#define BENCH_SAMPLE_H

#include "base/buf.h"
#include "base/words.h"

/* 20 header fields, LF after each, as a newsletter has them, from a sender at domain. */
void sample_put_header(struct buf *out, const char *domain);

/* Kinds of text; bodies of CRLF lines, of exactly size octets. */
enum sample_kind {
	SAMPLE_TEXT = 1,      /* words, lines of 76 columns */
	SAMPLE_BASE64,        /* lines of 76 columns without any white space */
	SAMPLE_DOUBLE_SPACES, /* words two spaces apart */
	SAMPLE_TRAILING_SPACE, /* a space at the end of every line */
	SAMPLE_BLANK_LINES,   /* nothing but line ends */
	SAMPLE_ONE_LINE,      /* words in a single line */
};
#define SAMPLE_KIND_COUNT 6

extern const struct word sample_words[]; /* "text", "base64", … */

void sample_put_body(struct buf *out, enum sample_kind kind, size_t size);

#endif
