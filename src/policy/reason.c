/* SPDX-License-Identifier: ISC */
#include "policy/reason.h"

const struct word decision_words[] = {
	{ DECISION_SIGN, "sign" },
	{ DECISION_SKIP, "skip" },
	{ DECISION_REJECT, "reject" },
	{ DECISION_TEMPFAIL, "tempfail" },
	{ 0, NULL },
};

/* The same to every sender: the cause is ours, and the log has it. */
#define LATER "The message cannot be signed at present, try again later"

static const struct reason_row rows[] = {
	{ REASON_SIGNED, "signed", DECISION_SIGN, NULL, NULL, NULL },
	{ REASON_NOT_OURS, "not-ours", DECISION_SKIP, NULL, NULL, NULL },
	{ REASON_NO_FROM, "no-from", DECISION_REJECT, "550", "5.6.0", "The message has no From field" },
	{ REASON_SEVERAL_FROM, "several-from", DECISION_REJECT, "550", "5.7.1",
	    "The message has more than one From field" },
	{ REASON_BAD_FROM, "bad-from", DECISION_SKIP, NULL, NULL, NULL },
	{ REASON_NO_KEY, "no-key", DECISION_SKIP, NULL, NULL, NULL },
	{ REASON_HEADER_TOO_LARGE, "header-too-large", DECISION_REJECT, "552", "5.3.4",
	    "The header of the message is too large" },
	{ REASON_DUPLICATE_FIELD, "duplicate-field", DECISION_REJECT, "550", "5.6.0",
	    "The message has more than one field" },
	{ REASON_LONG_HEADER_LINE, "long-header-line", DECISION_REJECT, "550", "5.6.0", "A line" },
	{ REASON_LONG_BODY_LINE, "long-body-line", DECISION_REJECT, "550", "5.6.0", "The line" },
	{ REASON_EIGHT_BIT_HEADER, "8bit-header", DECISION_REJECT, "550", "5.6.0",
	    "There is 8-bit text" },
	{ REASON_EIGHT_BIT_BODY, "8bit-body", DECISION_REJECT, "550", "5.6.3", "There is 8-bit text" },
	{ REASON_EIGHT_BIT_UNDECLARED, "8bit-undeclared", DECISION_REJECT, "550", "5.6.0",
	    "There is 8-bit text without MIME" },
	{ REASON_BARE_CR, "bare-cr", DECISION_REJECT, "550", "5.6.0", "There is a CR without LF" },
	{ REASON_BARE_LF, "bare-lf", DECISION_REJECT, "550", "5.6.0", "There is a LF without CR" },
	{ REASON_NUL, "nul", DECISION_REJECT, "550", "5.6.0", "There is a NUL octet" },
	{ REASON_ALREADY_SIGNED, "already-signed", DECISION_SKIP, NULL, NULL, NULL },
	{ REASON_VIEW_ERROR, "view-error", DECISION_TEMPFAIL, "451", "4.7.1", LATER },
	{ REASON_VAULT_TIMEOUT, "vault-timeout", DECISION_TEMPFAIL, "451", "4.7.1", LATER },
	{ REASON_VAULT_ERROR, "vault-error", DECISION_TEMPFAIL, "451", "4.7.1", LATER },
	{ REASON_INTERNAL_ERROR, "internal-error", DECISION_TEMPFAIL, "451", "4.7.1", LATER },
};

#define ROW_COUNT (sizeof(rows) / sizeof(rows[0]))

const struct word reason_sentences[] = {
	{ REASON_SIGNED, "it is signed" },
	{ REASON_NOT_OURS,
	    "it is not taken for outbound mail: its listener is not outbound = \"always\", nobody is logged "
	    "in, and the client is in none of trusted_networks" },
	{ REASON_NO_FROM, "it has no From field" },
	{ REASON_SEVERAL_FROM, "it has more than one From field" },
	{ REASON_BAD_FROM, "its From field has no domain that could have a key" },
	{ REASON_NO_KEY, "no active key of the organization matches the sender's domain" },
	{ REASON_HEADER_TOO_LARGE, "its header is over header_max_bytes or header_max_fields" },
	{ REASON_DUPLICATE_FIELD, "it has a field more than once that there may be one of" },
	{ REASON_LONG_HEADER_LINE, "its header has a line over fit.line_max" },
	{ REASON_LONG_BODY_LINE, "its body has a line over fit.line_max" },
	{ REASON_EIGHT_BIT_HEADER, "its header has 8-bit text, and it was not sent with SMTPUTF8" },
	{ REASON_EIGHT_BIT_BODY, "its body has 8-bit text" },
	{ REASON_EIGHT_BIT_UNDECLARED, "its body has 8-bit text, and it has no MIME-Version field" },
	{ REASON_BARE_CR, "it has a CR without LF" },
	{ REASON_BARE_LF, "its body has a LF without CR" },
	{ REASON_NUL, "its body has a NUL octet" },
	{ REASON_ALREADY_SIGNED, "it bears this very signature already" },
	{ REASON_VIEW_ERROR, "the keys cannot be read" },
	{ REASON_VAULT_TIMEOUT, "the vault gave no signature in time" },
	{ REASON_VAULT_ERROR, "the vault refused to sign" },
	{ REASON_INTERNAL_ERROR, "out of memory, or the like" },
	{ 0, NULL },
};

const struct reason_row *
reason_row(enum reason reason)
{
	for (size_t i = 0; i < ROW_COUNT; i++) {
		if (rows[i].reason == reason)
			return &rows[i];
	}
	return &rows[ROW_COUNT - 1];
}
