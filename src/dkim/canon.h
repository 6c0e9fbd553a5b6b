/* SPDX-License-Identifier: ISC */
/*
 * The canonical forms of RFC 6376 §3.4: what is hashed instead of what was
 * sent, so that what mail systems usually do to white space breaks nothing.
 *
 * A line ends with CRLF. CR and LF alone are octets like any other; whoever
 * feeds us normalises line ends before. Output goes to a sink in slices as
 * large as the input allows, valid during the call. A sink cannot fail: it
 * keeps its own sticky status.
 */
#ifndef DKIM_CANON_H
#define DKIM_CANON_H

#include "base/words.h"

enum canon { CANON_SIMPLE = 1, CANON_RELAXED = 2 };
#define CANON_COUNT 2

extern const struct word canon_words[]; /* "simple", "relaxed" */

struct canon_sink {
	void (*put)(void *context, struct slice bytes);
	void *context;
};

/*
 * One header field without its final CRLF (§3.4.1, §3.4.2): the caller puts
 * that, since the signature's own field is hashed without (§3.7). value is
 * what follows the colon, with CRLF where it is folded.
 */
void canon_header(
    enum canon canon, struct slice name, struct slice value, const struct canon_sink *sink);

/*
 * A body that comes in pieces (§3.4.3, §3.4.4), cut wherever it pleases; the
 * output is the same. What may yet turn out to be the end of a line or of the
 * body is withheld: line ends as a count, a run of white space as one bit, a
 * CR as another. So the state is of fixed size for every body.
 */
struct canon_body {
	enum canon canon;
	struct canon_sink sink;
	size_t line_ends; /* CRLFs withheld */
	bool has_space;   /* then white space (relaxed only) */
	bool has_cr;      /* then a CR */
	bool has_output;  /* the body is not empty so far */
};

/* Begins a body; then its pieces, as they come. */
void canon_body_init(struct canon_body *body, enum canon canon, struct canon_sink sink);
void canon_body_put(struct canon_body *body, struct slice bytes);

/* The body ends here: completes the last line; an empty body is CRLF (simple) or nothing. */
void canon_body_end(struct canon_body *body);

#endif
