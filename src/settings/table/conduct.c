/* SPDX-License-Identifier: ISC */
/* How long the programs wait for each other, and what they may be told. */
#include "settings/table/part.h"

static const struct table_row rows[] = {
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
		.help = "A program of ours that does not get on with its work for so long is killed and\n"
		        "started again; one that is not ready yet, after five times as long. \"0s\":\n"
		        "never.",
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
const struct table_part part_conduct = PART(rows);
