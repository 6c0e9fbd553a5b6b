/* SPDX-License-Identifier: ISC */
/* Which mail is ours, who signs it, and how. */
#include "settings/table/part.h"

static const struct word login_violation_words[] = {
	{ LOGIN_VIOLATION_REJECT, "reject" },
	{ LOGIN_VIOLATION_ACCEPT, "accept" },
	{ 0, NULL },
};

static const struct word identity_words[] = {
	{ SETTING_IDENTITY_HEADER_FROM, "header-from" },
	{ SETTING_IDENTITY_ENVELOPE_FROM, "envelope-from" },
	{ 0, NULL },
};

static const struct word identity_use_words[] = {
	{ IDENTITY_USE_FIRST, "first" },
	{ IDENTITY_USE_ALL, "all" },
	{ 0, NULL },
};

static const struct word unverified_words[] = {
	{ SETTING_UNVERIFIED_ACCEPT, "accept" },
	{ SETTING_UNVERIFIED_FALLBACK, "fallback" },
	{ SETTING_UNVERIFIED_TEMPFAIL, "tempfail" },
	{ SETTING_UNVERIFIED_REJECT, "reject" },
	{ 0, NULL },
};

static const struct word canonicalization_words[] = {
	{ CANONICALIZATION_SIMPLE_SIMPLE, "simple/simple" },
	{ CANONICALIZATION_SIMPLE_RELAXED, "simple/relaxed" },
	{ CANONICALIZATION_RELAXED_SIMPLE, "relaxed/simple" },
	{ CANONICALIZATION_RELAXED_RELAXED, "relaxed/relaxed" },
	{ 0, NULL },
};

static const struct table_row rows[] = {
	ROW(SETTING_TRUSTED_NETWORKS)
		.name = "trusted_networks", .type = TYPE_NETWORK, .is_list = true,
		.is_reloadable = true, .initial = "127.0.0.0/8 ::1 local", .min = 1, .max = 64,
		.help = "Whose mail is ours without a login: addresses, networks, and \"local\"\n"
		        "for what is handed in on this machine.",
		.why = "The programs of this host send as this host; of any other client it has to be\n"
		       "said.",
	END,
	ROW(SETTING_OUTBOUND_DAEMON_NAMES)
		.name = "outbound_daemon_names", .type = TYPE_NAME, .is_list = true,
		.is_reloadable = true, .initial = "", .min = 1, .max = USER_OCTETS,
		.help = "All mail that comes in by these services of the mail server is ours:\n"
		        "{daemon_name}, Postfix's milter_macro_daemon_name, the Name= of Sendmail's\n"
		        "DAEMON_OPTIONS.",
		.why = "What a service is called says nothing of who may use it.",
	END,
	ROW(SETTING_LOGIN_VIOLATION)
		.name = "login_violation", .type = TYPE_WORD, .is_reloadable = true,
		.initial = "reject", .words = login_violation_words,
		.help = "Mail whose login uses a domain that login_domains does not give it. reject: it\n"
		        "is refused for good (550). accept: it goes on unsigned.",
		.why = "A login was bound to its domains so that it does not use others; unsigned mail\n"
		       "would still carry their names.",
	END,
	ROW(SETTING_IDENTITY)
		.name = "identity", .type = TYPE_WORD, .is_list = true, .is_reloadable = true,
		.is_never_empty = true,
		.initial = "header-from", .words = identity_words,
		.help = "Whose domain signs, in this order: that of each mailbox of From, that of the\n"
		        "envelope sender. DMARC asks for From.",
		.why = "DMARC looks at From, and readers do.",
	END,
	ROW(SETTING_IDENTITY_USE)
		.name = "identity_use", .type = TYPE_WORD, .is_reloadable = true,
		.initial = "first", .words = identity_use_words,
		.help = "first: the first of these domains that has a key. all: each that has one.",
		.why = "One signature of the author's domain is what DMARC asks for; each further one\n"
		       "costs a private-key operation.",
	END,
	ROW(SETTING_ALSO_SIGN)
		.name = "also_sign", .type = TYPE_DOMAIN, .is_list = true, .is_reloadable = true,
		.initial = "", .min = 1, .max = DOMAIN_OCTETS,
		.help = "Domains of our own, at most two, whose keys (of organization main) sign beside\n"
		        "those of the sender: all mail that is ours and whose sender has a key.",
		.why = "Who vouches for mail of others is for you to say.",
	END,
	ROW(SETTING_UNVERIFIED_DOMAIN)
		.name = "unverified_domain", .type = TYPE_WORD, .is_reloadable = true,
		.initial = "accept", .words = unverified_words,
		.help = "Mail whose sender has no active key. accept: it goes on unsigned. fallback:\n"
		        "the keys of also_sign sign it alone. tempfail: it is put off (451). reject:\n"
		        "it is refused for good (550).",
		.why = "A domain without a key sends as it did before there was signetd.",
	END,
	ROW(SETTING_STAMP_HEADER)
		.name = "stamp_header", .type = TYPE_FIELD, .is_reloadable = true,
		.initial = "", .max = FIELD_OCTETS,
		.help = "The name of a header field, such as X-Organization, that each message which is\n"
		        "signed gets, and that is signed: whose mail it is. Fields of that name it came\n"
		        "with are taken out. Empty: none.",
		.why = "Nothing is written into mail that nobody asked for; it also takes the right to\n"
		       "change header fields.",
	END,
	ROW(SETTING_CANONICALIZATION)
		.name = "canonicalization", .type = TYPE_WORD, .is_reloadable = true,
		.initial = "relaxed/relaxed", .words = canonicalization_words,
		.help = "Of header and body (c=): which changes on the way a signature survives.",
		.why = "Mail servers on the way fold lines and change white space, which simple does\n"
		       "not survive (docs/mta.md).",
	END,
};
const struct table_part part_mail = PART(rows);
