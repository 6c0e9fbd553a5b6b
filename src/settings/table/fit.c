/* SPDX-License-Identifier: ISC */
/* What is done with mail that is not fit to sign (docs/fit.md). */
#include "settings/table/part.h"

static const struct word fit_words[] = {
	{ SETTING_FIT_SIGN, "sign" },
	{ SETTING_FIT_SKIP, "skip" },
	{ SETTING_FIT_REJECT, "reject" },
	{ 0, NULL },
};

static const struct word fit_from_words[] = {
	{ SETTING_FIT_SKIP, "skip" },
	{ SETTING_FIT_REJECT, "reject" },
	{ 0, NULL },
};

const struct table_section section_fit = {
	.name = "fit",
	.help = "Mail whose signature may break on the way, or that should not be sent as it\n"
	        "is: sign it all the same, skip (it goes on unsigned), or reject it (550, and\n"
	        "the sender is told what to do). The log says it in any case; docs/fit.md says\n"
	        "how to have mail servers not break it.",
};

static const struct table_row rows[] = {
	ROW(SETTING_FIT_LINE_MAX)
		.section = SECTION_FIT, .name = "line_max", .type = TYPE_NUMBER,
		.is_reloadable = true, .initial = "998", .min = 78, .max = 1000000,
		.help = "Octets of a line that is not too long. 998 for Postfix, 990 for Sendmail.",
		.why = "The limit of RFC 5322 section 2.1.1; Postfix cuts longer lines.",
	END,
	ROW(SETTING_FIT_NO_FROM)
		.section = SECTION_FIT, .name = "no_from", .type = TYPE_WORD, .is_reloadable = true,
		.initial = "skip", .words = fit_from_words,
		.help = "No From field. It cannot be signed (RFC 6376 section 5.4).",
		.why = "It cannot be signed, and refusing it is the mail server's business.",
	END,
	ROW(SETTING_FIT_SEVERAL_FROM)
		.section = SECTION_FIT, .name = "several_from", .type = TYPE_WORD, .is_reloadable = true,
		.initial = "reject", .words = fit_from_words,
		.help = "Several From fields: readers and verifiers may believe different ones.",
		.why = "Such mail is made to deceive: a signature would hold for an author whom the\n"
		       "reader does not see.",
	END,
	ROW(SETTING_FIT_DUPLICATE_FIELD)
		.section = SECTION_FIT, .name = "duplicate_field", .type = TYPE_WORD, .is_reloadable = true,
		.initial = "sign", .words = fit_words,
		.help = "Another field more than once that there may be one of (RFC 5322 section 3.6,\n"
		        "RFC 2045 section 3), such as Subject. All of them are signed.",
		.why = "The signature covers all of them, so that none can be added or taken away.",
	END,
	ROW(SETTING_FIT_LONG_HEADER_LINE)
		.section = SECTION_FIT, .name = "long_header_line", .type = TYPE_WORD, .is_reloadable = true,
		.initial = "sign", .words = fit_words,
		.help = "A line of the header over line_max, which mail servers cut.",
		.why = "A broken signature counts as none (RFC 6376 section 6.1), so the mail is no\n"
		       "worse off than unsigned, and the log says it.",
	END,
	ROW(SETTING_FIT_LONG_BODY_LINE)
		.section = SECTION_FIT, .name = "long_body_line", .type = TYPE_WORD, .is_reloadable = true,
		.initial = "sign", .words = fit_words,
		.help = "A line of the body over line_max, which mail servers cut.",
		.why = "As that of long_header_line.",
	END,
	ROW(SETTING_FIT_EIGHT_BIT_HEADER)
		.section = SECTION_FIT, .name = "eight_bit_header", .type = TYPE_WORD, .is_reloadable = true,
		.initial = "sign", .words = fit_words,
		.help = "8-bit text in the header of a message that was not sent with SMTPUTF8.",
		.why = "As that of long_header_line.",
	END,
	ROW(SETTING_FIT_EIGHT_BIT_BODY)
		.section = SECTION_FIT, .name = "eight_bit_body", .type = TYPE_WORD, .is_reloadable = true,
		.initial = "sign", .words = fit_words,
		.help = "8-bit text in the body of a MIME message, which mail servers encode for a\n"
		        "server without 8BITMIME.",
		.why = "It is right (RFC 6152), and breaks only where a server has to encode it for\n"
		       "another.",
	END,
	ROW(SETTING_FIT_EIGHT_BIT_UNDECLARED)
		.section = SECTION_FIT, .name = "eight_bit_undeclared", .type = TYPE_WORD, .is_reloadable = true,
		.initial = "sign", .words = fit_words,
		.help = "8-bit text in the body of a message without a MIME-Version field.",
		.why = "As that of long_header_line.",
	END,
	ROW(SETTING_FIT_BARE_CR)
		.section = SECTION_FIT, .name = "bare_cr", .type = TYPE_WORD, .is_reloadable = true,
		.initial = "sign", .words = fit_words,
		.help = "A CR without LF.",
		.why = "As that of long_header_line.",
	END,
	ROW(SETTING_FIT_BARE_LF)
		.section = SECTION_FIT, .name = "bare_lf", .type = TYPE_WORD, .is_reloadable = true,
		.initial = "sign", .words = fit_words,
		.help = "A LF without CR, in the body.",
		.why = "As that of long_header_line.",
	END,
	ROW(SETTING_FIT_NUL)
		.section = SECTION_FIT, .name = "nul", .type = TYPE_WORD, .is_reloadable = true,
		.initial = "sign", .words = fit_words,
		.help = "A NUL octet, in the body.",
		.why = "As that of long_header_line.",
	END,
};
const struct table_part part_fit = PART(rows);
