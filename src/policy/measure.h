/* SPDX-License-Identifier: ISC */
/*
 * What a message has that may not survive the way, or that should not be sent
 * at all (RFC 5321 §2.3.8, RFC 5322 §2.1.1, §3.6, RFC 6376 §5.3): seen while it
 * streams by, the same however the body is cut. The milter measures live mail,
 * signetctl a file; what follows is policy/fitness.h's business. Pure.
 *
 *	measure_init → measure_field … → measure_header_end → measure_body … → measure_end
 */
#ifndef POLICY_MEASURE_H
#define POLICY_MEASURE_H

#include "base/buf.h"
#include "base/words.h"
#include "policy/lines.h"

/* In the order in which they are told. */
enum flaw {
	FLAW_NO_FROM = 1,
	FLAW_SEVERAL_FROM,
	FLAW_DUPLICATE_FIELD,      /* another field that there may be one of */
	FLAW_LONG_HEADER_LINE,     /* over line_max octets */
	FLAW_LONG_BODY_LINE,
	FLAW_EIGHT_BIT_HEADER,     /* and the message is none of SMTPUTF8 (RFC 6531) */
	FLAW_EIGHT_BIT_BODY,       /* of a MIME message */
	FLAW_EIGHT_BIT_UNDECLARED, /* body of a message that is none: nobody can tell what it is */
	FLAW_BARE_CR,              /* not before a LF */
	FLAW_BARE_LF,              /* in the body, not behind a CR; the header has no such thing (dkim/header.h) */
	FLAW_NUL,                  /* in the body; of a header field MTAs show what is before it */
};
#define FLAW_COUNT 11

extern const struct word flaw_words[]; /* "no-from", …, "8bit-body", … */

/* A set of flaws: 1U << enum flaw of each. */
typedef unsigned flaw_set;
#define FLAW_BIT(flaw) (1U << (flaw))

/* Where the first of its kind was seen. */
struct flaw_place {
	struct slice field; /* its name; empty: in the body */
	uint64_t octets;    /* of the longest line; else 0 */
	uint64_t at;        /* in the body: the octet, from 0, where the first begins */
};

/* Fields of which there is one at most. */
#define MEASURE_FIELDS 14

struct measure {
	flaw_set flaws;
	struct flaw_place places[FLAW_COUNT + 1]; /* by enum flaw; of those in flaws */
	/* private */
	size_t line_max;
	bool is_smtputf8;
	bool is_mime;
	unsigned counts[MEASURE_FIELDS];
	struct lines lines; /* of the body */
	uint64_t seen;      /* octets of the body */
	char last;          /* the last of them */
};

/* line_max: octets of a line that is not too long. is_smtputf8: MAIL had that parameter. */
void measure_init(struct measure *measure, size_t line_max, bool is_smtputf8);

/* value: what follows the colon, with CRLF in folds. name stays the caller's, and must stay. */
void measure_field(struct measure *measure, struct slice name, struct slice value);
void measure_header_end(struct measure *measure);

void measure_body(struct measure *measure, struct slice piece);
void measure_end(struct measure *measure);

/* Adds a flaw that was measured elsewhere; its field stays the caller's, and must stay. */
void measure_note(struct measure *measure, enum flaw flaw, const struct flaw_place *place);

/*
 * "long-header-line:Subject=1204,8bit-body": each flaw, the field it was seen
 * in first (its name, or the beginning of it), the octets of lines. A name's
 * octets that would read as something else are "?": docs/log.md has the grammar.
 * Of a message of less than 100 GB it is at most MEASURE_TEXT_MAX octets long.
 */
#define MEASURE_TEXT_MAX 256
void measure_put(const struct measure *measure, struct buf *out);

#endif
