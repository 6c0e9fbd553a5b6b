/* SPDX-License-Identifier: ISC */
#include "policy/reason.h"

#include "base/buf.h"

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
	{ REASON_NO_FROM, "no-from", DECISION_SKIP, "550", "5.6.0", "The message has no From field" },
	{ REASON_SEVERAL_FROM, "several-from", DECISION_REJECT, "550", "5.7.1",
	    "The message has more than one From field" },
	{ REASON_BAD_FROM, "bad-from", DECISION_SKIP, NULL, NULL, NULL },
	{ REASON_LOGIN_DOMAIN, "login-domain", DECISION_REJECT, "550", "5.7.1",
	    "The login may not send mail from the domain %s, use an address of its own" },
	{ REASON_NO_KEY, "no-key", DECISION_SKIP, "550", "5.7.1",
	    "No DKIM key is active for the sender's domain %s, ask your postmaster to set one up" },
	{ REASON_FALLBACK, "fallback", DECISION_SIGN, NULL, NULL, NULL },
	{ REASON_HEADER_TOO_LARGE, "header-too-large", DECISION_REJECT, "552", "5.3.4",
	    "The header of the message is too large" },
	{ REASON_DUPLICATE_FIELD, "duplicate-field", DECISION_REJECT, "550", "5.6.0",
	    "The message has a field more than once that there may be one of" },
	{ REASON_LONG_HEADER_LINE, "long-header-line", DECISION_REJECT, "550", "5.6.0",
	    "A line of the header is too long" },
	{ REASON_LONG_BODY_LINE, "long-body-line", DECISION_REJECT, "550", "5.6.0",
	    "A line of the body is too long" },
	{ REASON_EIGHT_BIT_HEADER, "8bit-header", DECISION_REJECT, "550", "5.6.0",
	    "The header has 8-bit text" },
	{ REASON_EIGHT_BIT_BODY, "8bit-body", DECISION_REJECT, "550", "5.6.3",
	    "The body has 8-bit text" },
	{ REASON_EIGHT_BIT_UNDECLARED, "8bit-undeclared", DECISION_REJECT, "550", "5.6.0",
	    "The body has 8-bit text, and the message no MIME-Version field" },
	{ REASON_BARE_CR, "bare-cr", DECISION_REJECT, "550", "5.6.0", "The message has a CR without LF" },
	{ REASON_BARE_LF, "bare-lf", DECISION_REJECT, "550", "5.6.0", "The body has a LF without CR" },
	{ REASON_NUL, "nul", DECISION_REJECT, "550", "5.6.0", "The body has a NUL octet" },
	{ REASON_ALREADY_SIGNED, "already-signed", DECISION_SKIP, NULL, NULL, NULL },
	{ REASON_VIEW_ERROR, "view-error", DECISION_TEMPFAIL, NULL, NULL, LATER },
	{ REASON_VAULT_TIMEOUT, "vault-timeout", DECISION_TEMPFAIL, NULL, NULL, LATER },
	{ REASON_VAULT_ERROR, "vault-error", DECISION_TEMPFAIL, NULL, NULL, LATER },
	{ REASON_OVERLOAD, "overload", DECISION_TEMPFAIL, NULL, NULL,
	    "Too many large messages at present, try again later" },
	/* by 421 the MTA ends the connection, and the next one has the right */
	{ REASON_NO_RIGHT, "no-right", DECISION_TEMPFAIL, "421", "4.3.2",
	    "The settings have changed, connect again" },
	{ REASON_INTERNAL_ERROR, "internal-error", DECISION_TEMPFAIL, NULL, NULL, LATER },
};

#define ROW_COUNT (sizeof(rows) / sizeof(rows[0]))

const struct word reason_sentences[] = {
	{ REASON_SIGNED, "it is signed" },
	{ REASON_NOT_OURS,
	    "it is not taken for outbound mail: its listener is not outbound = \"always\", its daemon name is "
	    "none of outbound_daemon_names, nobody is logged in, and the client is in none of "
	    "trusted_networks" },
	{ REASON_NO_FROM, "it has no From field" },
	{ REASON_SEVERAL_FROM, "it has more than one From field" },
	{ REASON_BAD_FROM, "its From field has no domain that could have a key, or more than 64 mailboxes" },
	{ REASON_LOGIN_DOMAIN, "login_domains does not let the login use the sender's domain" },
	{ REASON_NO_KEY, "no active key of the organization matches the sender's domain" },
	{ REASON_FALLBACK,
	    "no active key of the organization matches the sender's domain, and the keys of also_sign "
	    "sign it alone" },
	{ REASON_HEADER_TOO_LARGE,
	    "its header is over header_max_bytes or header_max_fields, or has more fields to sign than a "
	    "signature can name" },
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
	{ REASON_OVERLOAD, "the headers of all messages at hand are over messages_max_bytes" },
	{ REASON_NO_RIGHT,
	    "its connection began before a reload, and the mail server did not allow then what its organization "
	    "has changed in it now" },
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

/* Puts text, with the domain in place of "%s". */
static void
put_text(struct buf *out, const char *text, const char *domain)
{
	struct slice rest = slice_from_text(text);
	struct slice before = slice_cut(&rest, '%');

	buf_put(out, before);
	if (rest.len > 0) {
		buf_put_text(out, domain);
		buf_put(out, slice_after(rest, 1));
	}
}

static bool
has_own_code(const struct reason_row *row)
{
	return row->decision == DECISION_TEMPFAIL && row->code != NULL;
}

void
reason_reply(enum reason reason, enum decision decision, const char *domain,
    struct decide_reply *ret_reply)
{
	const struct reason_row *row = reason_row(reason);
	bool is_later = decision == DECISION_TEMPFAIL;
	struct buf text;

	ret_reply->code = NULL;
	ret_reply->enhanced = NULL;
	ret_reply->text[0] = '\0';
	if ((decision != DECISION_REJECT && !is_later) || row->text == NULL)
		return;
	ret_reply->code = is_later && !has_own_code(row) ? "451" : row->code;
	ret_reply->enhanced = is_later && !has_own_code(row) ? "4.7.1" : row->enhanced;
	buf_init_fixed(&text, ret_reply->text, sizeof(ret_reply->text));
	put_text(&text, row->text, domain);
	(void)buf_text(&text);
}
