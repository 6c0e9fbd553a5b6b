/* SPDX-License-Identifier: ISC */
/* What to publish for a key. */
#ifndef CTL_RECORDS_H
#define CTL_RECORDS_H

#include "ctl/session.h"

/* Prints the records of a key as names and values, for people. */
enum outcome records_show(struct session *session, const char *id);

#endif
