/* SPDX-License-Identifier: ISC */
/*
 * What the supervisor itself gives up, once everything is open: as root all
 * but CAP_SETUID, CAP_SETGID and CAP_KILL, which starting and stopping roles
 * needs; from the bounding set too, so that no child ever gets more.
 */
#ifndef SUPERVISOR_PRIVILEGES_H
#define SUPERVISOR_PRIVILEGES_H

#include "base/error.h"

/* Does nothing for an ordinary user. */
MUST_CHECK enum status privileges_drop(struct error *err);

#endif
