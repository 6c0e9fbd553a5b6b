/* SPDX-License-Identifier: ISC */
/* What became of each line of the KeyTable and the SigningTable. Pure. */
#ifndef CTL_OPENDKIM_REMARKS_H
#define CTL_OPENDKIM_REMARKS_H

#include "base/buf.h"
#include "ctl/opendkim/plan.h"
#include "ctl/opendkim/report.h"

/* After plan_make. has_key_table: its lines are lines of a file. */
void remarks_report(const struct tables *tables, bool has_key_table, struct report *report);

/* "senders at example.com", "senders below example.com", "all other senders"; for who reads it. */
void remarks_put_senders(const struct senders *senders, struct buf *out);

/* "d=example.com s=mail and d=…", or what else is to be said. */
void remarks_put_opendkim(const struct senders *senders, struct buf *out);
void remarks_put_signetd(const struct plan *plan, const struct senders *senders, struct buf *out);

#endif
