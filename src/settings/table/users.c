/* SPDX-License-Identifier: ISC */
/* Who the programs run as. */
#include "settings/table/part.h"

const struct table_section section_users = {
	.name = "users",
	.help = "Who the programs run as when started as root: five users of their own.\n"
	        "A name, or a number that stands for both uid and gid.",
};

static const struct table_row rows[] = {
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
};
const struct table_part part_users = PART(rows);
