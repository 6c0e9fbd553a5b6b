/* SPDX-License-Identifier: ISC */
/* Where mail servers connect. */
#include "settings/table/part.h"

static const struct word outbound_words[] = {
	{ OUTBOUND_AUTO, "auto" },
	{ OUTBOUND_ALWAYS, "always" },
	{ 0, NULL },
};

const struct table_section section_listeners = {
	.name = "listeners",
	.is_list = true,
	.groups_min = 1,
	.groups_max = TABLE_LISTENERS_MAX,
	.counter = SETTING_LISTENER_ADDRESS,
	.noun = "listener",
	.help = "Where the mail server connects: one group per socket, commas between.",
};

static const struct table_row rows[] = {
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
		.initial = "auto", .words = outbound_words,
		.help = "auto: mail of authenticated and trusted clients is ours. always: all\n"
		        "mail that comes here is.",
		.why = "A mail server's one smtpd takes mail from everywhere, and strangers' mail must\n"
		       "not be signed.",
		.restart = "The listeners are those of the start, with all that is said of them.",
	END,
};
const struct table_part part_listeners = PART(rows);
