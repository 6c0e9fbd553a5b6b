/* SPDX-License-Identifier: ISC */
/*
 * Why a field or a line of a message arrived otherwise than it was signed: a
 * guess, from what mail servers are known to do (docs/mta.md). Pure.
 */
#ifndef CTL_DIFF_CAUSE_H
#define CTL_DIFF_CAUSE_H

#include "base/words.h"

enum diff_cause {
	DIFF_LONG_LINE = 1,
	DIFF_CONVERTED,
	DIFF_FOOTER,
	DIFF_BODY_CUT,
	DIFF_LINES_ADDED,
	DIFF_LINES_REMOVED,
	DIFF_REQUOTED,
	DIFF_DISPLAY_NAME,
	DIFF_ADDRESS,
	DIFF_TEXT_ADDED,
	DIFF_TEXT_CUT,
	DIFF_CONTENT_TYPE,
	DIFF_TRAILING_SPACE,
	DIFF_SPACING,
	DIFF_REFOLDED,
	DIFF_NAME_CASE,
	DIFF_LINE_END,
	DIFF_ESCAPED,
	DIFF_FIELD_ADDED,
	DIFF_FIELD_REMOVED,
	DIFF_REORDERED,
	DIFF_CHANGED,
	DIFF_OTHER_SIGNATURE,
	DIFF_SIGNATURE_REMOVED,
};

extern const struct word diff_cause_words[]; /* "long-line", … */

/* A sentence for people, without a full stop. */
const char *diff_cause_sentence(enum diff_cause cause);

/* A field, as it was signed and as it arrived. */
struct diff_field {
	struct slice name;           /* as it was signed */
	struct slice received_name;
	struct slice signed_value;   /* raw, folds and all */
	struct slice received_value;
	bool is_converted;           /* diff_is_converted says so of the messages */
};

/* Of two that differ in canonical form. */
enum diff_cause diff_cause_of_field(const struct diff_field *field);

/* The canonical bodies from the first line on that differs. */
struct diff_body {
	struct slice signed_rest;
	struct slice received_rest;
	bool is_converted;
};

enum diff_cause diff_cause_of_body(const struct diff_body *body);

/*
 * Whether a server has written the body in another encoding: it had 8-bit text
 * and has none any more, or Content-Transfer-Encoding (empty where there is
 * none) says another word.
 */
bool diff_is_converted(struct slice signed_body, struct slice received_body,
    struct slice signed_encoding, struct slice received_encoding);

#endif
