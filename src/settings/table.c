/* SPDX-License-Identifier: ISC */
#include "settings/table.h"

#include <assert.h>

#include "base/buf.h"
#include "base/checksum.h"
#include "base/wire.h"

#define KIB UINT64_C(1024)
#define MIB (1024 * KIB)
#define TIB (1024 * 1024 * MIB)
#define SECOND UINT64_C(1000)
#define MINUTE (60 * SECOND)
#define DAY (24 * 60 * MINUTE)

#define PATH_OCTETS 1023 /* leaves room for what we add to state_dir */
#define USER_OCTETS 63
#define MAILBOX_OCTETS 254 /* RFC 5321 §4.5.3.1.3, without the brackets */
#define ORG_OCTETS 63
#define LOGIN_OCTETS 255
#define DOMAIN_OCTETS 253
#define ZONE_OCTETS 200 /* leaves room for the names below it */
#define FIELD_OCTETS 70 /* a longer one would not fit into a line of h= */
#define ADDRESS_OCTETS 112 /* "unix:" and sun_path without its NUL */

const struct word setting_outbound_words[] = {
	{ OUTBOUND_AUTO, "auto" },
	{ OUTBOUND_ALWAYS, "always" },
	{ 0, NULL },
};

const struct word setting_login_violation_words[] = {
	{ LOGIN_VIOLATION_REJECT, "reject" },
	{ LOGIN_VIOLATION_ACCEPT, "accept" },
	{ 0, NULL },
};

const struct word setting_identity_words[] = {
	{ SETTING_IDENTITY_HEADER_FROM, "header-from" },
	{ SETTING_IDENTITY_ENVELOPE_FROM, "envelope-from" },
	{ 0, NULL },
};

const struct word setting_identity_use_words[] = {
	{ IDENTITY_USE_FIRST, "first" },
	{ IDENTITY_USE_ALL, "all" },
	{ 0, NULL },
};

const struct word setting_unverified_words[] = {
	{ SETTING_UNVERIFIED_ACCEPT, "accept" },
	{ SETTING_UNVERIFIED_FALLBACK, "fallback" },
	{ SETTING_UNVERIFIED_TEMPFAIL, "tempfail" },
	{ SETTING_UNVERIFIED_REJECT, "reject" },
	{ 0, NULL },
};

const struct word setting_org_unverified_words[] = {
	{ SETTING_UNVERIFIED_DEFAULT, "default" },
	{ SETTING_UNVERIFIED_ACCEPT, "accept" },
	{ SETTING_UNVERIFIED_FALLBACK, "fallback" },
	{ SETTING_UNVERIFIED_TEMPFAIL, "tempfail" },
	{ SETTING_UNVERIFIED_REJECT, "reject" },
	{ 0, NULL },
};

const struct word setting_fit_words[] = {
	{ SETTING_FIT_SIGN, "sign" },
	{ SETTING_FIT_SKIP, "skip" },
	{ SETTING_FIT_REJECT, "reject" },
	{ 0, NULL },
};

const struct word setting_fit_from_words[] = {
	{ SETTING_FIT_SKIP, "skip" },
	{ SETTING_FIT_REJECT, "reject" },
	{ 0, NULL },
};

const struct word setting_canonicalization_words[] = {
	{ CANONICALIZATION_SIMPLE_SIMPLE, "simple/simple" },
	{ CANONICALIZATION_SIMPLE_RELAXED, "simple/relaxed" },
	{ CANONICALIZATION_RELAXED_SIMPLE, "relaxed/simple" },
	{ CANONICALIZATION_RELAXED_RELAXED, "relaxed/relaxed" },
	{ 0, NULL },
};

