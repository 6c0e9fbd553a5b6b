/* SPDX-License-Identifier: ISC */
/* What is kept, where, and sealed by what. */
#include "settings/table/part.h"

static const struct table_row rows[] = {
	ROW(SETTING_STATE_DIR)
		.name = "state_dir", .type = TYPE_PATH, .is_required = true,
		.example = "/var/lib/signetd", .min = 1, .max = PATH_OCTETS,
		.help = "Keys, records and what signing sees of them. The first start makes it,\n"
		        "where systemd or a package has not; the directory above it must exist.",
		.restart = "What is open there stays open while the daemon runs.",
	END,
	ROW(SETTING_MASTER_KEY)
		.name = "master_key", .type = TYPE_SECRET, .initial = "", .max = PATH_OCTETS,
		.help = "The file with the key that seals all private keys, made at the first start, or\n"
		        "\"credential:NAME\" for what systemd passes (LoadCredential=). Empty: master.key\n"
		        "in state_dir.",
		.why = "It is made, not asked for: without one nothing could be sealed at the first\n"
		       "start.",
		.restart = "It is opened with rights that are given up after the start.",
	END,
	ROW(SETTING_PREVIOUS_MASTER_KEY)
		.name = "previous_master_key", .type = TYPE_SECRET, .initial = "", .max = PATH_OCTETS,
		.help = "While master_key is replaced by another: the file with the one before. All\n"
		        "keys are then sealed anew; signetctl vault rekey says when it can go.",
		.why = "Two keys are needed only while one replaces the other.",
		.restart = "As master_key.",
	END,
	ROW(SETTING_MAP_SIZE)
		.name = "map_size", .type = TYPE_SIZE, .initial = "64GiB", .min = MIB,
		.max = 16 * TIB,
		.help = "Address space, not memory, for what signing sees; some 650 octets a key.",
		.why = "Room for some hundred million keys; address space costs nothing until it is\n"
		       "used, and the size cannot grow while the daemon runs.",
		.restart = "The programs map the views once, when they start.",
	END,
};
const struct table_part part_storage = PART(rows);
