/* SPDX-License-Identifier: ISC */
/*
 * What to paste into Postfix's main.cf. The supervisor logs it when all are ready.
 */
#ifndef SUPERVISOR_ADVICE_H
#define SUPERVISOR_ADVICE_H

#include "base/buf.h"

/*
 * Writes the value of smtpd_milters for a listener's address, unix:PATH or inet:ADDRESS@PORT. A path below
 * /var/spool/postfix becomes one relative to that directory: it is the working directory of Postfix's daemons, so both
 * those that are chrooted there (Debian's) and those that are not find the socket.
 */
void advice_write_milter(struct buf *out, const char *address);

#endif
