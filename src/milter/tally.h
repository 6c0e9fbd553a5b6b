/* SPDX-License-Identifier: ISC */
/*
 * What the page of counters gets of a message: the facts of its line in the
 * log, without whose they are. Any thread.
 */
#ifndef MILTER_TALLY_H
#define MILTER_TALLY_H

#include "milter/report.h"

/* is_at_end: it was answered at its end, not at that of its header. */
void tally_message(const struct report *report, bool is_at_end);

#endif
