/* SPDX-License-Identifier: ISC */
/*
 * The mail server's side of the milter protocol: takes one message through a
 * milter, as Postfix and Sendmail would, and applies what it asks for. It
 * offers all actions and steps of version 6 and honours what the milter
 * chooses to do without. Used by `signetctl try` and by the tests.
 */
#ifndef CTL_MTA_H
#define CTL_MTA_H

#include "base/words.h"
#include "ctl/change.h"

#define MTA_TEXT_SIZE 512

/* What the mail server knows about the message; no pointer may be NULL but login. */
struct mta_envelope {
	const char *host;    /* the mail server's own name: macro j */
	const char *daemon;  /* macro {daemon_name} */
	const char *queue_id;
	const char *client;  /* an IP address, or "local" for none */
	const char *helo;
	const char *login;   /* who authenticated, or NULL */
	const char *macros;  /* "NAME=VALUE,…": these before those that follow from the rest; or NULL */
	const char *sender;  /* without angle brackets; "" for a bounce */
	bool is_smtputf8;    /* with that parameter (RFC 6531) */
	const char *const *recipients;
	size_t recipient_count;
};

enum mta_verdict {
	MTA_ACCEPT = 1,
	MTA_REJECT,
	MTA_TEMPFAIL,
	MTA_DISCARD,
};

extern const struct word mta_verdict_words[]; /* "accept", "reject", "tempfail", "discard" */

struct mta_result {
	enum mta_verdict verdict;
	char text[MTA_TEXT_SIZE]; /* the milter's own reply ("550 5.7.1 …"), or "" */
	const char *step;         /* where the verdict fell: "eom", "rcpt", … */
	struct change_list changes;
};

/*
 * Takes message through the milter behind fd, which stays the caller's, as do
 * its SO_RCVTIMEO and SO_SNDTIMEO: they bound every single answer. message is
 * left as the milter wants it. Any failure of the milter's to keep to the
 * protocol is an error that names the step.
 */
MUST_CHECK enum status mta_run(int fd, const struct mta_envelope *envelope,
    struct message *message, struct mta_result *ret_result, struct error *err);

#endif
