/* SPDX-License-Identifier: ISC */
/* What is agreed on with an MTA that connects: rights, steps, macros (docs/milter.md). */
#ifndef MILTER_LIBMILTER_NEGOTIATION_H
#define MILTER_LIBMILTER_NEGOTIATION_H

#include "milter/libmilter_connection.h"

/*
 * Of the actions (SMFIF_*) and steps (SMFIP_*) that the MTA offers those we
 * want. SMFIS_REJECT, and outputs untouched: it does not give a right that the
 * settings need, which is logged once in a while; or there is no memory.
 */
sfsistat libmilter_negotiate(SMFICTX *ctx, unsigned long actions, unsigned long steps,
    unsigned long *ret_actions, unsigned long *ret_steps);

#endif
