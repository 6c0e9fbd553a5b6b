/* SPDX-License-Identifier: ISC */
/* Which header fields signatures cover. */
#include "settings/table/part.h"

const struct table_section section_signed_fields = {
	.name = "signed_fields",
	.help = "Which header fields signatures cover (h=), where it is not as by default:\n"
	        "From, Reply-To, Subject, To, Cc over-signed, even when absent; Sender, Date,\n"
	        "Message-ID, MIME-Version, Content-Type, Content-Transfer-Encoding,\n"
	        "In-Reply-To, References over-signed when present; List-* and Resent-*\n"
	        "fields and Feedback-ID signed when present. To over-sign is to name a field\n"
	        "once more than it is there, so that nobody can add another one later.",
};

static const struct table_row rows[] = {
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
};
const struct table_part part_fields = PART(rows);
