/* SPDX-License-Identifier: ISC */
/* What mail may take of the machine. */
#include "settings/table/part.h"

static const struct table_row rows[] = {
	ROW(SETTING_HEADER_MAX_BYTES)
		.name = "header_max_bytes", .type = TYPE_SIZE, .is_reloadable = true,
		.initial = "1MiB", .min = 4 * KIB, .max = 64 * MIB,
		.help = "A message with a larger header is refused for good.",
		.why = "It bounds the memory that a message can take.",
	END,
	ROW(SETTING_HEADER_MAX_FIELDS)
		.name = "header_max_fields", .type = TYPE_NUMBER, .is_reloadable = true,
		.initial = "5000", .min = 20, .max = 100000,
		.help = "A message with more header fields is refused for good.",
		.why = "It bounds the work that a message can make.",
	END,
	ROW(SETTING_CONNECTIONS_MAX)
		.name = "connections_max", .type = TYPE_NUMBER, .is_reloadable = true,
		.initial = "10000", .min = 8, .max = 1000000,
		.help = "Connections that a milter process serves at once, if its descriptors are\n"
		        "enough for so many. Who comes then is told to come again later (451).",
		.why = "No mail server of today opens so many to one milter.",
	END,
	ROW(SETTING_MESSAGES_MAX_BYTES)
		.name = "messages_max_bytes", .type = TYPE_SIZE, .is_reloadable = true,
		.initial = "256MiB", .min = MIB, .max = 64 * 1024 * MIB,
		.help = "Memory that the headers of all messages a milter process has at hand may take.\n"
		        "A message that comes then, and whose own is over 32 KiB, is put off (451).",
		.why = "Dozens of messages with the largest header that is allowed fit in, and thousands\n"
		       "of the usual ones.",
	END,
};
const struct table_part part_limits = PART(rows);
