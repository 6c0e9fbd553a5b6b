/* SPDX-License-Identifier: ISC */
/*
 * The KeyTable and the SigningTable of a configuration; or Domain, Selector
 * and KeyFile, read as the tables that say the same.
 */
#ifndef CTL_OPENDKIM_TABLES_H
#define CTL_OPENDKIM_TABLES_H

#include "ctl/opendkim/plan.h"

/* STATUS_REFUSED: nothing is to be carried over, and the error says why. */
MUST_CHECK enum status tables_read(struct source *source, const struct conf *conf,
    struct tables *ret_tables, struct error *err);

#endif
