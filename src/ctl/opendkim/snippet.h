/* SPDX-License-Identifier: ISC */
/*
 * What signetd.conf has to say to go on as opendkim.conf did: printed, never
 * written. Pure but for the source, which reads the datasets.
 */
#ifndef CTL_OPENDKIM_SNIPPET_H
#define CTL_OPENDKIM_SNIPPET_H

#include "base/buf.h"
#include "ctl/opendkim/plan.h"
#include "ctl/opendkim/report.h"

/* plan may be NULL: no keys. What cannot be said there goes to the report. */
void snippet_put(struct source *source, const struct conf *conf, const struct plan *plan,
    struct report *report, struct buf *out);

#endif
