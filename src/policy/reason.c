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
	{ REASON_NO_FROM, "no-from", DECISION_SKIP, NULL, NULL, NULL },
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
	{ REASON_VIEW_ERROR, "view-error", DECISION_TEMPFAIL, NULL, NULL, LATER },
	{ REASON_VAULT_TIMEOUT, "vault-timeout", DECISION_TEMPFAIL, NULL, NULL, LATER },
	{ REASON_VAULT_ERROR, "vault-error", DECISION_TEMPFAIL, NULL, NULL, LATER },
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
	{ REASON_BAD_FROM, "its From field has no domain that could have a key" },
	{ REASON_LOGIN_DOMAIN, "login_domains does not let the login use the sender's domain" },
	{ REASON_NO_KEY, "no active key of the organization matches the sender's domain" },
	{ REASON_FALLBACK,
	    "no active key of the organization matches the sender's domain, and the keys of also_sign "
	    "sign it alone" },
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
	ret_reply->code = is_later ? "451" : row->code;
	ret_reply->enhanced = is_later ? "4.7.1" : row->enhanced;
	buf_init_fixed(&text, ret_reply->text, sizeof(ret_reply->text));
	put_text(&text, row->text, domain);
	(void)buf_text(&text);
}
