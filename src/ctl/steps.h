/* SPDX-License-Identifier: ISC */
/*
 * The steps of a message in the milter protocol, as one table: what is said at
 * each, how often, and which flags of the negotiation do without it.
 */
#ifndef CTL_STEPS_H
#define CTL_STEPS_H

#include "ctl/macros.h"

/* What the packets are made from. */
struct step_source {
	const struct mta_envelope *envelope;
	const struct message *message;
	struct slice body; /* as it was before the milter changed it */
	uint32_t protocol; /* what the milter chose of PACKET_ALL_PROTOCOL */
};

struct step {
	enum packet_command command;
	const char *name; /* NULL ends the table */
	enum macros_stage stage;
	uint32_t skip_flag;   /* negotiated: the step is left out */
	uint32_t silent_flag; /* negotiated: the milter does not answer */
	size_t (*count)(const struct step_source *from); /* recipients, fields, chunks; NULL: once */
	void (*put)(const struct step_source *from, size_t index, struct buf *out);
};

extern const struct step steps[];

#endif
