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

/* A text of the configuration, and its line; 0: a default. */
struct decide_text {
	struct slice text;
	unsigned line;
};

/* Where mail comes from (policy/rule.h). */
enum rule_kind { RULE_LISTENER = 1, RULE_DAEMON_NAME, RULE_LOGIN, RULE_NETWORK };

struct decide_rule {
	enum rule_kind kind;
	unsigned listener;      /* its number in the configuration */
	struct slice text;      /* daemon name, or login pattern */
	struct network network;
	bool is_local;          /* instead of network: what is handed in on this machine */
	struct slice org;       /* whose mail it is */
	unsigned line;          /* of the configuration; 0: a default */
};

struct rule_index;

struct decide_rules {
	const struct decide_rule *rules; /* in the order they are asked */
	size_t count;
	const struct rule_index *index;  /* of these; NULL: they are asked one after the other */
};

/* What a login may send mail from. */
enum scope_kind {
	SCOPE_DOMAIN = 1, /* the domain */
	SCOPE_BELOW,      /* what is below it */
	SCOPE_OWN,        /* the domain after the login's last "@" */
};

struct decide_scope {
	enum scope_kind kind;
	struct slice domain; /* as keys know domains */
};

struct decide_binding {
	struct slice login; /* a pattern: policy/rule.h */
	const struct decide_scope *scopes;
	size_t scope_count;
	unsigned line;
};

/* What is changed in signed mail of an organization before it is signed; NULL: nothing. */
struct decide_rewrite {
	struct slice org;
	const char *envelope_sender; /* MAIL FROM, without brackets; never of a bounce */
	const char *sender_header;   /* the Sender field */
};

/* What is done with mail of an organization besides signing it by its sender's keys. */
struct decide_org {
	struct slice name;
	const struct decide_text *also_sign; /* as keys know domains */
	size_t also_count;                   /* at most DECIDE_ALSO_MAX */
	enum unverified unverified;
	unsigned unverified_line;
};

/* What the configuration says; whoever fills it in owns the lists, in the arena or elsewhere. */
struct decide_settings {
	struct arena arena;
	struct decide_rules outbound_listeners; /* by each of these four kinds mail is ours */
	struct decide_rules outbound_daemons;
	struct decide_rules trusted_networks;
	struct decide_rules org_rules;           /* first match wins */
	struct decide_rules org_header_networks; /* whose header field is believed */
	const struct decide_rewrite *rewrites;   /* one for each organization that has any */
	size_t rewrite_count;
	struct slice org_header;                 /* its name; empty: none */
	unsigned org_header_line;
	const struct decide_binding *bindings; /* first match wins */
	size_t binding_count;
	enum decision binding_decision; /* DECISION_REJECT or DECISION_SKIP, when a login may not */
	enum identity identities[IDENTITY_COUNT]; /* in the order of preference */
	size_t identity_count;
	bool wants_all_identities; /* that have a key; else the first */
	struct decide_org all; /* without a name: of organizations that are not in orgs */
	const struct decide_org *orgs; /* by name; each says all that all says */
	size_t org_count;
	struct fitness_settings fitness;
};

/* What is known of the message. Texts may be empty. */
struct decide_facts {
	unsigned listener;            /* its number in the configuration, from 0 */
	struct slice daemon_name;     /* {daemon_name} */
	struct slice login;           /* {auth_authen} */
	struct slice auth_type;       /* {auth_type} */
	const struct network *client; /* bits 128; NULL: a unix socket, or no address */
	bool is_header_too_large;     /* over its limits: what follows is not complete */
	size_t from_count;            /* From fields */
	bool is_from_valid;           /* the one From field could be parsed */
	const struct slice *senders;  /* the domains of its mailboxes, in order, as written */
	size_t sender_count;
	struct slice envelope_domain; /* as written; empty for the null sender, and for what is no address */
	bool is_null_sender;          /* MAIL FROM:<> */
	size_t org_header_count;      /* fields called settings->org_header */
	struct slice org_header;      /* the value of one of them, without white space around it */
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
	char org[ORG_MAX + 1];     /* the organization whose keys may sign it */
	/* A-labels: the domain of the first that signs, or else of the first mailbox, or of the envelope where that alone
	 * may sign; for REASON_LOGIN_DOMAIN the one that the login may not use, which may be a literal, or none at all */
	char sender[DOMAIN_MAX + 1];
	bool is_notice; /* the null sender, and nobody logged in: not refused for a flaw, nobody would learn of it */
	struct decide_rewrite rewrite; /* when it is DECISION_SIGN */
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

/* Tells whoever had a message refused for a flaw where it is. Of another verdict nothing changes. */
void decide_name_flaw(struct verdict *verdict, const struct measure *measure);

/* It bears the signatures already. */
void decide_already_signed(struct verdict *verdict);

/* What was decided could not be done: a step more, "signing". The signatures stay for the log. */
void decide_fail(struct verdict *verdict, enum reason reason);

#endif
