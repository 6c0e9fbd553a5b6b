/* SPDX-License-Identifier: ISC */
/*
 * Why a field or a line of a message arrived otherwise than it was signed: a
 * guess, from what mail servers are known to do (docs/mta.md). Pure.
 */
#ifndef CTL_DIFF_CAUSE_H
#define CTL_DIFF_CAUSE_H

#include "base/words.h"

enum cause {
	CAUSE_LONG_LINE = 1,
	CAUSE_CONVERTED,
	CAUSE_FOOTER,
	CAUSE_BODY_CUT,
	CAUSE_LINES_ADDED,
	CAUSE_LINES_REMOVED,
	CAUSE_REQUOTED,
	CAUSE_DISPLAY_NAME,
	CAUSE_ADDRESS,
	CAUSE_TEXT_ADDED,
	CAUSE_TEXT_CUT,
	CAUSE_CONTENT_TYPE,
	CAUSE_TRAILING_SPACE,
	CAUSE_SPACING,
	CAUSE_REFOLDED,
	CAUSE_NAME_CASE,
	CAUSE_LINE_END,
	CAUSE_ESCAPED,
	CAUSE_FIELD_ADDED,
	CAUSE_FIELD_REMOVED,
	CAUSE_REORDERED,
	CAUSE_CHANGED,
	CAUSE_OTHER_SIGNATURE,
	CAUSE_SIGNATURE_REMOVED,
};

extern const struct word cause_words[]; /* "long-line", … */

/* A sentence for people, without a full stop. */
const char *cause_sentence(enum cause cause);

/* A field, as it was signed and as it arrived. */
struct diff_field {
	struct slice name;           /* as it was signed */
	struct slice received_name;
	struct slice signed_value;   /* raw, folds and all */
	struct slice received_value;
	bool is_converted;           /* cause_is_converted says so of the messages */
};

/* Of two that differ in canonical form. */
enum cause cause_of_field(const struct diff_field *field);

/* The canonical bodies from the first line on that differs. */
struct diff_body {
	struct slice signed_rest;
	struct slice received_rest;
	bool is_converted;
};

/* Of two that differ. */
enum cause cause_of_body(const struct diff_body *body);

/*
 * Whether a server has written the body in another encoding: it had 8-bit text
 * and has none any more, or Content-Transfer-Encoding (empty where there is
 * none) says another word.
 */
bool cause_is_converted(struct slice signed_body, struct slice received_body,
    struct slice signed_encoding, struct slice received_encoding);

#endif