const struct table_section table_sections[SECTION_COUNT] = {
	[SECTION_TOP] = { .name = "" },
	[SECTION_LISTENERS] = {
		.name = "listeners",
		.is_list = true,
		.groups_min = 1,
		.groups_max = TABLE_LISTENERS_MAX,
		.counter = SETTING_LISTENER_ADDRESS,
		.noun = "listener",
		.help = "Where the mail server connects: one group per socket, commas between.",
	},
	[SECTION_CONTROL] = { .name = "control", .help = "Where signetctl connects." },
	[SECTION_METRICS] = {
		.name = "metrics",
		.help = "Where Prometheus fetches metrics, by HTTP at /metrics.",
	},
	[SECTION_USERS] = {
		.name = "users",
		.help = "Who the programs run as when started as root: five users of their own.\n"
		        "A name, or a number that stands for both uid and gid.",
	},
	[SECTION_ORGANIZATIONS] = {
		.name = "organizations",
		.is_list = true,
		.groups_max = TABLE_GROUPS_MAX,
		.counter = SETTING_ORG_NAME,
		.noun = "organization",
		.help = "Whose mail is whose, of that which is ours: the first organization that has the\n"
		        "listener, daemon name, login or network it came by; any one of them is enough.\n"
		        "The rest is main's. One group per organization, commas between.",
	},
	[SECTION_ORGANIZATION_HEADER] = {
		.name = "organization_header",
		.help = "A header field whose value is the name of an organization, before the rules\n"
		        "above; of those alone who are trusted not to let others write it.",
	},
	[SECTION_LOGIN_DOMAINS] = {
		.name = "login_domains",
		.is_list = true,
		.groups_max = TABLE_GROUPS_MAX,
		.counter = SETTING_LOGIN_LOGIN,
		.noun = "login",
		.help = "Which domains a login may use in From (and in the envelope, where identity has\n"
		        "envelope-from): the first group that fits it says so. Other logins may use any.",
	},
	[SECTION_DNS] = {
		.name = "dns",
		.help = "Whom to ask whether keys are published. The name servers of the zones are\n"
		        "asked too, on port 53.",
	},
	[SECTION_PROVIDER_ZONE] = {
		.name = "provider_zone",
		.help = "The zone of ours in which keys are published on behalf of the domains, which\n"
		        "point there by CNAMEs, once and for ever.",
	},
	[SECTION_ROTATION] = {
		.name = "rotation",
		.help = "How the keys of active sets follow each other.",
	},
	[SECTION_FIT] = {
		.name = "fit",
		.help = "Mail whose signature may break on the way, or that should not be sent as it\n"
		        "is: sign it all the same, skip (it goes on unsigned), or reject it (550, and\n"
		        "the sender is told what to do). The log says it in any case; docs/fit.md says\n"
		        "how to have mail servers not break it.",
	},
	[SECTION_SIGNED_FIELDS] = {
		.name = "signed_fields",
		.help = "Which header fields signatures cover (h=), where it is not as by default:\n"
		        "From, Reply-To, Subject, To, Cc over-signed, even when absent; Sender, Date,\n"
		        "Message-ID, MIME-Version, Content-Type, Content-Transfer-Encoding,\n"
		        "In-Reply-To, References over-signed when present; List-* and Resent-*\n"
		        "fields and Feedback-ID signed when present. To over-sign is to name a field\n"
		        "once more than it is there, so that nobody can add another one later.",
	},
};

/* Why a change takes a restart. */
#define RESTART_SOCKETS "Sockets are made with rights that are given up after the start."
#define RESTART_USERS "Each program becomes its user when it starts, by rights that are given up then."

#define ROW(id) [id] = { .setting = id,
#define END }

