/* SPDX-License-Identifier: ISC */
/*
 * What is done with a message: is it ours, is it fit to sign, which identities
 * and which keys sign it, and why (docs/policy.md). Pure: facts in, verdict out.
 * The milter asks it for live mail, explain for any mail; neither knows a rule
 * itself.
 *
 * Mail is ours by how it came in, never by what its From claims.
 */
#ifndef POLICY_DECIDE_H
#define POLICY_DECIDE_H

#include "base/arena.h"
#include "base/network.h"
#include "keys/match.h"
#include "policy/fitness.h"

/* By whose domain a key signs. */
enum identity { IDENTITY_HEADER_FROM = 1, IDENTITY_ENVELOPE_FROM, IDENTITY_ALSO_SIGN };
#define IDENTITY_COUNT 2 /* that can be the sender's own */

extern const struct word identity_words[]; /* "header-from", "envelope-from", "also-sign" */

/* Signatures of one message; also_sign has no more domains than leave half of them to the sender. */
#define DECIDE_SIGNATURE_MAX 8
#define DECIDE_ALSO_MAX 2

/* What becomes of mail whose sender has no key. */
enum unverified {
	UNVERIFIED_ACCEPT = 1, /* it goes on unsigned */
	UNVERIFIED_FALLBACK,   /* the keys of also_sign alone sign it */
	UNVERIFIED_TEMPFAIL,
	UNVERIFIED_REJECT,
};
extern const struct word unverified_words[]; /* "accept", "fallback", "tempfail", "reject" */

/* A text of the configuration, and its line; 0: a default. */
struct decide_text {
	struct slice text;
	unsigned line;
};

/* What the configuration says; whoever fills it in owns the lists, in the arena or elsewhere. */
struct decide_settings {
	struct arena arena;
	const struct network *trusted_networks;
	size_t trusted_count;
	bool is_local_trusted; /* "local" is among the trusted networks */
	enum identity identities[IDENTITY_COUNT]; /* in the order of preference */
	size_t identity_count;
	bool wants_all_identities; /* that have a key; else the first */
	const struct decide_text *also_sign; /* as keys know domains */
	size_t also_count;                   /* at most DECIDE_ALSO_MAX */
	enum unverified unverified;
	unsigned unverified_line;
	struct fitness_settings fitness;
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
	flaw_set flaws;               /* seen so far: in the milter those of the header */
};

/* The rules, in the order they are asked. */
#define DECIDE_STEP_MAX 24

struct decide_step {
	const char *rule;   /* a word: "listener", "login", … */
	const char *answer; /* a word: "yes", "no", "pass", or that of the reason it ended with */
	unsigned line;      /* of the configuration, that it was answered by; 0: of none */
};

struct decide_signature {
	enum identity identity;
	struct match_choice key;
};

struct verdict {
	enum reason reason;
	enum decision decision;
	struct decide_reply reply; /* what the sender is told where the mail is refused */
	struct slice org;          /* the organization whose keys may sign it */
	char sender[DOMAIN_MAX + 1]; /* A-labels: the domain of the first that signs, or else of the first mailbox */
	/* for explain: the rules that were asked */
	size_t step_count;
	struct decide_step steps[DECIDE_STEP_MAX];
	/* when it is DECISION_SIGN: at least one, the sender's own before those of also_sign */
	size_t signature_count;
	struct decide_signature signatures[DECIDE_SIGNATURE_MAX];
};

/* Decides. Always gives a verdict: a failure of the source is one too (view-error). */
void decide(const struct decide_settings *settings, const struct decide_facts *facts,
    const struct match_source *source, struct verdict *ret_verdict);

/*
 * Decides anew of a message that was to be signed, now that more of it has been
 * measured: does it stay so?
 */
bool decide_fitness(const struct decide_settings *settings, flaw_set flaws, struct verdict *verdict);

/* It bears the signatures already. */
void decide_already_signed(struct verdict *verdict);

/* What was decided could not be done; the signatures stay for the log. */
void decide_fail(struct verdict *verdict, enum reason reason);

#endif
