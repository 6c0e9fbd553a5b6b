/* SPDX-License-Identifier: ISC */
/* Which domains a login may use. */
#include "settings/table/part.h"

const struct table_section section_login_domains = {
	.name = "login_domains",
	.is_list = true,
	.groups_max = TABLE_GROUPS_MAX,
	.counter = SETTING_LOGIN_LOGIN,
	.noun = "login",
	.help = "Which domains a login may use in From (and in the envelope, where identity has\n"
	        "envelope-from): the first group that fits it says so. Other logins may use any.",
};

static const struct table_row rows[] = {
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
};
const struct table_part part_logins = PART(rows);