const struct table_row table_rows[SETTING_COUNT] = {
	ROW(SETTING_STATE_DIR)
		.name = "state_dir", .type = TYPE_PATH, .is_required = true,
		.example = "/var/lib/signetd", .min = 1, .max = PATH_OCTETS,
		.help = "Keys, records and what signing sees of them. It must exist.",
		.restart = "What is open there stays open while the daemon runs.",
	END,
	ROW(SETTING_MASTER_KEY)
		.name = "master_key", .type = TYPE_SECRET, .initial = "", .max = PATH_OCTETS,
		.help = "The file with the key that seals all private keys, or \"credential:NAME\" for\n"
		        "what systemd passes (LoadCredential=). Empty: master.key in state_dir, made at\n"
		        "the first start.",
		.why = "It is made, not asked for: without one nothing could be sealed at the first\n"
		       "start.",
		.restart = "It is opened with rights that are given up after the start.",
	END,
	ROW(SETTING_PREVIOUS_MASTER_KEY)
		.name = "previous_master_key", .type = TYPE_SECRET, .initial = "", .max = PATH_OCTETS,
		.help = "While master_key is replaced by another: the file with the one before. All\n"
		        "keys are then sealed anew; signetctl vault rekey says when it can go.",
		.why = "Two keys are needed only while one replaces the other.",
		.restart = "As master_key.",
	END,
	ROW(SETTING_MAP_SIZE)
		.name = "map_size", .type = TYPE_SIZE, .initial = "64GiB", .min = MIB,
		.max = 16 * TIB,
		.help = "Address space, not memory, for what signing sees; some 650 octets a key.",
		.why = "Room for some hundred million keys; address space costs nothing until it is\n"
		       "used, and the size cannot grow while the daemon runs.",
		.restart = "The programs map the views once, when they start.",
	END,
	ROW(SETTING_LISTENER_ADDRESS)
		.section = SECTION_LISTENERS, .name = "address", .type = TYPE_ADDRESS,
		.is_required = true, .example = "unix:/run/signetd/milter.sock", .min = 1,
		.max = ADDRESS_OCTETS,
		.help = "unix:PATH, or inet:ADDRESS@PORT, which believes whoever connects.",
		.restart = RESTART_SOCKETS,
	END,
	ROW(SETTING_LISTENER_NAME)
		.section = SECTION_LISTENERS, .name = "name", .type = TYPE_NAME, .initial = "",
		.max = USER_OCTETS,
		.help = "What it is called in the log. Empty: its address.",
		.why = "An address tells one listener from another well enough.",
		.restart = "The listeners are those of the start, with all that is said of them.",
	END,
	ROW(SETTING_LISTENER_MODE)
		.section = SECTION_LISTENERS, .name = "mode", .type = TYPE_MODE, .initial = "0660",
		.max = 0777,
		.help = "Of the unix socket, octal.",
		.why = "Its owner and its group connect, nobody else: who can connect can have mail\n"
		       "signed.",
		.restart = RESTART_SOCKETS,
	END,
	ROW(SETTING_LISTENER_GROUP)
		.section = SECTION_LISTENERS, .name = "group", .type = TYPE_NAME, .initial = "",
		.example = "postfix", .max = USER_OCTETS,
		.help = "Of the unix socket: the group of the mail server. Empty: our own.",
		.why = "Which group the mail server is in differs; nobody is let in by a guess.",
		.restart = RESTART_SOCKETS,
	END,
	ROW(SETTING_LISTENER_PROCESSES)
		.section = SECTION_LISTENERS, .name = "processes", .type = TYPE_NUMBER,
		.initial = "0", .max = 32,
		.help = "How many share it. 0: as many as there are processors, at most 8.",
		.why = "libmilter's worker pool slows down with the connections that are open; a\n"
		       "process for each processor shares them out.",
		.restart = "Their channels to the vault are made before there are processes.",
	END,
	ROW(SETTING_LISTENER_OUTBOUND)
		.section = SECTION_LISTENERS, .name = "outbound", .type = TYPE_WORD,
		.initial = "auto", .words = setting_outbound_words,
		.help = "auto: mail of authenticated and trusted clients is ours. always: all\n"
		        "mail that comes here is.",
		.why = "A mail server's one smtpd takes mail from everywhere, and strangers' mail must\n"
		       "not be signed.",
		.restart = "The listeners are those of the start, with all that is said of them.",
	END,
	ROW(SETTING_CONTROL_ADDRESS)
		.section = SECTION_CONTROL, .name = "address", .type = TYPE_UNIX_ADDRESS,
		.is_required = true, .example = "unix:/run/signetd/control", .min = 1,
		.max = ADDRESS_OCTETS,
		.help = "unix:PATH.",
		.restart = RESTART_SOCKETS,
	END,
	ROW(SETTING_CONTROL_MODE)
		.section = SECTION_CONTROL, .name = "mode", .type = TYPE_MODE, .initial = "0660",
		.max = 0777,
		.help = "Of the socket, octal.",
		.why = "Its owner and its group may ask and change, nobody else.",
		.restart = RESTART_SOCKETS,
	END,
	ROW(SETTING_CONTROL_GROUP)
		.section = SECTION_CONTROL, .name = "group", .type = TYPE_NAME, .initial = "",
		.max = USER_OCTETS,
		.help = "Of the socket. Empty: our own.",
		.why = "Who may manage keys is for you to say.",
		.restart = RESTART_SOCKETS,
	END,
	ROW(SETTING_METRICS_ADDRESS)
		.section = SECTION_METRICS, .name = "address", .type = TYPE_ADDRESS, .initial = "",
		.max = ADDRESS_OCTETS,
		.help = "unix:PATH, or inet:ADDRESS@PORT of this machine's loopback, where everybody on\n"
		        "it can read them. Empty: there are none.",
		.why = "Who wants no metrics runs no program for them.",
		.restart = RESTART_SOCKETS,
	END,
	ROW(SETTING_METRICS_MODE)
		.section = SECTION_METRICS, .name = "mode", .type = TYPE_MODE, .initial = "0660",
		.max = 0777,
		.help = "Of the unix socket, octal.",
		.why = "The metrics tell how much mail there is.",
		.restart = RESTART_SOCKETS,
	END,
	ROW(SETTING_METRICS_GROUP)
		.section = SECTION_METRICS, .name = "group", .type = TYPE_NAME, .initial = "",
		.max = USER_OCTETS,
		.help = "Of the unix socket. Empty: our own.",
		.why = "Who may read them is for you to say.",
		.restart = RESTART_SOCKETS,
	END,
	ROW(SETTING_USER_MILTER)
		.section = SECTION_USERS, .name = "milter", .type = TYPE_NAME,
		.initial = "signetd-milter", .min = 1, .max = USER_OCTETS,
		.help = "Reads hostile mail.",
		.why = "A user of its own, so that who takes this program over can send no signal to\n"
		       "the others and read no file of theirs.",
		.restart = RESTART_USERS,
	END,
	ROW(SETTING_USER_VAULT)
		.section = SECTION_USERS, .name = "vault", .type = TYPE_NAME,
		.initial = "signetd-vault", .min = 1, .max = USER_OCTETS,
		.help = "Holds the private keys.",
		.why = "A user of its own: nobody else can look into its memory.",
		.restart = RESTART_USERS,
	END,
	ROW(SETTING_USER_KEEPER)
		.section = SECTION_USERS, .name = "keeper", .type = TYPE_NAME,
		.initial = "signetd-keeper", .min = 1, .max = USER_OCTETS,
		.help = "Holds the records.",
		.why = "A user of its own: the store belongs to it alone.",
		.restart = RESTART_USERS,
	END,
	ROW(SETTING_USER_DNS)
		.section = SECTION_USERS, .name = "dns", .type = TYPE_NAME,
		.initial = "signetd-dns", .min = 1, .max = USER_OCTETS,
		.help = "Asks name servers.",
		.why = "A user of its own: it talks to the Internet.",
		.restart = RESTART_USERS,
	END,
	ROW(SETTING_USER_HTTP)
		.section = SECTION_USERS, .name = "http", .type = TYPE_NAME,
		.initial = "signetd-http", .min = 1, .max = USER_OCTETS,
		.help = "Tells the metrics.",
		.why = "A user of its own: it reads what strangers send.",
		.restart = RESTART_USERS,
	END,
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
		.initial = "reject", .words = setting_login_violation_words,
		.help = "Mail whose login uses a domain that login_domains does not give it. reject: it\n"
		        "is refused for good (550). accept: it goes on unsigned.",
		.why = "A login was bound to its domains so that it does not use others; unsigned mail\n"
		       "would still carry their names.",
	END,
	ROW(SETTING_IDENTITY)
		.name = "identity", .type = TYPE_WORD, .is_list = true, .is_reloadable = true,
		.is_never_empty = true,
		.initial = "header-from", .words = setting_identity_words,
		.help = "Whose domain signs, in this order: that of each mailbox of From, that of the\n"
		        "envelope sender. DMARC asks for From.",
		.why = "DMARC looks at From, and readers do.",
	END,
	ROW(SETTING_IDENTITY_USE)
		.name = "identity_use", .type = TYPE_WORD, .is_reloadable = true,
		.initial = "first", .words = setting_identity_use_words,
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
		.initial = "accept", .words = setting_unverified_words,
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
		.initial = "relaxed/relaxed", .words = setting_canonicalization_words,
		.help = "Of header and body (c=): which changes on the way a signature survives.",
		.why = "Mail servers on the way fold lines and change white space, which simple does\n"
		       "not survive (docs/mta.md).",
	END,
	ROW(SETTING_HEADER_MAX_BYTES)
		.name = "header_max_bytes", .type = TYPE_SIZE, .is_reloadable = true,
		.initial = "1MiB", .min = 4 * KIB, .max = 64 * MIB,
		.help = "A message with a larger header is refused for good.",
		.why = "It bounds the memory that a message can take.",
	END,
	ROW(SETTING_HEADER_MAX_FIELDS)
		.name = "header_max_fields", .type = TYPE_NUMBER, .is_reloadable = true,
		.initial = "5000", .min = 20, .max = 100000,
		.help = "A message with more header fields is refused for good.",
		.why = "It bounds the work that a message can make.",
	END,
	ROW(SETTING_CONNECTIONS_MAX)
		.name = "connections_max", .type = TYPE_NUMBER, .is_reloadable = true,
		.initial = "10000", .min = 8, .max = 1000000,
		.help = "Connections that a milter process serves at once, if its descriptors are\n"
		        "enough for so many. Who comes then is told to come again later (451).",
		.why = "No mail server of today opens so many to one milter.",
	END,
	ROW(SETTING_MESSAGES_MAX_BYTES)
		.name = "messages_max_bytes", .type = TYPE_SIZE, .is_reloadable = true,
		.initial = "256MiB", .min = MIB, .max = 64 * 1024 * MIB,
		.help = "Memory that the headers of all messages a milter process has at hand may take.\n"
		        "A message that comes then, and whose own is over 32 KiB, is put off (451).",
		.why = "Dozens of messages with the largest header that is allowed fit in, and thousands\n"
		       "of the usual ones.",
	END,
	ROW(SETTING_FIT_LINE_MAX)
		.section = SECTION_FIT, .name = "line_max", .type = TYPE_NUMBER,
		.is_reloadable = true, .initial = "998", .min = 78, .max = 1000000,
		.help = "Octets of a line that is not too long. 998 for Postfix, 990 for Sendmail.",
		.why = "The limit of RFC 5322 section 2.1.1; Postfix cuts longer lines.",
	END,
	ROW(SETTING_FIT_NO_FROM)
		.section = SECTION_FIT, .name = "no_from", .type = TYPE_WORD, .is_reloadable = true,
		.initial = "skip", .words = setting_fit_from_words,
		.help = "No From field. It cannot be signed (RFC 6376 section 5.4).",
		.why = "It cannot be signed, and refusing it is the mail server's business.",
	END,
	ROW(SETTING_FIT_SEVERAL_FROM)
		.section = SECTION_FIT, .name = "several_from", .type = TYPE_WORD, .is_reloadable = true,
		.initial = "reject", .words = setting_fit_from_words,
		.help = "Several From fields: readers and verifiers may believe different ones.",
		.why = "Such mail is made to deceive: a signature would hold for an author whom the\n"
		       "reader does not see.",
	END,
	ROW(SETTING_FIT_DUPLICATE_FIELD)
		.section = SECTION_FIT, .name = "duplicate_field", .type = TYPE_WORD, .is_reloadable = true,
		.initial = "sign", .words = setting_fit_words,
		.help = "Another field more than once that there may be one of (RFC 5322 section 3.6,\n"
		        "RFC 2045 section 3), such as Subject. All of them are signed.",
		.why = "The signature covers all of them, so that none can be added or taken away.",
	END,
	ROW(SETTING_FIT_LONG_HEADER_LINE)
		.section = SECTION_FIT, .name = "long_header_line", .type = TYPE_WORD, .is_reloadable = true,
		.initial = "sign", .words = setting_fit_words,
		.help = "A line of the header over line_max, which mail servers cut.",
		.why = "A broken signature counts as none (RFC 6376 section 6.1), so the mail is no\n"
		       "worse off than unsigned, and the log says it.",
	END,
	ROW(SETTING_FIT_LONG_BODY_LINE)
		.section = SECTION_FIT, .name = "long_body_line", .type = TYPE_WORD, .is_reloadable = true,
		.initial = "sign", .words = setting_fit_words,
		.help = "A line of the body over line_max, which mail servers cut.",
		.why = "As that of long_header_line.",
	END,
	ROW(SETTING_FIT_EIGHT_BIT_HEADER)
		.section = SECTION_FIT, .name = "eight_bit_header", .type = TYPE_WORD, .is_reloadable = true,
		.initial = "sign", .words = setting_fit_words,
		.help = "8-bit text in the header of a message that was not sent with SMTPUTF8.",
		.why = "As that of long_header_line.",
	END,
	ROW(SETTING_FIT_EIGHT_BIT_BODY)
		.section = SECTION_FIT, .name = "eight_bit_body", .type = TYPE_WORD, .is_reloadable = true,
		.initial = "sign", .words = setting_fit_words,
		.help = "8-bit text in the body of a MIME message, which mail servers encode for a\n"
		        "server without 8BITMIME.",
		.why = "It is right (RFC 6152), and breaks only where a server has to encode it for\n"
		       "another.",
	END,
	ROW(SETTING_FIT_EIGHT_BIT_UNDECLARED)
		.section = SECTION_FIT, .name = "eight_bit_undeclared", .type = TYPE_WORD, .is_reloadable = true,
		.initial = "sign", .words = setting_fit_words,
		.help = "8-bit text in the body of a message without a MIME-Version field.",
		.why = "As that of long_header_line.",
	END,
	ROW(SETTING_FIT_BARE_CR)
		.section = SECTION_FIT, .name = "bare_cr", .type = TYPE_WORD, .is_reloadable = true,
		.initial = "sign", .words = setting_fit_words,
		.help = "A CR without LF.",
		.why = "As that of long_header_line.",
	END,
	ROW(SETTING_FIT_BARE_LF)
		.section = SECTION_FIT, .name = "bare_lf", .type = TYPE_WORD, .is_reloadable = true,
		.initial = "sign", .words = setting_fit_words,
		.help = "A LF without CR, in the body.",
		.why = "As that of long_header_line.",
	END,
	ROW(SETTING_FIT_NUL)
		.section = SECTION_FIT, .name = "nul", .type = TYPE_WORD, .is_reloadable = true,
		.initial = "sign", .words = setting_fit_words,
		.help = "A NUL octet, in the body.",
		.why = "As that of long_header_line.",
	END,
	ROW(SETTING_FIELDS_ADD)
		.section = SECTION_SIGNED_FIELDS, .name = "add", .type = TYPE_FIELD,
		.is_list = true, .is_reloadable = true, .initial = "", .min = 1,
		.max = FIELD_OCTETS,
		.help = "Sign these as often as they are there, and do not over-sign them.",
		.why = "The fields above are those that readers and programs act on.",
	END,
	ROW(SETTING_FIELDS_OVERSIGN)
		.section = SECTION_SIGNED_FIELDS, .name = "oversign", .type = TYPE_FIELD,
		.is_list = true, .is_reloadable = true, .initial = "", .min = 1,
		.max = FIELD_OCTETS,
		.help = "Over-sign these, even when absent.",
		.why = "A field that somebody on the way may rightly add must not be over-signed.",
	END,
	ROW(SETTING_FIELDS_REMOVE)
		.section = SECTION_SIGNED_FIELDS, .name = "remove", .type = TYPE_FIELD,
		.is_list = true, .is_reloadable = true, .initial = "", .min = 1,
		.max = FIELD_OCTETS,
		.help = "Do not sign these.",
		.why = "What is not signed anybody can change.",
	END,
	ROW(SETTING_ORG_NAME)
		.section = SECTION_ORGANIZATIONS, .name = "name", .type = TYPE_NAME,
		.is_required = true, .is_reloadable = true, .example = "acme", .min = 1,
		.max = ORG_OCTETS,
		.help = "As in signetctl key create --org.",
	END,
	ROW(SETTING_ORG_LISTENERS)
		.section = SECTION_ORGANIZATIONS, .name = "listeners", .type = TYPE_NAME,
		.is_list = true, .is_reloadable = true, .initial = "", .example = "submission",
		.min = 1, .max = USER_OCTETS,
		.help = "Names of listeners.",
		.why = "None: the listener does not tell.",
	END,
	ROW(SETTING_ORG_DAEMON_NAMES)
		.section = SECTION_ORGANIZATIONS, .name = "daemon_names", .type = TYPE_NAME,
		.is_list = true, .is_reloadable = true, .initial = "", .example = "ACME",
		.min = 1, .max = USER_OCTETS,
		.help = "As in outbound_daemon_names.",
		.why = "None: the daemon name does not tell.",
	END,
	ROW(SETTING_ORG_LOGINS)
		.section = SECTION_ORGANIZATIONS, .name = "logins", .type = TYPE_LOGIN,
		.is_list = true, .is_reloadable = true, .initial = "",
		.example = "*@acme.example", .min = 1, .max = LOGIN_OCTETS,
		.help = "Logins, in any case; \"*@acme.example\" is all of that domain.",
		.why = "None: the login does not tell.",
	END,
	ROW(SETTING_ORG_NETWORKS)
		.section = SECTION_ORGANIZATIONS, .name = "networks", .type = TYPE_NETWORK,
		.is_list = true, .is_reloadable = true, .initial = "", .example = "192.0.2.0/24",
		.min = 1, .max = 64,
		.help = "Of the clients, as in trusted_networks. It does not make their mail ours.",
		.why = "None: the client's address does not tell.",
	END,
	ROW(SETTING_ORG_ENVELOPE_SENDER)
		.section = SECTION_ORGANIZATIONS, .name = "envelope_sender", .type = TYPE_MAILBOX,
		.is_reloadable = true, .initial = "", .max = MAILBOX_OCTETS,
		.help = "The address that bounces of its signed mail go to, instead of the sender's own\n"
		        "(MAIL FROM); that of bounces stays empty. Empty: the sender's own.",
		.why = "Where bounces go is the sender's to say; another address also takes the right\n"
		       "to change it.",
	END,
	ROW(SETTING_ORG_SENDER_HEADER)
		.section = SECTION_ORGANIZATIONS, .name = "sender_header", .type = TYPE_MAILBOX,
		.is_reloadable = true, .initial = "", .max = MAILBOX_OCTETS,
		.help = "The address in the Sender field of its signed mail, in place of what is there.\n"
		        "Empty: it stays as it came.",
		.why = "Nothing is written into mail that nobody asked for.",
	END,
	ROW(SETTING_ORG_ALSO_SIGN)
		.section = SECTION_ORGANIZATIONS, .name = "also_sign", .type = TYPE_DOMAIN,
		.is_list = true, .is_reloadable = true, .initial = SETTING_ALSO_DEFAULT, .min = 1,
		.max = DOMAIN_OCTETS,
		.help = "Instead of also_sign above, for its mail; their keys are main's, too. None is\n"
		        "[ ]; \"default\" is also_sign as it stands above.",
		.why = "Most organizations want what all have.",
	END,
	ROW(SETTING_ORG_UNVERIFIED_DOMAIN)
		.section = SECTION_ORGANIZATIONS, .name = "unverified_domain", .type = TYPE_WORD,
		.is_reloadable = true, .initial = "default", .words = setting_org_unverified_words,
		.help = "Instead of unverified_domain above, for its mail; default: as that.",
		.why = "Most organizations want what all have.",
	END,
	ROW(SETTING_ORG_HEADER_NAME)
		.section = SECTION_ORGANIZATION_HEADER, .name = "name", .type = TYPE_FIELD,
		.is_reloadable = true, .initial = "", .max = FIELD_OCTETS,
		.help = "Of the field. Empty: there is none.",
		.why = "Who can write the field chooses the keys, so nobody may until it is said.",
	END,
	ROW(SETTING_ORG_HEADER_NETWORKS)
		.section = SECTION_ORGANIZATION_HEADER, .name = "networks", .type = TYPE_NETWORK,
		.is_list = true, .is_reloadable = true, .initial = "", .min = 1, .max = 64,
		.help = "Of the clients whose field is believed, as in trusted_networks. Others' is not\n"
		        "looked at.",
		.why = "Nobody is trusted to write it until it is said.",
	END,
	ROW(SETTING_LOGIN_LOGIN)
		.section = SECTION_LOGIN_DOMAINS, .name = "login", .type = TYPE_LOGIN,
		.is_required = true, .is_reloadable = true, .example = "*@acme.example", .min = 1,
		.max = LOGIN_OCTETS,
		.help = "A login, \"*@acme.example\" for all of a domain, \"*\" for all; in any case.",
	END,
	ROW(SETTING_LOGIN_DOMAINS)
		.section = SECTION_LOGIN_DOMAINS, .name = "domains", .type = TYPE_SCOPE,
		.is_list = true, .is_required = true, .is_reloadable = true,
		.example = "acme.example", .min = 1, .max = DOMAIN_OCTETS + 1,
		.help = "\"acme.example\" is the domain itself, \".acme.example\" what is below it, \"@\"\n"
		        "the domain of the login. None: it may send nothing.",
	END,
	ROW(SETTING_DNS_RESOLVERS)
		.section = SECTION_DNS, .name = "resolvers", .type = TYPE_SERVER, .is_list = true,
		.is_reloadable = true, .initial = "", .min = 1, .max = ADDRESS_OCTETS,
		.help = "ADDRESS or ADDRESS@PORT of recursive name servers, in the order they are\n"
		        "asked. None: those of /etc/resolv.conf, also when it changes.",
		.why = "The host has resolvers already.",
	END,
	ROW(SETTING_DNS_TIMEOUT)
		.section = SECTION_DNS, .name = "timeout", .type = TYPE_DURATION,
		.is_reloadable = true, .initial = "5s",
		.min = SECOND / 10, .max = MINUTE / 2,
		.help = "How long one server is waited for.",
		.why = "Resolvers take seconds over servers that are far away, or whose answer was\n"
		       "lost.",
	END,
	ROW(SETTING_PROVIDER_NAME)
		.section = SECTION_PROVIDER_ZONE, .name = "name", .type = TYPE_DOMAIN,
		.is_reloadable = true, .initial = "",
		.max = ZONE_OCTETS,
		.help = "The zone. Empty: the owners of the domains publish the keys themselves.",
		.why = "Not everybody has a zone to give.",
	END,
	ROW(SETTING_PROVIDER_SERVER)
		.section = SECTION_PROVIDER_ZONE, .name = "server", .type = TYPE_SERVER,
		.is_reloadable = true, .initial = "", .max = ADDRESS_OCTETS,
		.help = "ADDRESS or ADDRESS@PORT of the primary that takes updates (RFC 2136). Empty:\n"
		        "the zone is made from what signetctl zone prints.",
		.why = "Not everybody's name server takes updates.",
	END,
	ROW(SETTING_PROVIDER_KEY_FILE)
		.section = SECTION_PROVIDER_ZONE, .name = "tsig_key_file", .type = TYPE_SECRET,
		.is_reloadable = true, .initial = "", .max = PATH_OCTETS,
		.help = "The key that updates are signed with, as tsig-keygen(8) writes it. It is\n"
		        "read at the start, as root if started as root, and again by a reload if it has\n"
		        "changed: it should be root's own then.",
		.why = "It belongs to server.",
	END,
	ROW(SETTING_PROVIDER_TTL)
		.section = SECTION_PROVIDER_ZONE, .name = "ttl", .type = TYPE_DURATION,
		.is_reloadable = true, .initial = "1h", .min = SECOND, .max = 7 * DAY,
		.help = "Of the records.",
		.why = "A change is seen within the hour, and resolvers keep the record long enough to\n"
		       "be of use.",
	END,
	ROW(SETTING_ROTATION_EVERY)
		.section = SECTION_ROTATION, .name = "every", .type = TYPE_DURATION,
		.is_reloadable = true, .initial = "90d", .max = 3650 * DAY,
		.help = "From one switch to the next. \"0s\": by hand only; the next key is kept ready\n"
		        "all the same.",
		.why = "What somebody has copied serves him for a season at most, and replacing keys\n"
		       "stays a habit.",
	END,
	ROW(SETTING_ROTATION_RETIRE_AFTER)
		.section = SECTION_ROTATION, .name = "retire_after", .type = TYPE_DURATION,
		.is_reloadable = true, .initial = "14d", .min = SECOND, .max = 3650 * DAY,
		.help = "How long the record of a key stays after its last signature. At least\n"
		        "queue_life, the ttl and signature_life together.",
		.why = "It is more than the 5d of queue_life, the 1h of the ttl and the 7d of\n"
		       "signature_life together.",
	END,
	ROW(SETTING_ROTATION_MARGIN)
		.section = SECTION_ROTATION, .name = "margin", .type = TYPE_DURATION,
		.is_reloadable = true, .initial = "1h", .max = 7 * DAY,
		.help = "How wrong clocks may be.",
		.why = "It is far more than clocks differ that are set over the network.",
	END,
	ROW(SETTING_ROTATION_QUEUE_LIFE)
		.section = SECTION_ROTATION, .name = "queue_life", .type = TYPE_DURATION,
		.is_reloadable = true, .initial = "5d", .max = 60 * DAY,
		.help = "How long mail may wait in the mail server's queue: maximal_queue_lifetime\n"
		        "of Postfix, Timeout.queuereturn of Sendmail.",
		.why = "It is the default of both Postfix and Sendmail.",
	END,
	ROW(SETTING_ROTATION_SIGNATURE_LIFE)
		.section = SECTION_ROTATION, .name = "signature_life", .type = TYPE_DURATION,
		.is_reloadable = true, .initial = "7d", .max = 365 * DAY,
		.help = "How long after its arrival a message may still be verified.",
		.why = "A message may be verified again by who fetches it after a holiday, and by\n"
		       "lists that are slow.",
	END,
	ROW(SETTING_VAULT_TIMEOUT)
		.name = "vault_timeout", .type = TYPE_DURATION, .is_reloadable = true,
		.initial = "5s", .min = SECOND / 10, .max = MINUTE,
		.help = "How long a message waits for its signature before it is put off.",
		.why = "A signature takes milliseconds, and a vault that died is started again at\n"
		       "once; mail servers wait longer.",
	END,
	ROW(SETTING_DRAIN_TIMEOUT)
		.name = "drain_timeout", .type = TYPE_DURATION, .is_reloadable = true,
		.initial = "30s", .min = SECOND / 10, .max = 10 * MINUTE,
		.help = "How long a stop waits for the messages that are open.",
		.why = "Long enough for the messages that are being sent, and less than the 60 seconds\n"
		       "that the unit of systemd gives a stop.",
	END,
	ROW(SETTING_HEARTBEAT_TIMEOUT)
		.name = "heartbeat_timeout", .type = TYPE_DURATION, .is_reloadable = true,
		.initial = "30s", .max = 10 * MINUTE,
		.help = "A program of ours that does not do its work for so long, and does not end\n"
		        "either, is killed and started again. \"0s\": never.",
		.why = "On the most loaded machine a program answers within seconds; mail servers wait\n"
		       "for minutes.",
	END,
	ROW(SETTING_ALLOW_WITHOUT_DNS_CHECK)
		.name = "allow_without_dns_check", .type = TYPE_FLAG, .is_reloadable = true,
		.initial = "true", .max = 1,
		.help = "May signetctl key activate be told --without-dns-check?",
		.why = "A host without DNS must be able to sign; each use is in the audit trail.",
	END,
};

const struct table_row *
table_find(enum setting_section section, const char *name)
{
	for (size_t i = 0; i < SETTING_COUNT; i++) {
		const struct table_row *row = &table_rows[i];

		if (row->section == section && strcmp(row->name, name) == 0)
			return row;
	}
	return NULL;
}

static void
hash_row(struct buf *b, const struct table_row *row)
{
	buf_put_text(b, row->name);
	wire_put(b, row->section, 1);
	wire_put(b, row->type, 1);
	wire_put(b, row->is_list, 1);
	wire_put(b, row->min, 8);
	wire_put(b, row->max, 8);
	for (const struct word *w = row->words; w != NULL && w->text != NULL; w++) {
		wire_put(b, (uint64_t)w->value, 4);
		buf_put_text(b, w->text);
	}
}

uint64_t
table_hash(void)
{
	char storage[32768]; /* of some hundred rows with their words */
	struct buf b;

	buf_init_fixed(&b, storage, sizeof(storage));
	for (size_t i = 0; i < SETTING_COUNT; i++)
		hash_row(&b, &table_rows[i]);
	assert(buf_status(&b) == STATUS_OK);
	return checksum_of(buf_slice(&b));
}
