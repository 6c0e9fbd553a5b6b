/* SPDX-License-Identifier: ISC */
/*
 * Why a message was treated as it was: a closed list. Each reason has one word
 * for the log, the metrics and explain, one decision unless the configuration
 * has another, and what the sender is told where mail is refused.
 */
#ifndef POLICY_REASON_H
#define POLICY_REASON_H

#include "base/words.h"

enum decision {
	DECISION_SIGN = 1,
	DECISION_SKIP,     /* goes on unsigned */
	DECISION_REJECT,   /* refused for good */
	DECISION_TEMPFAIL, /* stays in the sender's queue */
};

extern const struct word decision_words[]; /* "sign", "skip", "reject", "tempfail" */

enum reason {
	REASON_SIGNED = 1,
	REASON_NOT_OURS,
	REASON_NO_FROM,
	REASON_SEVERAL_FROM,
	REASON_BAD_FROM,
	REASON_LOGIN_DOMAIN,
	REASON_NO_KEY,
	REASON_FALLBACK,
	REASON_HEADER_TOO_LARGE,
	/* flaws: policy/fitness.h has what each comes to */
	REASON_DUPLICATE_FIELD,
	REASON_LONG_HEADER_LINE,
	REASON_LONG_BODY_LINE,
	REASON_EIGHT_BIT_HEADER,
	REASON_EIGHT_BIT_BODY,
	REASON_EIGHT_BIT_UNDECLARED,
	REASON_BARE_CR,
	REASON_BARE_LF,
	REASON_NUL,
	REASON_ALREADY_SIGNED,
	REASON_VIEW_ERROR,
	REASON_VAULT_TIMEOUT,
	REASON_VAULT_ERROR,
	REASON_OVERLOAD,
	REASON_NO_RIGHT,
	REASON_INTERNAL_ERROR,
};

struct reason_row {
	enum reason reason;
	const char *word;
	enum decision decision; /* where the configuration has none */
	const char *code;       /* of the SMTP reply to a reject, "550", or to a tempfail that is not 451; NULL: none */
	const char *enhanced;   /* RFC 3463, "5.7.1" */
	const char *text;       /* "%s" stands for the sender's domain; NULL: it is never refused */
};

/* What it means, for explain: a sentence for each, without a final full stop. */
extern const struct word reason_sentences[];

/* The row of a reason; never NULL. */
const struct reason_row *reason_row(enum reason reason);

#define REASON_TEXT_MAX 400 /* below the line of RFC 5321 §4.5.3.1.5, the codes before it */

struct decide_reply {
	const char *code;     /* of the SMTP reply, "550"; NULL when nothing is refused */
	const char *enhanced; /* RFC 3463, "5.7.1" */
	char text[REASON_TEXT_MAX];
};

/* What the sender is told; domain is A-labels, or "". */
void reason_reply(enum reason reason, enum decision decision, const char *domain,
    struct decide_reply *ret_reply);

#endif
