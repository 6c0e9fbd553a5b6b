/* SPDX-License-Identifier: ISC */
/*
 * What is done with a message: is it ours, is it fit to sign, which identity
 * and which keys sign it, and why. Pure: facts in, verdict out. The milter
 * asks it for live mail, explain for any mail; neither knows a rule itself.
 *
 * Mail is ours by how it came in, never by what its From claims.
 */
#ifndef POLICY_DECIDE_H
#define POLICY_DECIDE_H

#include "base/network.h"
#include "keys/match.h"
#include "policy/reason.h"

/* Whose domain may sign, in the order of preference. */
enum identity { IDENTITY_HEADER_FROM = 1, IDENTITY_ENVELOPE_FROM = 2 };
#define IDENTITY_COUNT 2

extern const struct word identity_words[]; /* "header-from", "envelope-from" */

/* What the configuration says; whoever fills it in owns the lists. */
struct decide_settings {
	const struct network *trusted_networks;
	size_t trusted_count;
	bool is_local_trusted; /* "local" is among the trusted networks */
	enum identity identities[IDENTITY_COUNT];
	size_t identity_count;
};

/* What is known of the message. Texts may be empty. */
struct decide_facts {
	bool is_outbound_listener;    /* its listener has outbound = "always" */
	struct slice login;           /* {auth_authen} */
	struct slice auth_type;       /* {auth_type} */
	const struct network *client; /* bits 128; NULL: a unix socket, or no address */
	bool is_header_too_large;     /* over its limits: what follows is not complete */
	size_t from_count;            /* From fields */
	bool is_from_valid;           /* the one From field could be parsed */
	const struct slice *senders;  /* the domains of its mailboxes, in order, as written */
	size_t sender_count;
	struct slice envelope_domain; /* as written; empty for the null sender */
};

/* The rules, in the order they are asked. */
#define DECIDE_STEP_MAX 8

struct decide_step {
	const char *rule;   /* a word: "listener", "login", … */
	const char *answer; /* a word: "yes", "no", "pass", or that of the reason it ended with */
};

struct verdict {
	enum reason reason;
	enum decision decision;
	struct slice org; /* the organization whose keys may sign it */
	/* when it is DECISION_SIGN: */
	enum identity identity;
	char sender[DOMAIN_MAX + 1];  /* the sender domain the keys match, A-labels */
	struct match_choices keys;
	/* for explain: the rules that were asked */
	struct decide_step steps[DECIDE_STEP_MAX];
	size_t step_count;
};

/* Decides. Always gives a verdict: a failure of the source is one too (view-error). */
void decide(const struct decide_settings *settings, const struct decide_facts *facts,
    const struct match_source *source, struct verdict *ret_verdict);

#endif
