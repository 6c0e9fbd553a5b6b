/* SPDX-License-Identifier: ISC */
/* Whom to ask whether keys are published, and where we publish them. */
#include "settings/table/part.h"

const struct table_section section_dns = {
	.name = "dns",
	.help = "Whom to ask whether keys are published. The name servers of the zones are\n"
	        "asked too, on port 53.",
};

const struct table_section section_provider_zone = {
	.name = "provider_zone",
	.help = "The zone of ours in which keys are published on behalf of the domains, which\n"
	        "point there by CNAMEs, once and for ever.",
};

static const struct table_row rows[] = {
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
};
const struct table_part part_dns = PART(rows);
