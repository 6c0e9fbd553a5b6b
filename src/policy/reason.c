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
	{ REASON_NO_FROM, "no-from", DECISION_SKIP, NULL, NULL, NULL },
	{ REASON_SEVERAL_FROM, "several-from", DECISION_REJECT, "550", "5.7.1",
	    "The message has more than one From field" },
	{ REASON_BAD_FROM, "bad-from", DECISION_SKIP, NULL, NULL, NULL },
	{ REASON_NO_KEY, "no-key", DECISION_SKIP, NULL, NULL, NULL },
	{ REASON_HEADER_TOO_LARGE, "header-too-large", DECISION_REJECT, "552", "5.3.4",
	    "The header of the message is too large" },
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
