/* SPDX-License-Identifier: ISC */
/* Where else somebody connects: signetctl, and who fetches metrics. */
#include "settings/table/part.h"

const struct table_section section_control = {
	.name = "control",
	.help = "Where signetctl connects.",
};

const struct table_section section_metrics = {
	.name = "metrics",
	.help = "Where Prometheus fetches metrics, by HTTP at /metrics.",
};

static const struct table_row rows[] = {
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
		.why = "Its owner and its group may ask, nobody else. Of who may connect only root\n"
		       "and the user of signetd-keeper may change.",
		.restart = RESTART_SOCKETS,
	END,
	ROW(SETTING_CONTROL_GROUP)
		.section = SECTION_CONTROL, .name = "group", .type = TYPE_NAME, .initial = "",
		.max = USER_OCTETS,
		.help = "Of the socket. Empty: our own.",
		.why = "Who may look at the keys is for you to say.",
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
};
const struct table_part part_sockets = PART(rows);
