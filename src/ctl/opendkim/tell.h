/* SPDX-License-Identifier: ISC */
/* All that is said of a move, as text while it happens, or as JSON in the end. */
#ifndef CTL_OPENDKIM_TELL_H
#define CTL_OPENDKIM_TELL_H

#include "base/buf.h"
#include "ctl/opendkim/carry.h"
#include "ctl/opendkim/report.h"

/* On stdout, without what would control a terminal. */
void tell_report(const struct report *report);
void tell_key(const struct plan_key *key, const struct carried *carried);
void tell_senders(const struct plan *plan);
void tell_snippet(struct slice snippet);

/* NULL members where memory is out. */
json_t *tell_report_json(const struct report *report);
json_t *tell_key_json(const struct plan_key *key, const struct carried *carried);
json_t *tell_senders_json(const struct plan *plan);

#endif
