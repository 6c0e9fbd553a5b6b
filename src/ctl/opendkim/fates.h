/* SPDX-License-Identifier: ISC */
/*
 * What becomes of each setting of opendkim.conf, as one table. Those that go
 * to signetd.conf are in snippet.h. Pure.
 */
#ifndef CTL_OPENDKIM_FATES_H
#define CTL_OPENDKIM_FATES_H

#include "ctl/opendkim/conf.h"
#include "ctl/opendkim/report.h"

/* A line of the report for each line of the configuration. */
void fates_report(const struct conf *conf, struct report *report);

#endif
