/* SPDX-License-Identifier: ISC */
#include "milter/libmilter_negotiation.h"

#include <stdatomic.h>
#include <stdio.h>

#include "milter/rewriting.h"
#include "process/clock.h"
#include "process/log.h"

/* What is said of every connection of an MTA that is set up wrong is said so often. */
#define REFUSAL_LOGGED_EVERY_MS 60000

/* Explicit lists for every stage we read: Postfix empties all others as soon as one is given. */
static void
ask_for_macros(SMFICTX *ctx)
{
	static const struct {
		int stage;
		const char *names;
	} rows[] = {
		{ SMFIM_CONNECT, "j v {daemon_name}" },
		{ SMFIM_ENVFROM, "i {auth_type} {auth_authen}" },
		{ SMFIM_EOH, "i" },
		{ SMFIM_EOM, "i" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char names[64];

		(void)snprintf(names, sizeof(names), "%s", rows[i].names);
		(void)smfi_setsymlist(ctx, rows[i].stage, names);
	}
}

/* A right not needed is a reason to fail. */
static unsigned long
wanted_actions(struct shelf *shelf)
{
	struct options *options = shelf_hold(shelf);
	unsigned long wanted = SMFIF_ADDHDRS |
	    (rewriting_needs_header(options) ? SMFIF_CHGHDRS : 0UL) |
	    (rewriting_needs_sender(options) ? SMFIF_CHGFROM : 0UL);

	shelf_release(&options);
	return wanted;
}

/* Once in a while: whoever can connect could fill the log with it. */
static void
report_refusal(unsigned long wanted)
{
	static _Atomic int64_t next_ms;
	int64_t now_ms = clock_monotonic_ms();
	int64_t expected = atomic_load(&next_ms);

	if (now_ms >= expected &&
	    atomic_compare_exchange_strong(&next_ms, &expected, now_ms + REFUSAL_LOGGED_EVERY_MS))
		log_write(LOG_LEVEL_ERROR,
		    "connection refused: the MTA does not let header fields be added%s%s",
		    (wanted & SMFIF_CHGHDRS) != 0 ? ", removed (stamp_header, sender_header)" : "",
		    (wanted & SMFIF_CHGFROM) != 0 ? ", the sender changed (envelope_sender)" : "");
}

sfsistat
libmilter_negotiate(SMFICTX *ctx, unsigned long actions, unsigned long steps,
    unsigned long *ret_actions, unsigned long *ret_steps)
{
	struct libmilter_connection *connection = libmilter_connection_get(ctx);
	unsigned long wanted;

	if (connection == NULL)
		return SMFIS_REJECT;
	wanted = wanted_actions(connection->house->shelf);
	if ((actions & wanted) != wanted) {
		report_refusal(wanted);
		return SMFIS_REJECT;
	}
	if ((actions & SMFIF_SETSYMLIST) != 0)
		ask_for_macros(ctx);
	libmilter_connection_agree(connection, wanted,
	    steps & (LIBMILTER_STEPS_UNUSED | LIBMILTER_REPLIES_UNUSED | SMFIP_HDR_LEADSPC));
	*ret_actions = wanted | (actions & SMFIF_SETSYMLIST);
	*ret_steps = connection->steps;
	return SMFIS_CONTINUE;
}
