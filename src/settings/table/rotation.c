/* SPDX-License-Identifier: ISC */
/* How keys follow each other. */
#include "settings/table/part.h"

const struct table_section section_rotation = {
	.name = "rotation",
	.help = "How the keys of active sets follow each other.",
};

static const struct table_row rows[] = {
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
};
const struct table_part part_rotation = PART(rows);
