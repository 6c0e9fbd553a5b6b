/* SPDX-License-Identifier: ISC */
/* Whose mail is whose, and what each has otherwise than all. */
#include "settings/table/part.h"

static const struct word org_unverified_words[] = {
	{ SETTING_UNVERIFIED_DEFAULT, "default" },
	{ SETTING_UNVERIFIED_ACCEPT, "accept" },
	{ SETTING_UNVERIFIED_FALLBACK, "fallback" },
	{ SETTING_UNVERIFIED_TEMPFAIL, "tempfail" },
	{ SETTING_UNVERIFIED_REJECT, "reject" },
	{ 0, NULL },
};

const struct table_section section_organizations = {
	.name = "organizations",
	.is_list = true,
	.groups_max = TABLE_GROUPS_MAX,
	.counter = SETTING_ORG_NAME,
	.noun = "organization",
	.help = "Whose mail is whose, of that which is ours: the first organization that has the\n"
	        "listener, daemon name, login or network it came by; any one of them is enough.\n"
	        "The rest is main's. One group per organization, commas between.",
};

const struct table_section section_organization_header = {
	.name = "organization_header",
	.help = "A header field whose value is the name of an organization, before the rules\n"
	        "above; of those alone who are trusted not to let others write it.",
};

static const struct table_row rows[] = {
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
		.is_reloadable = true, .initial = "default", .words = org_unverified_words,
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
};
const struct table_part part_organizations = PART(rows);
